"""DuckDB, asked in SQL of stored tables: `python -m rivals.ask_duckdb THREADS SQL TABLE=FILES..`.

The tables are views of their files, so that each question reads Parquet, and no more of it than it
needs. The clock starts when DuckDB is imported and stops when the answer is there.
"""

import json
import sys

import duckdb

from rivals.job import now

READY = now()


def main() -> None:
    """Print the rows of the answer, and when the clock started and stopped."""
    _, threads, question, *tables = sys.argv
    database = duckdb.connect(config={"threads": int(threads)})
    for table in tables:
        name, _, files = table.partition("=")
        database.execute(f"CREATE VIEW {name} AS FROM read_parquet('{files}')")
    rows = database.execute(question).fetchall()
    done = now()
    json.dump({"rows": rows, "ready": READY, "done": done}, sys.stdout, default=str)


main()
