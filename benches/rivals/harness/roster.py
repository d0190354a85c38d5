"""Who runs on which input, by which command.

A rival is a name, its version, and a function that makes the pipeline for a task, or nothing where
the rival cannot read the input.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from harness.answers import Answer, answer_of_regaudit, answer_of_rival
from harness.inputs import Generated
from harness.measure import Pipeline
from harness.tools import HERE, Tools, crate_version, package_version, told_version

SERVICE = "Authentication Methods"

REGAUDIT = "regaudit"
REGAUDIT_ONE_THREAD = "regaudit, one thread"
REGAUDIT_ALL_FAMILIES = "regaudit, all families"
LIMIT = "limit"


@dataclass(frozen=True)
class Task:
    """What is asked of every contestant."""

    generated: Generated
    threads: int
    tools: Tools

    @property
    def format(self) -> str:
        """The form of the records."""
        return self.generated.source.format

    @property
    def path(self) -> str:
        """The file or folder."""
        return str(self.generated.path)

    @property
    def pattern(self) -> str:
        """The file, or a pattern for every file in the folder."""
        return f"{self.path}/**/*.json" if self.generated.source.is_folder else self.path


@dataclass(frozen=True)
class Contestant:
    """Whoever runs: a rival, regaudit in one of its ways, or the limit."""

    name: str
    pipeline: Pipeline
    read_answer: Callable[[bytes], Answer] | None


@dataclass(frozen=True)
class Rival:
    """Another program that does the job."""

    name: str
    title: str
    version: Callable[[Tools], str]
    pipeline: Callable[[Task], Pipeline | None]


def duckdb(task: Task) -> Pipeline:
    """Ask DuckDB in SQL."""
    return (python(task, "rivals.duckdb", task.pattern),)


def clickhouse(task: Task) -> Pipeline:
    """Ask ClickHouse in SQL."""
    return (python(task, "rivals.clickhouse", task.pattern),)


def polars(task: Task) -> Pipeline:
    """Ask Polars for a lazy frame."""
    return (python(task, "rivals.polars", task.pattern),)


def ripgrep(task: Task) -> Pipeline | None:
    """Let ripgrep find lines and Python read them. An array has no lines to be found by."""
    if task.format == "array":
        return None
    options = ["--text", "--no-filename", "--no-ignore", "--threads", str(task.threads)]
    if task.generated.source.is_gzip:
        options.append("--search-zip")
    find = (task.tools.ripgrep(), *options, "--fixed-strings", SERVICE, task.path)
    return find, python(task, "rivals.orjson", "-")


def ripgrep_version(tools: Tools) -> str:
    """The versions of both."""
    return f"{told_version(tools.ripgrep())} + {package_version('orjson')}"


def orjson(task: Task) -> Pipeline | None:
    """Let Python read the whole array; for all else ripgrep goes before."""
    return (python(task, "rivals.orjson", task.path),) if task.format == "array" else None


def jq(task: Task) -> Pipeline | None:
    """Run the program for jq, which reads no CSV."""
    if task.format == "csv":
        return None
    return filtered(task, task.tools.jq(), "def count($key): setpath([$key]; .[$key] + 1);")


def jaq(task: Task) -> Pipeline:
    """Run the same program with jaq."""
    return filtered(task, task.tools.jaq(), "def count($key): .[$key] += 1;")


def serde(task: Task) -> Pipeline | None:
    """Decode every record of JSON into a struct."""
    return None if task.format == "csv" else (native(task, "serde_every_record"),)


def csv_crate(task: Task) -> Pipeline | None:
    """Read the CSV with the crate that most of Rust reads CSV with."""
    return (native(task, "csv_crate"),) if task.format == "csv" else None


RIVALS = (
    Rival("duckdb", "DuckDB", lambda _: package_version("duckdb"), duckdb),
    Rival("clickhouse", "ClickHouse (chdb)", lambda _: package_version("chdb-core"), clickhouse),
    Rival("polars", "Polars", lambda _: package_version("polars"), polars),
    Rival("ripgrep", "ripgrep + orjson", ripgrep_version, ripgrep),
    Rival("orjson", "Python + orjson", lambda _: package_version("orjson"), orjson),
    Rival("jaq", "jaq", lambda tools: told_version(tools.jaq()), jaq),
    Rival("jq", "jq", lambda tools: told_version(tools.jq()), jq),
    Rival("serde", "serde_json", lambda _: crate_version("serde_json"), serde),
    Rival("csv", "csv crate", lambda _: crate_version("csv"), csv_crate),
)


def contestants(task: Task, rivals: list[Rival]) -> Iterator[Contestant]:
    """Everybody who runs on an input, in the order of running."""
    yield regaudit(task, REGAUDIT, task.threads)
    yield regaudit(task, REGAUDIT_ONE_THREAD, 1)
    yield regaudit(task, REGAUDIT_ALL_FAMILIES, task.threads, "--family", "all")
    yield Contestant(LIMIT, limit(task), None)
    for rival in rivals:
        pipeline = rival.pipeline(task)
        if pipeline is not None:
            yield Contestant(rival.name, pipeline, answer_of_rival)


def regaudit(task: Task, name: str, threads: int, *options: str) -> Contestant:
    """regaudit itself. Over all families it has another answer, which nobody else gives."""
    command = (task.tools.regaudit, "summary", "--format", "json", "--threads", str(threads))
    read_answer = None if name == REGAUDIT_ALL_FAMILIES else answer_of_regaudit
    return Contestant(name, ((*command, *options, task.path),), read_answer)


def limit(task: Task) -> Pipeline:
    """What no program that looks at every byte can go below."""
    is_gzip = task.generated.source.is_gzip
    return (native(task, "inflate" if is_gzip else "count_newlines"),)


def native(task: Task, program: str) -> tuple[str, ...]:
    """The command of a program of the package `native`."""
    return task.tools.native(program), task.format, task.path, str(task.threads)


def python(task: Task, module: str, path: str) -> tuple[str, ...]:
    """The command of a rival in Python."""
    return task.tools.python(), "-m", module, task.format, path, str(task.threads)


def filtered(task: Task, program: str, count: str) -> Pipeline:
    """The pipeline of jq or jaq, which both read one stream on one thread.

    Lines are read as text, and only those that hold the name of the service are parsed: up to four
    times as fast with jq, nine times with jaq.
    """
    records = {
        "lines": f'inputs | select(contains("{SERVICE}")) | fromjson | .properties',
        "array": "inputs[]",
        "csv": f'inputs | select(.[2] == "{SERVICE}") | {{loggedByService: .[2], result: .[5],'
        " activityDisplayName: .[4], resultReason: .[6], targetResources: [{id: .[19]}]}",
    }[task.format]
    text = f"def records: {records};\n{count}\n{(HERE / 'rivals' / 'registration.jq').read_text()}"
    options = {"lines": ("--raw-input",), "array": (), "csv": ("--from", "csv")}[task.format]
    command = (program, "--null-input", "--compact-output", *options, text)
    if task.generated.source.is_folder:
        find = ("find", task.path, "-type", "f", "-print0")
        return find, ("xargs", "--null", "cat"), command
    if task.generated.source.is_gzip:
        return ("gzip", "--decompress", "--stdout", task.path), command
    return ((*command, task.path),)
