"""Where and when it was measured, so that a table can be read next year."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from harness.tools import ROOT


def describe() -> str:
    """Name processor, cores, memory and system."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    cores = os.cpu_count()
    return f"{processor()}, {cores} cores, {memory:.0f} GiB, {system}, {platform.machine()}"


def processor() -> str:
    """Name the processor as the kernel does."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.processor() or "unknown processor"


def commit() -> str:
    """Name the commit, and whether files differ from it."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=10"]
    told = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return told.stdout.strip()


def today() -> str:
    """Name the day, in UTC."""
    return datetime.now(UTC).date().isoformat()
