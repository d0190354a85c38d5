"""Runs a pipeline of processes and says what it took."""

import json
import os
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

Pipeline = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Measurement:
    """What one run took, and what it wrote. Of a pipeline, that of all processes."""

    wall_seconds: float
    processor_seconds: float
    peak_bytes: int
    started: float
    output: bytes
    errors: str


class TimedOut(Exception):
    """It took longer than it may."""


class Failed(Exception):
    """A process ended with an error; the message is what it said."""


def measure(
    pipeline: Pipeline, stopwatch: Path, timeout: float, environment: dict[str, str], folder: Path
) -> Measurement:
    """Run the processes, each fed by the one before, in `folder`."""
    with tempfile.TemporaryDirectory() as scratch:
        reports = [Path(scratch) / f"report-{stage}" for stage in range(len(pipeline))]
        commands = [
            (str(stopwatch), str(report), *command)
            for report, command in zip(reports, pipeline, strict=True)
        ]
        output, errors = Path(scratch) / "output", Path(scratch) / "errors"
        with output.open("wb") as out, errors.open("wb") as err:
            processes = start(commands, out, err, folder, os.environ | environment)
            wait(processes, timeout)
        said = errors.read_text(errors="replace").strip()
        if any(process.returncode for process in processes):
            codes = ", ".join(str(process.returncode) for process in processes)
            raise Failed(f"exit code {codes}\n{said}")
        measured = [json.loads(report.read_text()) for report in reports]
        return summed(measured, output.read_bytes(), said)


def start(
    commands: list[tuple[str, ...]],
    output: IO[bytes],
    errors: IO[bytes],
    folder: Path,
    environment: dict[str, str],
) -> list[subprocess.Popen[bytes]]:
    """Start every process of a pipeline, the last one writing to `output`."""
    processes = []
    before: IO[bytes] | None = None
    for place, command in enumerate(commands, start=1):
        process = subprocess.Popen(
            command,
            stdin=before or subprocess.DEVNULL,
            stdout=output if place == len(commands) else subprocess.PIPE,
            stderr=errors,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
        if before is not None:
            # Only the process that reads holds the pipe now, so that its end is noticed.
            before.close()
        before = process.stdout
        processes.append(process)
    return processes


def wait(processes: list[subprocess.Popen[bytes]], timeout: float) -> None:
    """Wait for every process, and end them all when it takes too long."""
    deadline = time.monotonic() + timeout
    try:
        for process in processes:
            process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired as error:
        for process in processes:
            if process.poll() is None:
                # Each stopwatch leads a session of its own, with the program that it runs.
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        raise TimedOut from error


def summed(reports: list[dict], output: bytes, errors: str) -> Measurement:
    """Take the processes of a pipeline together."""
    started = min(report["started"] for report in reports)
    return Measurement(
        wall_seconds=max(report["ended"] for report in reports) - started,
        processor_seconds=sum(report["processor_seconds"] for report in reports),
        peak_bytes=sum(report["peak_kibibytes"] for report in reports) * 1024,
        started=started,
        output=output,
        errors=errors,
    )
