"""The comparison of answers about tables: a count that is off by one has to be noticed."""

import json
import unittest

from harness.questions import (
    GROUPED,
    activities_of_summary,
    answer_of_duckdb,
    answer_of_query,
    differences,
    methods_of_summary,
    users_of_summary,
)

NONE = {"success": 0, "failure": 0, "cancelled": 0, "started": 0, "unknown": 0}

SUMMARY = json.dumps(
    {
        "summary": {
            "users": 2,
            "methods": [{"name": "email", **NONE, "success": 3, "failure": 1}],
            "activities": [{"activity": "User deleted security info", **NONE, "success": 3}],
        }
    }
).encode()


class Answers(unittest.TestCase):
    """Answers in one form."""

    def test_everybody_comes_to_the_same(self) -> None:
        """Whatever the order of rows, and whoever tells them."""
        wanted = [("email", "failure", 1), ("email", "success", 3)]
        rows = [
            {"method": "email", "outcome": "success", "events": 3},
            {"method": "email", "outcome": "failure", "events": 1},
        ]
        duckdb = {"rows": [["email", "success", 3], ["email", "failure", 1]], "ready": 0, "done": 0}
        self.assertEqual(methods_of_summary(SUMMARY), wanted)
        self.assertEqual(answer_of_query(json.dumps(rows).encode()), wanted)
        self.assertEqual(answer_of_duckdb(json.dumps(duckdb).encode()), wanted)
        self.assertEqual(
            activities_of_summary(SUMMARY), [("User deleted security info", "success", 3)]
        )
        self.assertEqual(users_of_summary(SUMMARY), [(2,)])

    def test_null_and_text_have_an_order(self) -> None:
        """A reason that is missing is a group, too."""
        rows = [{"reason": "None", "events": 1}, {"reason": None, "events": 2}]
        self.assertEqual(answer_of_query(json.dumps(rows).encode()), [("None", 1), (None, 2)])

    def test_every_difference_is_told(self) -> None:
        """One event more, a group less, a group twice."""
        wanted = [("email", 3), (None, 1)]
        self.assertEqual(differences("a", [(None, 1), ("email", 3)], wanted), [])
        for found in ([("email", 4), (None, 1)], [("email", 3)], [*wanted, (None, 1)], []):
            self.assertNotEqual(differences("a", found, wanted), [])


class Questions(unittest.TestCase):
    """The questions themselves."""

    def test_each_is_asked_of_one_stored_table(self) -> None:
        """The files to be read follow from the text."""
        for question in GROUPED:
            self.assertEqual(
                sum(f"FROM {name} " in question.sql for name in ("events", "methods")), 1
            )


if __name__ == "__main__":
    unittest.main()
