"""Measures regaudit beside other programs that do the same job, and compares their answers.

`python3 benches/rivals/run.py` installs the rivals, builds regaudit, generates the exports, runs
everybody in turns and prints a table; `--check` does it once and small, for the answers alone.
README.md beside this file says what is compared and how.
"""

import argparse
import sys
from pathlib import Path
from typing import TypeVar

# Tests look at every file of this folder; none of them shall be compiled code.
sys.dont_write_bytecode = True

from harness import contest, tables  # noqa: E402
from harness.inputs import INPUTS, Input, Store  # noqa: E402
from harness.roster import RIVALS, Rival, Task  # noqa: E402
from harness.tools import ROOT, Missing, Tools, say  # noqa: E402

CHECK_MEGABYTES = 20

Named = TypeVar("Named")


def main() -> int:
    """Do everything; the exit code is 1 when an answer disagrees or somebody failed."""
    arguments = parse_arguments()
    try:
        contests, setting = compete(arguments)
    except Missing as error:
        say(f"run.py: {error}")
        return 2

    problems = [problem for one in contests for problem in one.problems]
    if problems:
        say("\n".join(problems))
        say(f"{len(problems)} of the answers are not what they should be")
        return 1

    if not arguments.check:
        text = tables.markdown(contests, arguments.rivals, setting)
        print(text, end="")
        if arguments.markdown:
            arguments.markdown.write_text(text)
    answers = sum(len(one.agreed) for one in contests)
    say(f"{answers} answers on {len(contests)} inputs agree")
    return 0


def compete(arguments: argparse.Namespace) -> tuple[list[contest.Contest], tables.Setting]:
    """Install, build, generate and run, input by input."""
    tools = Tools()
    tools.build()
    setting = tables.Setting(
        command=command_of(arguments),
        megabytes=arguments.megabytes,
        runs=arguments.runs,
        threads=arguments.threads,
        versions={rival.title: rival.version(tools) for rival in arguments.rivals},
    )
    say(", ".join(f"{title} {version}" for title, version in setting.versions.items()))
    sources = ROOT / "examples" / "generate"
    store = Store(tools.folder / "data", tools.generator, sources, arguments.megabytes)
    rules = contest.Rules(arguments.runs, arguments.timeout, tools.folder / "answers")
    contests = []
    for source in arguments.only:
        task = Task(store.get(source), arguments.threads, tools)
        contests.append(contest.hold(task, arguments.rivals, rules))
    return contests, setting


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=positive, default=1000, help="size of each input")
    parser.add_argument("--runs", type=positive, default=5, help="how often everybody runs")
    parser.add_argument("--threads", type=positive, default=2, help="for all that can use them")
    parser.add_argument("--timeout", type=positive, default=120, help="seconds for one run")
    of_inputs = f"of {', '.join(one.name for one in INPUTS)}"
    parser.add_argument(
        "--only", type=inputs, default=list(INPUTS), metavar="INPUT,..", help=of_inputs
    )
    of_rivals = f"of {', '.join(one.name for one in RIVALS)}"
    parser.add_argument(
        "--rivals", type=rivals, default=list(RIVALS), metavar="RIVAL,..", help=of_rivals
    )
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables to FILE")
    once = f"{CHECK_MEGABYTES} MB and one run, for the answers alone"
    parser.add_argument("--check", action="store_true", help=once)
    arguments = parser.parse_args()
    if arguments.check:
        arguments.megabytes, arguments.runs = CHECK_MEGABYTES, 1
    return arguments


def command_of(arguments: argparse.Namespace) -> str:
    """Write the command line that gives the same numbers again."""
    words = ["python3 benches/rivals/run.py"]
    words += [f"--{name} {getattr(arguments, name)}" for name in ("megabytes", "runs", "threads")]
    if arguments.only != list(INPUTS):
        words.append(f"--only {','.join(one.name for one in arguments.only)}")
    if arguments.rivals != list(RIVALS):
        words.append(f"--rivals {','.join(one.name for one in arguments.rivals)}")
    return " ".join(words)


def positive(text: str) -> int:
    """Read a number that is at least one."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("use a number from 1 on")
    return number


def inputs(text: str) -> list[Input]:
    """Choose inputs by name."""
    return chosen(text, {one.name: one for one in INPUTS})


def rivals(text: str) -> list[Rival]:
    """Choose rivals by name."""
    return chosen(text, {one.name: one for one in RIVALS})


def chosen(text: str, known: dict[str, Named]) -> list[Named]:
    """Look names up."""
    names = text.split(",")
    if unknown := [name for name in names if name not in known]:
        raise argparse.ArgumentTypeError(f"no {', '.join(unknown)}; there is {', '.join(known)}")
    return [known[name] for name in names]


if __name__ == "__main__":
    sys.exit(main())
