"""One input, everybody on it in turns, and whether their answers agree."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from harness.answers import Answer, differences, unexpected
from harness.inputs import Generated, Input, warm_up
from harness.measure import Failed, Measurement, TimedOut, measure
from harness.roster import REGAUDIT, Contestant, Rival, Task, contestants
from harness.tools import HERE, say

FAILED = "failed"


@dataclass
class Result:
    """What the runs of one contestant took, and why there are no more of them."""

    measurements: list[Measurement] = field(default_factory=list)
    start_ups: list[float] = field(default_factory=list)
    trouble: str | None = None

    @property
    def is_complete(self) -> bool:
        """Tell whether there is something to show."""
        return self.trouble is None and bool(self.measurements)

    @property
    def has_failed(self) -> bool:
        """Tell whether it ended with an error, which a rival that takes too long does not."""
        return self.trouble is not None and self.trouble.startswith(FAILED)

    @property
    def wall_seconds(self) -> float:
        """The median time from start to end."""
        return median(one.wall_seconds for one in self.measurements)

    @property
    def processor_seconds(self) -> float:
        """The median time of all cores."""
        return median(one.processor_seconds for one in self.measurements)

    @property
    def peak_bytes(self) -> float:
        """The median of the most memory that was resident."""
        return median(one.peak_bytes for one in self.measurements)

    @property
    def start_up_seconds(self) -> float:
        """The median time until a rival in Python had imported what it needs; nothing elsewhere."""
        return median(self.start_ups) if self.start_ups else 0.0


@dataclass
class Contest:
    """The results on one input, by contestant, and whatever was wrong with an answer."""

    generated: Generated
    results: dict[str, Result]
    reference: Answer | None = None
    agreed: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    @property
    def source(self) -> Input:
        """The input."""
        return self.generated.source

    def judge(self, name: str, answer: Answer) -> None:
        """Hold the first answer, regaudit's, against the generator, and all others against it."""
        if self.reference is None:
            self.reference = answer
            found = unexpected(answer, self.generated.expected, self.source)
        else:
            found = differences(REGAUDIT, self.reference, name, answer)
        if found:
            self.problems.append("\n".join([f"{self.source.name}: {name} is wrong", *found]))
        else:
            self.agreed.add(name)

    def excuse(self, name: str, result: Result) -> None:
        """Let a rival take too long, but nobody fail, and regaudit neither."""
        if result.has_failed or name == REGAUDIT:
            self.problems.append(f"{self.source.name}: {name} {result.trouble}")


@dataclass(frozen=True)
class Rules:
    """How often everybody runs, for how long, and where answers are kept."""

    runs: int
    timeout: float
    answers: Path


def hold(task: Task, rivals: list[Rival], rules: Rules) -> Contest:
    """Run everybody, one after the other and round by round, so that noise hits all alike."""
    everybody = list(contestants(task, rivals))
    contest = Contest(task.generated, {contestant.name: Result() for contestant in everybody})
    warm_up(task.generated.path)
    for round_number in range(1, rules.runs + 1):
        for contestant in everybody:
            result = contest.results[contestant.name]
            if result.trouble is not None:
                continue
            answer = run(contestant, task, rules, result)
            turn = f"{contest.source.name} {round_number}/{rules.runs}"
            say(f"{turn} {contestant.name}: {told(result)}")
            if result.trouble is not None:
                contest.excuse(contestant.name, result)
            elif answer is not None:
                contest.judge(contestant.name, answer)
    return contest


def run(contestant: Contestant, task: Task, rules: Rules, result: Result) -> Answer | None:
    """Run a contestant once, note what it took, and keep its answer."""
    stopwatch = Path(task.tools.native("stopwatch"))
    environment = {"POLARS_MAX_THREADS": str(task.threads), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        found = measure(contestant.pipeline, stopwatch, rules.timeout, environment, HERE)
    except TimedOut:
        result.trouble = f"longer than {rules.timeout:.0f} s"
        return None
    except Failed as error:
        result.trouble = f"{FAILED}: {error}"
        return None
    result.measurements.append(found)
    if contestant.read_answer is None:
        return None
    ready = json.loads(found.output).get("ready")
    if ready is not None:
        result.start_ups.append(ready - found.started)
    answer = contestant.read_answer(found.output)
    path = rules.answers / task.generated.source.name / f"{contestant.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(answer.as_json() + "\n")
    return answer


def told(result: Result) -> str:
    """Say what the last run came to."""
    if result.trouble is not None:
        return result.trouble
    return f"{result.measurements[-1].wall_seconds:.3f} s"
