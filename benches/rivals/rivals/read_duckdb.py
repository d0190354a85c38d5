"""A table of Parquet as DuckDB reads it: `python -m rivals.read_duckdb PATH`."""

import sys
from pathlib import Path

import duckdb

from rivals.job import print_table


def main() -> None:
    """Print the types and the rows of a file, or of a folder partitioned as Hive does it."""
    _, path = sys.argv
    is_partitioned = Path(path).is_dir()
    files = f"{path}/*/*.parquet" if is_partitioned else path
    table = duckdb.read_parquet(files, hive_partitioning=is_partitioned)
    types = {name: str(kind) for name, kind in zip(table.columns, table.types, strict=True)}
    print_table(types, table.select(", ".join(map(plain, types, types.values()))).fetchall())


def plain(name: str, kind: str) -> str:
    """Take a time as microseconds and a date as text, which JSON can hold."""
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"epoch_us({name})"
    return f"CAST({name} AS VARCHAR)" if kind == "DATE" else name


main()
