"""Holds the Parquet that regaudit writes against what DuckDB and pyarrow read from it.

`python3 benches/rivals/parquet.py` builds regaudit as its tests do, converts the fixtures, and
compares every table, in one file and in folders by date: the same rows as in NDJSON, and the
documented types.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

# Tests look at every file of this folder; none of them shall be compiled code.
sys.dont_write_bytecode = True

from harness.readback import PARTITION, TYPES, Table, documented, expected, problems  # noqa: E402
from harness.tools import HERE, ROOT, TABLES_TO_CHECK, Tools, say  # noqa: E402

EXPORTS = "fixtures/exports"

# By which column a table is laid out by date; the others stay in one file.
TIME_COLUMNS = {"events": "time", "methods": "time", "changes": "time", "attempts": "first"}


def main() -> int:
    """Convert and compare; the exit code is 1 when a reader finds anything else."""
    tools = Tools(TABLES_TO_CHECK)
    tools.build()
    with tempfile.TemporaryDirectory() as scratch:
        found, tables = compare(tools, Path(scratch))
    if found:
        say("\n".join(found))
        say(f"{len(found)} differences between what was written and what was read")
        return 1
    say(f"{tables} tables, as {' and '.join(TYPES)} read them, hold the same rows and types")
    return 0


def compare(tools: Tools, scratch: Path) -> tuple[list[str], int]:
    """Compare every table in every layout, as every reader reads it; differences, and how many."""
    kinds = documented(regaudit(tools, "query", "--schema"))
    regaudit(tools, "convert", EXPORTS, "-o", str(scratch / "text"), "--format", "ndjson")
    regaudit(tools, "convert", EXPORTS, "-o", str(scratch / "files"))
    regaudit(tools, "convert", EXPORTS, "-o", str(scratch / "dates"), "--partition-by", PARTITION)
    told, tables = [], 0
    for table, columns in kinds.items():
        wanted = expected(columns, (scratch / "text" / f"{table}.ndjson").read_text())
        if not wanted.rows:
            told.append(f"{table}: no rows to compare")
        for layout, path, time_column in layouts(scratch, table):
            for reader in TYPES:
                found = problems(reader, read(tools, reader, path), wanted, time_column)
                told += [f"{table}, {layout}, {reader}: {problem}" for problem in found]
                tables += 1
    return told, tables


def layouts(scratch: Path, table: str) -> Iterator[tuple[str, Path, str | None]]:
    """Tell where a table was written, and by which column it is laid out there."""
    yield "in one file", scratch / "files" / f"{table}.parquet", None
    if table in TIME_COLUMNS:
        yield "by date", scratch / "dates" / table, TIME_COLUMNS[table]
    else:
        yield "beside others by date", scratch / "dates" / f"{table}.parquet", None


def read(tools: Tools, reader: str, path: Path) -> Table:
    """Let a reader read a table."""
    command = [tools.python(), "-m", f"rivals.read_{reader}", str(path)]
    told = subprocess.run(command, cwd=HERE, check=True, stdout=subprocess.PIPE).stdout
    return Table(**json.loads(told))


def regaudit(tools: Tools, *arguments: str) -> str:
    """Run regaudit, where the names of its inputs are those of the repository."""
    command = [tools.regaudit, *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
