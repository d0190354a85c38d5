"""Measures what regaudit makes of many events: a summary, an answer in SQL, Parquet, more answers.

`python3 benches/rivals/query.py` generates registration events, pipes them through regaudit for
each of these, and then asks regaudit and DuckDB the same about the Parquet. All answers have to
agree. `--check` does it once and small, for the answers alone.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

# Tests look at every file of this folder; none of them shall be compiled code.
sys.dont_write_bytecode = True

from harness import machine, questions  # noqa: E402
from harness.answers import answer_of_regaudit, unexpected  # noqa: E402
from harness.inputs import LINES, Expected, warm_up  # noqa: E402
from harness.measure import Failed, Measurement, Pipeline, TimedOut, measure  # noqa: E402
from harness.questions import GROUPED, Question, Row, differences  # noqa: E402
from harness.tables import megabytes, seconds, table, times  # noqa: E402
from harness.tools import (  # noqa: E402
    HERE,
    TABLES,
    TABLES_TO_CHECK,
    Missing,
    Tools,
    package_version,
    say,
)

SEED = 7
TIMEOUT = 3600.0
MEBIBYTE = 1024 * 1024

STORED = ("events", "methods")


@dataclass(frozen=True)
class Setting:
    """What is measured, with what, and where files may be written."""

    tools: Tools
    folder: Path
    records: int
    users: int
    runs: int
    threads: int

    def over_events(self, *arguments: str) -> Measurement:
        """Run regaudit on generated events, which are piped into it and never stored."""
        generate = (str(self.tools.generator), "--shape", LINES.shape, "--share", "100")
        generate += ("--records", str(self.records), "--users", str(self.users))
        generate += ("--seed", str(SEED))
        ours = (self.tools.regaudit, *arguments, "--threads", str(self.threads), "-")
        return self.measure((generate, ours))

    def ask_regaudit(self, question: Question) -> Measurement:
        """Ask regaudit about the single files."""
        files = [str(self.file_of(name)) for name in STORED if f"FROM {name} " in question.sql]
        return self.measure(((self.tools.regaudit, *in_sql(question), *files),))

    def ask_duckdb(self, question: Question, files: dict[str, str]) -> Measurement:
        """Ask DuckDB about some files."""
        command = (self.tools.python(), "-m", "rivals.ask_duckdb", str(self.threads), question.sql)
        return self.measure(((*command, *(f"{name}={path}" for name, path in files.items())),))

    def measure(self, pipeline: Pipeline) -> Measurement:
        """Run a pipeline with the threads that everybody has."""
        stopwatch = Path(self.tools.native("stopwatch"))
        environment = {"POLARS_MAX_THREADS": str(self.threads), "PYTHONDONTWRITEBYTECODE": "1"}
        # DuckDB from a package knows the dates of the machine's time zone alone.
        return measure(pipeline, stopwatch, TIMEOUT, environment | {"TZ": "UTC"}, HERE)

    def file_of(self, name: str) -> Path:
        """The table in one file."""
        return self.folder / "files" / f"{name}.parquet"


@dataclass
class Load:
    """One pass over all events: what it took, and where its answer was wrong."""

    title: str
    measurement: Measurement


@dataclass
class Duel:
    """A question put to both, in turns."""

    question: Question
    ours: list[float]
    theirs: list[float]
    whole: list[float]

    @property
    def ratio(self) -> float:
        """How many times as long as DuckDB regaudit took, the best runs of both."""
        return min(self.ours) / min(self.theirs)


def main() -> int:
    """Measure everything; the exit code is 1 when an answer differs or a limit is passed."""
    arguments = parse_arguments()
    tools = Tools(TABLES_TO_CHECK if arguments.check else TABLES)
    try:
        tools.build()
        folder = tools.folder / "tables"
        folder.mkdir(exist_ok=True)
        setting = Setting(
            tools,
            folder,
            arguments.records,
            arguments.users,
            arguments.runs,
            arguments.threads,
        )
        loads, problems = loaded(setting)
        duels, more = fought(setting)
    except Missing as error:
        say(f"query.py: {error}")
        return 2
    except (Failed, TimedOut) as error:
        say(f"query.py: {error or 'it took too long'}")
        return 1
    problems += more
    if not arguments.check:
        print(markdown(setting, loads, duels, command_of(arguments)), end="")
        problems += passed(loads, duels, arguments)
    if problems:
        say("\n".join(problems))
        return 1
    say(f"all answers about {arguments.records} events agree")
    return 0


def loaded(setting: Setting) -> tuple[list[Load], list[str]]:
    """Pass over all events once for each way, and hold every answer against the summary."""
    dates, files = str(setting.folder / "dates"), str(setting.folder / "files")
    in_files = [option for name in STORED for option in ("--table", name)]
    jobs = {
        "summary": ("summary", "--format", "json"),
        "grouped question in SQL": in_sql(questions.METHODS),
        "Parquet by date, all tables": (
            "convert",
            "--partition-by",
            "date",
            "-o",
            dates,
            "--force",
        ),
        "Parquet in files, two tables": ("convert", *in_files, "-o", files, "--force"),
    }
    loads = []
    for title, arguments in jobs.items():
        loads.append(Load(title, setting.over_events(*arguments)))
        took = loads[-1].measurement
        say(f"{title}: {took.wall_seconds:.1f} s, {took.peak_bytes // MEBIBYTE} MiB")
    summary, methods = (load.measurement for load in loads[:2])

    problems = unexpected(answer_of_regaudit(summary.output), generated(summary), LINES)
    wanted = questions.methods_of_summary(summary.output)
    answer = questions.answer_of_query(methods.output)
    problems += differences("regaudit on the export", answer, wanted)
    for layout in ("dates/{}/*/*.parquet", "files/{}.parquet"):
        stored = {name: str(setting.folder / layout.format(name)) for name in STORED}
        for question, wanted in questions_of_summary(summary.output):
            answer = questions.answer_of_duckdb(setting.ask_duckdb(question, stored).output)
            problems += differences(f"DuckDB on {layout}", answer, wanted)
    return loads, problems


def questions_of_summary(output: bytes) -> Iterator[tuple[Question, list[Row]]]:
    """What the summary has answered already."""
    yield questions.METHODS, questions.methods_of_summary(output)
    yield questions.ACTIVITIES, questions.activities_of_summary(output)
    yield questions.USERS, questions.users_of_summary(output)


def generated(measurement: Measurement) -> Expected:
    """Read what the generator said that it wrote; it is the only one to speak in JSON."""
    (told,) = [json.loads(line) for line in measurement.errors.splitlines() if line[:1] == "{"]
    return Expected(told["by_activity"], told["by_outcome"], told["users"], told["maintenance"])


def fought(setting: Setting) -> tuple[list[Duel], list[str]]:
    """Put each question to both in turns, so that noise hits both alike."""
    files = {name: str(setting.file_of(name)) for name in STORED}
    warm_up(setting.folder / "files")
    duels, problems = [], []
    for question in GROUPED:
        duel = Duel(question, [], [], [])
        for _ in range(setting.runs):
            ours = setting.ask_regaudit(question)
            theirs = setting.ask_duckdb(question, files)
            told = json.loads(theirs.output)
            duel.ours.append(ours.wall_seconds)
            duel.theirs.append(told["done"] - told["ready"])
            duel.whole.append(theirs.wall_seconds)
            answers = (
                questions.answer_of_query(ours.output),
                questions.answer_of_duckdb(theirs.output),
            )
            problems += differences(question.title, *answers)
            if not answers[0]:
                problems.append(f"{question.title}: an empty answer proves nothing")
        say(f"{question.title}: {duel.ratio:.2f} times as long as DuckDB")
        duels.append(duel)
    return duels, problems


def passed(
    loads: Sequence[Load], duels: Sequence[Duel], arguments: argparse.Namespace
) -> Iterator[str]:
    """Tell which limits were passed."""
    for load in loads:
        peak = load.measurement.peak_bytes / MEBIBYTE
        if arguments.memory and peak > arguments.memory:
            yield f"{load.title}: {peak:.0f} MiB, {arguments.memory} are allowed"
    for duel in duels:
        if arguments.limit and duel.ratio > arguments.limit:
            yield f"{duel.question.title}: {duel.ratio:.2f} x, {arguments.limit} are allowed"


def markdown(setting: Setting, loads: Sequence[Load], duels: Sequence[Duel], command: str) -> str:
    """Write where it was measured, what passing over all events took, and the questions."""
    heading = (
        f"{machine.today()}, {machine.describe()}, commit `{machine.commit()}`, `{command}`: "
        f"{setting.records} events of {setting.users} users, {setting.threads} threads, "
        f"DuckDB {package_version('duckdb')}."
    )
    passes = table(
        ("from standard input", "time", "CPU", "memory"),
        (
            [
                load.title,
                seconds(load.measurement.wall_seconds),
                seconds(load.measurement.processor_seconds),
                megabytes(load.measurement.peak_bytes),
            ]
            for load in loads
        ),
    )
    rows = (
        [
            duel.question.title,
            seconds(min(duel.ours)),
            seconds(min(duel.theirs)),
            seconds(min(duel.whole)),
            times(duel.ratio),
        ]
        for duel in duels
    )
    header = ("of a Parquet file", "regaudit", "DuckDB", "with its start-up", "times as long")
    return "\n\n".join([heading, passes, table(header, rows)]) + "\n"


def in_sql(question: Question) -> tuple[str, ...]:
    """The arguments by which regaudit is asked a question."""
    return "query", question.sql, "--format", "json"


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=10_000_000, help="how many events")
    parser.add_argument("--users", type=int, default=500_000, help="of how many users")
    parser.add_argument("--runs", type=int, default=5, help="how often each question is asked")
    parser.add_argument("--threads", type=int, default=2, help="for both")
    parser.add_argument("--limit", type=float, help="fail where DuckDB is so many times as fast")
    parser.add_argument("--memory", type=int, help="fail where a pass takes more MiB")
    once = "20,000 events and one run, for the answers alone"
    parser.add_argument("--check", action="store_true", help=once)
    arguments = parser.parse_args()
    if arguments.check:
        arguments.records, arguments.users, arguments.runs = 20_000, 500, 1
    return arguments


def command_of(arguments: argparse.Namespace) -> str:
    """Write the command line that gives the same numbers again."""
    words = ["python3 benches/rivals/query.py"]
    words += [
        f"--{name} {getattr(arguments, name)}" for name in ("records", "users", "runs", "threads")
    ]
    return " ".join(words)


if __name__ == "__main__":
    sys.exit(main())
