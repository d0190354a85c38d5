"""Questions that are asked of the same tables twice, and whether two answers are the same."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from harness.answers import OUTCOMES

Row = tuple[object, ...]


@dataclass(frozen=True)
class Question:
    """A question in SQL, worded so that regaudit and DuckDB both understand it."""

    title: str
    sql: str


# The rows of `regaudit summary`, by which both can be held against it.
REGISTRATIONS = "family = 'registration' AND NOT maintenance"

METHODS = Question(
    "events by method and outcome",
    "SELECT method, outcome, count(*) AS events FROM methods"
    f" WHERE {REGISTRATIONS} GROUP BY method, outcome",
)
ACTIVITIES = Question(
    "events by activity and outcome",
    "SELECT activity, outcome, count(*) AS events FROM events"
    f" WHERE {REGISTRATIONS} GROUP BY activity, outcome",
)
USERS = Question(
    "users",
    f"SELECT count(DISTINCT user_key) AS users FROM events WHERE {REGISTRATIONS}",
)

GROUPED = (
    Question(
        "events by outcome",
        "SELECT outcome, count(*) AS events FROM events GROUP BY outcome",
    ),
    METHODS,
    Question(
        "successes by day",
        "SELECT CAST(time AS DATE) AS day, count(*) AS events FROM events"
        " WHERE outcome = 'success' GROUP BY CAST(time AS DATE)",
    ),
    Question(
        "users by activity",
        "SELECT activity, count(DISTINCT user_key) AS users FROM events GROUP BY activity",
    ),
    Question(
        "most frequent reasons",
        "SELECT reason, count(*) AS events FROM events"
        " WHERE outcome IN ('failure', 'cancelled') GROUP BY reason"
        " ORDER BY events DESC, reason LIMIT 10",
    ),
)


def answer_of_query(output: bytes) -> list[Row]:
    """Read `regaudit query --format json`: an object for each row."""
    return in_one_form([list(row.values()) for row in json.loads(output)])


def answer_of_duckdb(output: bytes) -> list[Row]:
    """Read what `rivals.ask_duckdb` prints."""
    return in_one_form(json.loads(output)["rows"])


def in_one_form(rows: Sequence[Sequence[object]]) -> list[Row]:
    """Order the rows in a way that does not depend on who answered."""
    return sorted((tuple(row) for row in rows), key=json.dumps)


def methods_of_summary(output: bytes) -> list[Row]:
    """Read from `regaudit summary --format json` what METHODS asks."""
    return counts_of(json.loads(output)["summary"]["methods"], "name")


def activities_of_summary(output: bytes) -> list[Row]:
    """Read what ACTIVITIES asks."""
    return counts_of(json.loads(output)["summary"]["activities"], "activity")


def users_of_summary(output: bytes) -> list[Row]:
    """Read what USERS asks."""
    return [(json.loads(output)["summary"]["users"],)]


def counts_of(rows: Sequence[dict], key: str) -> list[Row]:
    """Take a row of counts by outcome apart."""
    counts = [(row[key], name, row[name]) for row in rows for name in OUTCOMES if row[name]]
    return in_one_form(counts)


def differences(title: str, found: Sequence[Row], wanted: Sequence[Row]) -> list[str]:
    """Show the rows in which two answers differ; nothing where they agree or only order differs."""
    ours, theirs = Counter(found), Counter(wanted)
    told = [f"{title}: {row} is too much" for row in (ours - theirs).elements()]
    return [*told, *(f"{title}: {row} is missing" for row in (theirs - ours).elements())]
