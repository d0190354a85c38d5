"""The comparison with other readers of Parquet: a wrong row or type has to be noticed."""

import unittest

from harness.readback import Table, documented, expected, microseconds, problems

SCHEMA = """## `events`: one row for each event

| column | kind | meaning |
|---|---|---|
| `time` | time (UTC) | when it happened |
| `outcome` | one of failure, success | what came of it |
| `methods` | list of categories | the methods |
| `record` | number | the record's number |
"""

NDJSON = """\
{"time":"2026-03-09T00:05:11.1234567Z","outcome":"success","methods":["email"],"record":1}
{"time":"2026-03-10T00:00:00Z","outcome":"failure","methods":[],"record":null}
"""

WANTED = expected(documented(SCHEMA)["events"], NDJSON)

TYPES = {
    "time": "TIMESTAMP WITH TIME ZONE",
    "outcome": "VARCHAR",
    "methods": "VARCHAR[]",
    "record": "BIGINT",
}
FIRST = [1773014711123456, "success", ["email"], 1]
SECOND = [1773100800000000, "failure", [], None]


def found(*rows: list[object], **types: str) -> list[str]:
    """Tell what is wrong with these rows, of other types in some columns."""
    return problems("duckdb", Table(TYPES | types, list(rows)), WANTED)


def by_date(*dates: str) -> list[str]:
    """Tell what is wrong where the rows stand in folders of these dates."""
    rows = [[*row, date] for row, date in zip([FIRST, SECOND], dates, strict=True)]
    return problems("duckdb", Table(TYPES | {"date": "DATE"}, rows), WANTED, "time")


class Rows(unittest.TestCase):
    """The same rows, whatever their order."""

    def test_equal_tables_have_no_problems(self) -> None:
        """Order is not part of a table."""
        self.assertEqual(found(FIRST, SECOND), [])
        self.assertEqual(found(SECOND, FIRST), [])

    def test_every_difference_is_told(self) -> None:
        """A row less, one more, one twice, and each value."""
        self.assertNotEqual(found(FIRST), [])
        self.assertNotEqual(found(), [])
        self.assertNotEqual(found(FIRST, SECOND, SECOND), [])
        for place, value in enumerate([FIRST[0] + 1, "failure", [], 2]):
            self.assertNotEqual(found([*FIRST[:place], value, *FIRST[place + 1 :]], SECOND), [])

    def test_nothing_is_not_empty(self) -> None:
        """Null, no methods and no text differ."""
        self.assertNotEqual(found(FIRST, [*SECOND[:2], None, None]), [])
        self.assertNotEqual(found(FIRST, [*SECOND[:3], 0]), [])


class Types(unittest.TestCase):
    """The documented types."""

    def test_every_type_is_compared(self) -> None:
        """A column of another type, a column more and one less."""
        for name in TYPES:
            self.assertNotEqual(found(FIRST, SECOND, **{name: "BLOB"}), [])
        self.assertNotEqual(found(FIRST, SECOND, more="VARCHAR"), [])
        less = Table(dict(list(TYPES.items())[:3]), [FIRST[:3], SECOND[:3]])
        self.assertNotEqual(problems("duckdb", less, WANTED), [])

    def test_each_reader_has_its_own(self) -> None:
        """What is right for one is wrong for the other."""
        self.assertNotEqual(problems("pyarrow", Table(TYPES, [FIRST, SECOND]), WANTED), [])

    def test_a_kind_that_nobody_knows_is_refused(self) -> None:
        """A new kind needs a type here."""
        with self.assertRaises(KeyError):
            problems("duckdb", Table({"a": "VARCHAR"}, []), Table({"a": "colour"}, []))

    def test_text_must_have_the_documented_columns(self) -> None:
        """What is right is checked, too."""
        with self.assertRaises(ValueError):
            expected({"time": "time (UTC)"}, NDJSON)


class Dates(unittest.TestCase):
    """Folders by date."""

    def test_a_row_stands_in_the_folder_of_its_date(self) -> None:
        """In UTC, and nowhere else."""
        self.assertEqual(by_date("2026-03-09", "2026-03-10"), [])
        self.assertNotEqual(by_date("2026-03-09", "2026-03-09"), [])
        self.assertNotEqual(by_date("", "2026-03-10"), [])

    def test_the_date_is_there(self) -> None:
        """A partitioned table without the column is none."""
        plain = Table(TYPES, [FIRST, SECOND])
        self.assertNotEqual(problems("duckdb", plain, WANTED, "time"), [])


class Times(unittest.TestCase):
    """Times as Parquet holds them."""

    def test_what_is_finer_than_a_microsecond_is_cut(self) -> None:
        """Never rounded."""
        self.assertEqual(microseconds("1970-01-01T00:00:01Z"), 1_000_000)
        self.assertEqual(microseconds("1970-01-01T00:00:00.5Z"), 500_000)
        self.assertEqual(microseconds("1970-01-01T00:00:00.9999999Z"), 999_999)


if __name__ == "__main__":
    unittest.main()
