"""The comparison itself: an answer that is off by one has to be noticed."""

import json
import unittest

from harness.answers import (
    Answer,
    answer_of_regaudit,
    answer_of_rival,
    differences,
    outcome,
    unexpected,
    without_numbers,
)
from harness.inputs import INPUTS, LINES, Expected

PORTAL_CSV = next(one for one in INPUTS if one.format == "csv")

REGISTERED = "User registered security info"
ANSWER = Answer({f"{REGISTERED}|success": 3}, 2, {"User registered Email": 3})


def expected(events: int, users: int, maintenance: int) -> Expected:
    """What the generator says of so many registrations."""
    return Expected({REGISTERED: events}, {"success": events, "failure": 0}, users, maintenance)


class Reasons(unittest.TestCase):
    """The same examples as in the tests of regaudit."""

    def test_numbers_go_and_names_stay(self) -> None:
        """Only what varies from event to event becomes `#`."""
        for reason, counted in [
            ("Text a code to +1 2025550143.", "Text a code to #."),
            ("User registered Fido2 Authentication Method",) * 2,
            ("Error 5 in request 00000000-0000-4000-8000-000000000001", "Error # in request #"),
        ]:
            self.assertEqual(without_numbers(reason), counted)


class Outcomes(unittest.TestCase):
    """What an event came to."""

    def test_activity_result_and_reason_decide(self) -> None:
        """A cancelled registration is logged as a failure, and is not one."""
        started = "User started security info registration"
        cancelled = "User canceled security info registration"
        self.assertEqual(outcome(REGISTERED, "success", ""), "success")
        self.assertEqual(outcome(started, "success", ""), "started")
        self.assertEqual(outcome(started, "failure", ""), "failure")
        self.assertEqual(outcome(REGISTERED, "failure", cancelled), "cancelled")
        self.assertEqual(outcome(cancelled, "failure", ""), "cancelled")


class Answers(unittest.TestCase):
    """Answers in one form."""

    def test_a_rival_and_regaudit_come_to_the_same(self) -> None:
        """Groups are folded into what regaudit says at once."""
        groups = [
            [REGISTERED, "success", "Call +1 2025550143", 2],
            [REGISTERED, "success", "Call +1 2025550144", 1],
        ]
        counts = {"success": 3, "failure": 0, "cancelled": 0, "started": 0, "unknown": 0}
        summary = {
            "users": 2,
            "activities": [{"activity": REGISTERED, **counts}],
            "reasons": [{"reason": "Call #", "events": 2}, {"reason": "Call #", "events": 1}],
        }
        rival = answer_of_rival(json.dumps({"groups": groups, "users": 2}).encode())
        ours = answer_of_regaudit(json.dumps({"summary": summary}).encode())
        self.assertEqual(rival, ours)
        self.assertEqual(differences("regaudit", ours, "rival", rival), [])

    def test_every_part_is_compared(self) -> None:
        """One event, one user or one reason more is a difference."""
        for other in (
            Answer({f"{REGISTERED}|success": 4}, 2, ANSWER.reasons),
            Answer(ANSWER.activities, 3, ANSWER.reasons),
            Answer(ANSWER.activities, 2, {"User registered Email.": 3}),
        ):
            self.assertNotEqual(differences("regaudit", ANSWER, "rival", other), [])

    def test_the_generator_is_believed(self) -> None:
        """Maintenance is no event, except where the export does not tell it."""
        self.assertEqual(unexpected(ANSWER, expected(3, 2, 0), LINES), [])
        self.assertEqual(unexpected(ANSWER, expected(4, 2, 1), LINES), [])
        self.assertEqual(unexpected(ANSWER, expected(3, 2, 1), PORTAL_CSV), [])
        self.assertNotEqual(unexpected(ANSWER, expected(4, 2, 1), PORTAL_CSV), [])
        self.assertNotEqual(unexpected(ANSWER, expected(4, 2, 0), LINES), [])
        self.assertNotEqual(unexpected(ANSWER, expected(3, 3, 0), LINES), [])


if __name__ == "__main__":
    unittest.main()
