"""What the driver asks of a rival in Python, and how the rival answers."""

import json
import sys
import time
from collections.abc import Iterable
from typing import NamedTuple

Group = tuple[str, str, str, int]


class Job(NamedTuple):
    """The arguments of a rival: `python -m rivals.NAME FORMAT PATH THREADS`."""

    format: str
    path: str
    threads: int

    @classmethod
    def from_arguments(cls) -> "Job":
        """Read the arguments of the program."""
        _, record_format, path, threads = sys.argv
        return cls(record_format, path, int(threads))


def print_answer(groups: Iterable[Group], users: int, ready: float | None = None) -> None:
    """Print events by (activity, result, reason), how many users, and when imports were done."""
    answer = {"groups": [list(group) for group in groups], "users": users, "ready": ready}
    json.dump(answer, sys.stdout)


def print_table(types: dict[str, str], rows: Iterable[Iterable[object]]) -> None:
    """Print what a reader of Parquet made of a table: its types by column, and its rows."""
    json.dump({"types": types, "rows": [list(row) for row in rows]}, sys.stdout)


def now() -> float:
    """Tell the time by the clock that the stopwatch of the driver reads."""
    return time.monotonic()
