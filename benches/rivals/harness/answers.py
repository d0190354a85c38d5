"""The answer in one form, whoever gave it, and what two answers disagree about."""

import difflib
import json
import re
from collections import Counter
from dataclasses import asdict, dataclass

from harness.inputs import Expected, Input

REGISTERED = "User registered security info"
OUTCOMES = ("success", "failure", "cancelled", "started", "unknown")

PHONE_NUMBER = re.compile(r"\+(?:[ \-.()/]*[0-9Xx*]){5,}")


@dataclass(frozen=True)
class Answer:
    """Events by "activity|outcome", distinct users, and events by reason with numbers as `#`."""

    activities: dict[str, int]
    users: int
    reasons: dict[str, int]

    def as_json(self) -> str:
        """Write the answer so that equal answers are equal texts."""
        return json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False)


def answer_of_rival(output: bytes) -> Answer:
    """Fold the groups that a rival counted.

    Outcome and reason are functions of the group, so they are computed here, once for all rivals
    and on a few hundred rows. Rivals save that work; regaudit does it within its time.
    """
    found = json.loads(output)
    activities: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for activity, result, reason, events in found["groups"]:
        activities[f"{activity}|{outcome(activity, result, reason)}"] += events
        reasons[without_numbers(reason)] += events
    return Answer(dict(activities), found["users"], dict(reasons))


def answer_of_regaudit(output: bytes) -> Answer:
    """Read `regaudit summary --format json`."""
    summary = json.loads(output)["summary"]
    activities: Counter[str] = Counter()
    for row in summary["activities"]:
        for name in OUTCOMES:
            if row[name]:
                activities[f"{row['activity']}|{name}"] += row[name]
    reasons: Counter[str] = Counter()
    for row in summary["reasons"]:
        reasons[row["reason"]] += row["events"]
    return Answer(dict(activities), summary["users"], dict(reasons))


def outcome(activity: str, result: str, reason: str) -> str:
    """Tell what an event came to, by the rules of regaudit as far as the generated exports go."""
    if activity.startswith("User cancel"):
        return "cancelled"
    if result == "success":
        return "started" if activity.startswith("User started") else "success"
    says_cancelled = "canceled" in reason or "cancelled" in reason
    return "cancelled" if says_cancelled else "failure"


def without_numbers(reason: str) -> str:
    """Put `#` for phone numbers and for words of digits, as regaudit does to count reasons."""
    words = PHONE_NUMBER.sub("#", reason).split(" ")
    return " ".join("#" if is_number(word) else word for word in words)


def is_number(word: str) -> bool:
    """Tell a word of digits from a name with one digit in it, such as Fido2."""
    digits = sum(character in "0123456789" for character in word)
    return digits > 1 or (digits == 1 and len(word) == 1)


def differences(name: str, answer: Answer, other_name: str, other: Answer) -> list[str]:
    """Show line by line where two answers differ; nothing where they agree."""
    texts = (answer.as_json().splitlines(), other.as_json().splitlines())
    return list(difflib.unified_diff(*texts, name, other_name, lineterm="", n=0))


def unexpected(answer: Answer, expected: Expected, source: Input) -> list[str]:
    """Tell where an answer is not what the generator said that it wrote.

    The generator counts maintenance among the events. Exports of the portal do not say which those
    are, so nobody can leave them out there.
    """
    maintenance = expected.maintenance if source.names_operations else 0
    by_activity = Counter(expected.by_activity)
    by_activity[REGISTERED] -= maintenance
    by_outcome = Counter(expected.by_outcome)
    by_outcome["success"] -= maintenance

    found_by_activity: Counter[str] = Counter()
    found_by_outcome: Counter[str] = Counter()
    for key, events in answer.activities.items():
        activity, name = key.rsplit("|", 1)
        found_by_activity[activity] += events
        found_by_outcome[name] += events

    problems = []
    if found_by_activity != by_activity:
        problems.append(f"activities: {dict(found_by_activity)}, generated {dict(by_activity)}")
    if found_by_outcome != by_outcome:
        problems.append(f"outcomes: {dict(found_by_outcome)}, generated {dict(by_outcome)}")
    if sum(answer.reasons.values()) != sum(by_outcome.values()):
        problems.append(f"reasons: of {sum(answer.reasons.values())} events")
    # A user known from maintenance alone is not in the answer, and the generator names no users.
    if not expected.users - maintenance <= answer.users <= expected.users:
        problems.append(f"users: {answer.users}, generated {expected.users}")
    return problems
