"""What a table of Parquet must read as elsewhere, and where it does not.

What is right comes from regaudit itself, but never from its Parquet: the kinds of columns from
`regaudit query --schema`, the rows from `regaudit convert --format ndjson`.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# The name of each documented kind in every reader. A kind that is not here is no silent success.
TYPES = {
    "duckdb": {
        "text": "VARCHAR",
        "category": "VARCHAR",
        "choice": "VARCHAR",
        "time (UTC)": "TIMESTAMP WITH TIME ZONE",
        "seconds": "DOUBLE",
        "number": "BIGINT",
        "true or false": "BOOLEAN",
        "list of categories": "VARCHAR[]",
        "list of texts": "VARCHAR[]",
    },
    "pyarrow": {
        "text": "string_view",
        "category": "string_view",
        "choice": "string_view",
        "time (UTC)": "timestamp[us, tz=UTC]",
        "seconds": "double",
        "number": "int64",
        "true or false": "bool",
        "list of categories": "large_list<element: string_view>",
        "list of texts": "large_list<element: string_view>",
    },
}  # fmt: skip

# The column that the names of folders become.
PARTITION = "date"

SHOWN = 3

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z")


@dataclass(frozen=True)
class Table:
    """A table as a reader, or the documentation, has it: kinds or types by column, and rows."""

    types: dict[str, str]
    rows: list[list[object]]


def documented(markdown: str) -> dict[str, dict[str, str]]:
    """Read the kinds of all columns, by table, from `regaudit query --schema`."""
    tables: dict[str, dict[str, str]] = {}
    columns: dict[str, str] = {}
    for line in markdown.splitlines():
        if title := re.match(r"## `(\w+)`", line):
            columns = tables.setdefault(title.group(1), {})
        elif row := re.match(r"\| `(\w+)` \| ([^|]+) \|", line):
            name, kind = row.groups()
            columns[name] = "choice" if kind.startswith("one of ") else kind
    return tables


def expected(kinds: dict[str, str], ndjson: str) -> Table:
    """Tell what a table must read as: its rows as written in text, times cut to microseconds."""
    rows = []
    for line in ndjson.splitlines():
        row = json.loads(line)
        if list(row) != list(kinds):
            raise ValueError(f"columns {list(row)}, documented {list(kinds)}")
        rows.append([plain(row[name], kind) for name, kind in kinds.items()])
    return Table(kinds, rows)


def plain(value: object, kind: str) -> object:
    """Take a time as microseconds since 1970, as the readers do."""
    return microseconds(value) if kind == "time (UTC)" and isinstance(value, str) else value


def microseconds(time: str) -> int:
    """Cut what is finer than a microsecond off, as Parquet has to."""
    found = TIME.fullmatch(time)
    if found is None:
        raise ValueError(f"{time} is no time")
    seconds = datetime.fromisoformat(found.group(1)).replace(tzinfo=UTC) - EPOCH
    return seconds // timedelta(microseconds=1) + int((found.group(2) or "").ljust(6, "0")[:6])


def problems(reader: str, found: Table, wanted: Table, time_column: str | None = None) -> list[str]:
    """Tell where a table that was read differs from what it must be; nothing where it does not.

    In a partitioned table each row has a last column more: the date of its time column, which is
    held against that and then left out.
    """
    told = []
    if time_column is not None:
        told += misplaced(found, time_column)
        found = without_partition(found)
    types = {name: TYPES[reader][kind] for name, kind in wanted.types.items()}
    if list(found.types) != list(types):
        return [*told, f"columns {list(found.types)} instead of {list(types)}"]
    for name, wanted_type in types.items():
        if found.types[name] != wanted_type:
            told.append(f"`{name}` has the type {found.types[name]} instead of {wanted_type}")
    ours, theirs = counted(wanted.rows), counted(found.rows)
    told += listed("is missing", ours - theirs)
    told += listed("is too much", theirs - ours)
    return told


def misplaced(found: Table, time_column: str) -> list[str]:
    """Find rows that stand in the folder of another date than theirs."""
    names = list(found.types)
    if not names or names[-1] != PARTITION:
        return [f"no column `{PARTITION}`"]
    time = names.index(time_column)
    wrong = Counter(f"{row[-1]} for {row[time]}" for row in found.rows if row[-1] != day(row[time]))
    return listed("is the wrong date", wrong)


def day(microseconds: object) -> str:
    """Name the date of a time, in UTC."""
    if not isinstance(microseconds, int):
        return ""
    return (EPOCH + timedelta(microseconds=microseconds)).date().isoformat()


def without_partition(found: Table) -> Table:
    """Leave out the column that the names of folders became."""
    if PARTITION not in found.types:
        return found
    place = list(found.types).index(PARTITION)
    types = {name: kind for name, kind in found.types.items() if name != PARTITION}
    return Table(types, [row[:place] + row[place + 1 :] for row in found.rows])


def counted(rows: Iterable[list[object]]) -> Counter[str]:
    """Count equal rows; their order is not part of a table."""
    return Counter(json.dumps(row, ensure_ascii=False) for row in rows)


def listed(what: str, rows: Counter[str]) -> list[str]:
    """Show some rows, and say how many more there are."""
    shown = [f"{row} {what}" for row, _ in rows.most_common(SHOWN)]
    left = rows.total() - sum(count for _, count in rows.most_common(SHOWN))
    return [*shown, f"and {left} more"] if left else shown
