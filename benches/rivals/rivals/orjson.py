"""Python with orjson: what ripgrep found, from standard input, or a whole array from a file."""

import csv
import io
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson

from rivals.job import Job, print_answer

SERVICE = "Authentication Methods"

# Where the portal's CSV has what; ripgrep hands on no header.
CSV_SERVICE, CSV_ACTIVITY, CSV_RESULT, CSV_REASON, CSV_USER = 2, 4, 5, 6, 19

Hit = tuple[tuple[str, str, str], str]


def json_hits(records: Iterable[dict]) -> Iterator[Hit]:
    """Tell the group and the user of each event."""
    for record in records:
        if record["loggedByService"] != SERVICE:
            continue
        activity, reason = record["activityDisplayName"], record["resultReason"]
        target = record["targetResources"][0]
        is_maintenance = (
            record.get("operationType") == "ServiceApi"
            and target["modifiedProperties"] is None
            and reason.lower() == activity.lower()
        )
        if not is_maintenance:
            yield (activity, record["result"], reason), target["id"]


def csv_hits(rows: Iterable[list[str]]) -> Iterator[Hit]:
    """Tell the group and the user of each event."""
    for row in rows:
        if row[CSV_SERVICE] == SERVICE:
            yield (row[CSV_ACTIVITY], row[CSV_RESULT], row[CSV_REASON]), row[CSV_USER]


def read_hits(job: Job) -> Iterator[Hit]:
    """Read what the format demands: an array as a whole, all else line by line."""
    if job.format == "array":
        return json_hits(orjson.loads(Path(job.path).read_bytes()))
    if job.format == "csv":
        return csv_hits(csv.reader(io.TextIOWrapper(sys.stdin.buffer, "utf-8", newline="")))
    return json_hits(orjson.loads(line)["properties"] for line in sys.stdin.buffer)


def main() -> None:
    """Count the hits in one pass."""
    groups: Counter[tuple[str, str, str]] = Counter()
    users = set()
    for group, user in read_hits(Job.from_arguments()):
        groups[group] += 1
        users.add(user)
    print_answer([(*group, events) for group, events in groups.items()], len(users))


main()
