"""A table of Parquet as pyarrow reads it: `python -m rivals.read_pyarrow PATH`."""

import sys

import pyarrow as pa
import pyarrow.parquet as pq

from rivals.job import print_table


def main() -> None:
    """Print the types and the rows of a file, or of a folder partitioned as Hive does it."""
    _, path = sys.argv
    table = pq.read_table(path, partitioning="hive")
    types = {field.name: str(field.type) for field in table.schema}
    columns = (plain(table[name]).to_pylist() for name in types)
    print_table(types, zip(*columns, strict=True))


def plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Take a time as microseconds, which JSON can hold."""
    return column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column


main()
