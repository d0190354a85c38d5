"""Installs the rivals, builds regaudit, and says which version of each runs."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from dataclasses import dataclass
from pathlib import Path

# Beside `requirements.txt` and `native/Cargo.lock`, the only place where versions of rivals stand.
# Debian chooses those of jq and ripgrep; this one of ripgrep is built where Debian cannot be asked.
JAQ_VERSION = "3.1.2"
RIPGREP_VERSION = "15.2.0"

HERE = Path(__file__).resolve().parent.parent
ROOT = HERE.parent.parent
REQUIREMENTS = HERE / "requirements.txt"
NATIVE = HERE / "native"


@dataclass(frozen=True)
class Build:
    """One way to build regaudit: with which profile and features, and where cargo puts it."""

    profile: str
    folder: str
    features: tuple[str, ...]
    # Whether in one go with the generator: then crates have the features that tests ask of them.
    is_with_tests: bool = False


MAIN_JOB = Build("release", "release", ("--features", "cli"))
TABLES = Build("release", "release", ("--features", "cli,polars"))
# For answers alone: as `cargo test` builds it, so that polars is not built for minutes once more.
TABLES_TO_CHECK = Build("test", "debug", ("--all-features",), is_with_tests=True)


class Missing(Exception):
    """A tool is not there and could not be installed; the message says what to do."""


class Tools:
    """Where everything is that a run needs. Each tool is installed when it is first asked for."""

    def __init__(self, build: Build = MAIN_JOB) -> None:
        """Find the target folder; whatever is installed goes below it."""
        self.regaudit_build = build
        self.target = target_folder()
        self.folder = self.target / "rivals"
        self.folder.mkdir(parents=True, exist_ok=True)

    def build(self) -> None:
        """Build regaudit, the generator and the native programs."""
        build = self.regaudit_build
        command = ("build", "--profile", build.profile, "--locked")
        program, generator = ("--bin", "regaudit"), ("--example", "generate")
        if build.is_with_tests:
            cargo(*command, *build.features, *program, *generator, cwd=ROOT)
        else:
            cargo(*command, *build.features, *program, cwd=ROOT)
            cargo(*command, *generator, cwd=ROOT)
        cargo("build", "--release", "--locked", "--target-dir", str(self.folder / "native"),
              cwd=NATIVE)  # fmt: skip

    @property
    def regaudit(self) -> str:
        """The program that is measured."""
        return str(self.target / self.regaudit_build.folder / "regaudit")

    @property
    def generator(self) -> Path:
        """The generator of exports."""
        return self.target / self.regaudit_build.folder / "examples" / "generate"

    def native(self, name: str) -> str:
        """A program of the package `native`."""
        return str(self.folder / "native" / "release" / name)

    def python(self) -> str:
        """Python with the packages of `requirements.txt`, in an environment of its own."""
        environment = self.folder / "venv"
        python = environment / "bin" / "python"
        note = environment / "installed.txt"
        wanted = REQUIREMENTS.read_text()
        if not note.exists() or note.read_text() != wanted:
            say("installing the Python packages")
            venv.create(environment, clear=True, with_pip=True)
            run(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                "--requirement", str(REQUIREMENTS))  # fmt: skip
            note.write_text(wanted)
        return str(python)

    def jq(self) -> str:
        """The jq of Debian."""
        found = from_debian("jq", "jq")
        if found is None:
            raise Missing("jq is missing: install it, or leave it out with --rivals")
        return found

    def ripgrep(self) -> str:
        """The ripgrep of Debian, else one built here."""
        return from_debian("rg", "ripgrep") or self.from_cargo("rg", "ripgrep", RIPGREP_VERSION)

    def jaq(self) -> str:
        """The jaq of the constant above, built here."""
        return self.from_cargo("jaq", "jaq", JAQ_VERSION)

    def from_cargo(self, program: str, package: str, version: str) -> str:
        """Build a program from its package, once for each version."""
        root = self.folder / f"{package}-{version}"
        path = root / "bin" / program
        if not path.exists():
            say(f"building {package} {version}")
            cargo("install", package, "--version", version, "--locked", "--quiet",
                  "--root", str(root), "--target-dir", str(root / "build"), cwd=ROOT)  # fmt: skip
            shutil.rmtree(root / "build", ignore_errors=True)
        return str(path)


def target_folder() -> Path:
    """Ask cargo where it builds."""
    command = ["cargo", "metadata", "--no-deps", "--format-version", "1"]
    told = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    return Path(json.loads(told)["target_directory"])


def from_debian(program: str, package: str) -> str | None:
    """Find a program, installing its package if that is possible here."""
    if shutil.which(program) is None and shutil.which("apt-get") and os.geteuid() == 0:
        say(f"installing {package}")
        install = ["apt-get", "install", "--yes", "--quiet", package]
        if not succeeds(*install):
            succeeds("apt-get", "update", "--quiet")
            succeeds(*install)
    return shutil.which(program)


def package_version(name: str) -> str:
    """Read the version of a Python package from `requirements.txt`."""
    (version,) = re.findall(rf"^{name}==(\S+)$", REQUIREMENTS.read_text(), re.MULTILINE)
    return version


def crate_version(name: str) -> str:
    """Read the version of a crate from the lock file of the native programs."""
    packages = tomllib.loads((NATIVE / "Cargo.lock").read_text())["package"]
    (version,) = [package["version"] for package in packages if package["name"] == name]
    return version


def told_version(program: str) -> str:
    """Ask a program for its version, which stands somewhere in its first line."""
    told = subprocess.run([program, "--version"], check=True, stdout=subprocess.PIPE, text=True)
    found = re.search(r"\d+(\.\d+)+", told.stdout)
    return found.group() if found else told.stdout.strip()


def cargo(*arguments: str, cwd: Path) -> None:
    """Run cargo and let it show what it does."""
    run("cargo", *arguments, cwd=cwd)


def run(*command: str, cwd: Path | None = None) -> None:
    """Run a command; its output is progress, so it goes to standard error."""
    subprocess.run(command, check=True, cwd=cwd, stdout=sys.stderr)


def succeeds(*command: str) -> bool:
    """Run a command that may fail."""
    return subprocess.run(command, check=False, stdout=sys.stderr).returncode == 0


def say(text: str) -> None:
    """Tell the person who waits."""
    print(text, file=sys.stderr, flush=True)
