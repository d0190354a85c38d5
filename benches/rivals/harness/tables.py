"""The results as Markdown."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from harness import machine
from harness.contest import Contest, Result
from harness.roster import LIMIT, REGAUDIT, REGAUDIT_ALL_FAMILIES, REGAUDIT_ONE_THREAD, Rival

NOTHING = "-"


@dataclass(frozen=True)
class Setting:
    """What a reader has to know beside the numbers."""

    command: str
    megabytes: int
    runs: int
    threads: int
    versions: dict[str, str]


def markdown(contests: Sequence[Contest], rivals: Sequence[Rival], setting: Setting) -> str:
    """Write where it was measured, regaudit by itself, and each rival beside it."""
    blocks = [
        heading(setting),
        overview(contests, rivals, setting),
        small_files(contests),
        "Time of each rival, and how many times as long as regaudit it took:",
        by_rival(contests, rivals, time_beside_regaudit),
        "Time of all cores, and the most memory:",
        by_rival(contests, rivals, work_and_memory),
        start_ups(contests, rivals),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def heading(setting: Setting) -> str:
    """Say when, where, of what and how."""
    versions = ", ".join(f"{title} {version}" for title, version in setting.versions.items())
    return (
        f"{machine.today()}, {machine.describe()}, commit `{machine.commit()}`, "
        f"`{setting.command}`: {setting.megabytes} MB before compression, "
        f"{setting.threads} threads, warm page cache, medians of {setting.runs}. {versions}."
    )


def overview(contests: Sequence[Contest], rivals: Sequence[Rival], setting: Setting) -> str:
    """One row for each input: regaudit, the limit, and the fastest rival."""
    header = (
        "input", "regaudit", "MB/s", "of the limit", "fastest rival", "times as fast",
        "second thread", "all families", "CPU", "memory",
    )  # fmt: skip
    return table(header, (overview_row(contest, rivals, setting) for contest in contests))


def overview_row(contest: Contest, rivals: Sequence[Rival], setting: Setting) -> list[str]:
    """Put what regaudit did on an input into words."""
    ours = contest.results[REGAUDIT]
    if not ours.is_complete:
        return [contest.source.title, ours.trouble or NOTHING, *[NOTHING] * 8]
    wall = ours.wall_seconds
    first = fastest(contest, rivals)
    return [
        contest.source.title,
        seconds(wall),
        f"{setting.megabytes / wall:.0f}",
        of_other(contest, LIMIT, lambda limit: f"{100 * limit / wall:.0f} %"),
        first.title if first else NOTHING,
        of_other(contest, first.name, lambda theirs: times(theirs / wall)) if first else NOTHING,
        of_other(contest, REGAUDIT_ONE_THREAD, lambda alone: times(alone / wall)),
        of_other(contest, REGAUDIT_ALL_FAMILIES, seconds),
        seconds(ours.processor_seconds),
        megabytes(ours.peak_bytes),
    ]


def of_other(contest: Contest, name: str, text: Callable[[float], str]) -> str:
    """Put the time of another contestant into words, if it has one."""
    result = contest.results[name]
    return text(result.wall_seconds) if result.is_complete else NOTHING


def fastest(contest: Contest, rivals: Sequence[Rival]) -> Rival | None:
    """Find the rival that took the least time."""
    ran = [rival for rival in rivals if rival.name in contest.results]
    done = [rival for rival in ran if contest.results[rival.name].is_complete]
    return min(done, key=lambda rival: contest.results[rival.name].wall_seconds, default=None)


def small_files(contests: Sequence[Contest]) -> str:
    """Say what many small files cost beside one large file of the same lines."""
    by_name = {contest.source.name: contest.results[REGAUDIT] for contest in contests}
    one, many = by_name.get("lines"), by_name.get("hourly")
    if not (one and many and one.is_complete and many.is_complete):
        return ""
    share = one.wall_seconds / many.wall_seconds
    return f"Small files: the hourly files go at {100 * share:.0f} % of the speed of one file."


def by_rival(
    contests: Sequence[Contest],
    rivals: Sequence[Rival],
    cell: Callable[[Result, Result], str],
) -> str:
    """One row for each contestant, one column for each input."""
    header = ("", *(contest.source.title for contest in contests))
    everybody = [(REGAUDIT, REGAUDIT), (LIMIT, "(the limit)")]
    everybody += [(rival.name, rival.title) for rival in rivals]
    rows = []
    for name, title in everybody:
        cells = []
        for contest in contests:
            result = contest.results.get(name)
            cells.append(shown(result, contest.results[REGAUDIT], cell))
        rows.append([title, *cells])
    return table(header, rows)


def shown(result: Result | None, ours: Result, cell: Callable[[Result, Result], str]) -> str:
    """Fill a cell: with the result, with why there is none, or with a dash if not asked for."""
    if result is None:
        return NOTHING
    return result.trouble.splitlines()[0] if result.trouble else cell(result, ours)


def time_beside_regaudit(result: Result, ours: Result) -> str:
    """Say how long it took, and how many times as long as regaudit."""
    text = seconds(result.wall_seconds)
    if result is ours or not ours.is_complete:
        return text
    return f"{text} ({times(result.wall_seconds / ours.wall_seconds)})"


def work_and_memory(result: Result, _: Result) -> str:
    """Say how much work and memory it took."""
    return f"{seconds(result.processor_seconds)}, {megabytes(result.peak_bytes)}"


def start_ups(contests: Sequence[Contest], rivals: Sequence[Rival]) -> str:
    """Say how much of a rival's time went by before it could begin."""
    parts = []
    for rival in rivals:
        results = [contest.results.get(rival.name) for contest in contests]
        known = [one.start_up_seconds for one in results if one is not None and one.start_ups]
        if known:
            parts.append(f"{rival.title} {seconds(sum(known) / len(known))}")
    return f"Of these times, start-up and imports: {', '.join(parts)}." if parts else ""


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Lay out a table, the first column to the left and all others to the right."""
    header = list(header)
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def seconds(value: float) -> str:
    """Three digits are more than noise leaves."""
    return f"{value:.1f} s" if value >= 10 else f"{value:.2f} s" if value >= 1 else f"{value:.3f} s"


def times(ratio: float) -> str:
    """Of ratios, too."""
    return f"{ratio:.1f} x" if ratio >= 10 else f"{ratio:.2f} x"


def megabytes(value: float) -> str:
    """Memory."""
    return f"{value / 1e6:.0f} MB"
