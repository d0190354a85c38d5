"""The exports that are read, generated once and kept."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

SEED = 7
HOURS = 8760
FIRST_HOUR = datetime(2026, 1, 1)


@dataclass(frozen=True)
class Input:
    """An export: what it is called, what form it has, and how the generator makes it."""

    name: str
    title: str
    format: str
    shape: str
    file_name: str
    share: int = 5
    is_gzip: bool = False
    is_folder: bool = False

    @property
    def names_operations(self) -> bool:
        """Tell whether records carry the operation type, by which maintenance is known."""
        return self.shape == "diagnostic"


LINES = Input("lines", "JSON lines, 5 % hits", "lines", "diagnostic", "lines.json")

INPUTS = (
    LINES,
    Input("lines-all", "JSON lines, all hits", "lines", "diagnostic", "all.json", share=100),
    Input("array", "JSON array, one line", "array", "portal-json", "array.json"),
    Input("array-pretty", "JSON array, indented", "array", "portal-json-pretty", "pretty.json"),
    Input("csv", "portal CSV", "csv", "portal-csv", "portal.csv"),
    Input("gzip", "JSON lines, gzip", "lines", "diagnostic", "lines.json.gz", is_gzip=True),
    Input("hourly", "8,760 hourly files", "lines", "diagnostic", "hourly", is_folder=True),
)


@dataclass(frozen=True)
class Expected:
    """What the generator said that a reader has to find."""

    by_activity: dict[str, int]
    by_outcome: dict[str, int]
    users: int
    maintenance: int


@dataclass(frozen=True)
class Generated:
    """An input on disk."""

    source: Input
    path: Path
    expected: Expected


class Store:
    """A folder of generated exports of one size."""

    def __init__(self, folder: Path, generator: Path, sources: Path, megabytes: int) -> None:
        """Take the generator, and its sources to tell when an export is out of date."""
        self.folder = folder / f"{megabytes}MB"
        self.generator = generator
        self.megabytes = megabytes
        self.edition = digest(sources)

    def get(self, source: Input) -> Generated:
        """Hand out an export, generating it unless it is there."""
        path = self.folder / source.file_name
        note = self.folder / f"{source.name}.expected.json"
        arguments = self.arguments(source)
        kept = json.loads(note.read_text()) if note.exists() else {}
        if kept.get("arguments") != arguments or kept.get("edition") != self.edition:
            self.folder.mkdir(parents=True, exist_ok=True)
            note.unlink(missing_ok=True)
            told = self.split(path) if source.is_folder else self.generate(arguments, path)
            kept = {"arguments": arguments, "edition": self.edition, "expected": told}
            note.write_text(json.dumps(kept))
        told = kept["expected"]
        expected = Expected(
            told["by_activity"], told["by_outcome"], told["users"], told["maintenance"]
        )
        return Generated(source, path, expected)

    def arguments(self, source: Input) -> list[str]:
        """Tell what the generator is asked for."""
        arguments = ["--shape", source.shape, "--size", f"{self.megabytes}MB"]
        arguments += ["--share", str(source.share), "--seed", str(SEED)]
        return [*arguments, "--gzip"] if source.is_gzip else arguments

    def generate(self, arguments: list[str], path: Path) -> dict:
        """Write one file, and tell what is in it."""
        command = [str(self.generator), *arguments, "--output", str(path)]
        done = subprocess.run(command, check=True, stderr=subprocess.PIPE)
        return json.loads(done.stderr)

    def split(self, folder: Path) -> dict:
        """Spread the lines of the one file over the hours of a year, as Azure lays them out."""
        lines = self.get(LINES).path
        shutil.rmtree(folder, ignore_errors=True)
        with lines.open("rb") as file:
            count = sum(1 for _ in file)
            file.seek(0)
            for hour in range(HOURS):
                share = count * (hour + 1) // HOURS - count * hour // HOURS
                if share:
                    write_hour(folder, hour, (next(file) for _ in range(share)))
        return json.loads((self.folder / f"{LINES.name}.expected.json").read_text())["expected"]


def write_hour(folder: Path, hour: int, lines: Iterator[bytes]) -> None:
    """Write the file of one hour. Azure makes none for an hour without records."""
    time = FIRST_HOUR + timedelta(hours=hour)
    path = folder / f"y={time:%Y}/m={time:%m}/d={time:%d}/h={time:%H}/m=00/PT1H.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"".join(lines))


def files_of(path: Path) -> list[Path]:
    """List the file, or every file below the folder."""
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.is_file())
    return [path]


def warm_up(path: Path) -> None:
    """Read everything once, so that all contestants find it in the page cache."""
    for file in files_of(path):
        with file.open("rb", buffering=0) as opened:
            while opened.read(1 << 20):
                pass


def digest(folder: Path) -> str:
    """Tell one edition of some sources from another."""
    whole = hashlib.sha256()
    for file in files_of(folder):
        whole.update(file.read_bytes())
    return whole.hexdigest()
