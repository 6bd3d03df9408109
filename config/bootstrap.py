"""From a fresh clone to a running command, with Python 3.11 and nothing else.

    python3 config/bootstrap.py demo|run|check|test|test-full|bench

Makes `.venv` with uv when it is found, else with venv and pip; installs what the lock of that
command names, with hashes; then hands over to `config.local` in that environment. This file runs
before any package is there: only the standard library, and nothing of ours.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
VENV = BASE_DIR / ".venv"
STAMP = VENV / "installed.txt"
LOCKS = {
    "demo": "requirements-demo.lock",
    "run": "requirements.lock",
    "check": "requirements-dev.lock",
    "test": "requirements-dev.lock",
    "test-full": "requirements-dev.lock",
    "bench": "requirements-dev.lock",
}
OLDEST = (3, 11)
PYTHONS = ("python3.13", "python3.12", "python3.11", "python3.14")


def main() -> int:
    command = sys.argv[1] if len(sys.argv) == 2 else ""
    if command not in LOCKS:
        print(f"usage: python3 config/bootstrap.py {'|'.join(LOCKS)}", file=sys.stderr)
        return 2
    if sys.version_info < OLDEST:
        return with_newer_python(command)
    os.chdir(BASE_DIR)
    environment = own_environment()
    environment["REGULARS_BEGAN_AT"] = f"{time.time():.3f}"
    make_venv(environment)
    install(BASE_DIR / LOCKS[command], environment)
    python = str(VENV / "bin" / "python")
    return os.execve(python, [python, "-m", "config.local", command], environment)


def with_newer_python(command: str) -> int:
    for name in PYTHONS:
        found = shutil.which(name)
        if found:
            os.execv(found, [found, "-I", os.path.abspath(__file__), command])
    have = ".".join(map(str, sys.version_info[:3]))
    print(f"Regulars needs Python 3.11 or newer; this is {have}.", file=sys.stderr)
    return 1


def own_environment() -> dict[str, str]:
    """The caller's variables without those that lead to another environment of Python."""
    foreign = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "CONDA_PREFIX", "PIP_REQUIRE_VIRTUALENV")
    return {name: value for name, value in os.environ.items() if name not in foreign}


def make_venv(environment: dict[str, str]) -> None:
    """Makes `.venv` unless there is one that works: it may have been copied or outlived its
    Python."""
    python = VENV / "bin" / "python"
    if python.exists() and subprocess.run([str(python), "-c", ""], check=False).returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    uv = shutil.which("uv")
    if uv:
        command = [uv, "venv", "--quiet", "--python", sys.executable, str(VENV)]
    else:
        command = [sys.executable, "-m", "venv", str(VENV)]
    made = run(command, environment)
    if made.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        fail("Making .venv failed. On Debian and Ubuntu: apt-get install python3-venv", made)


def install(lock: Path, environment: dict[str, str]) -> None:
    """Installs what the lock names, unless every pin of it is there already."""
    wanted = pins(lock.read_text())
    there = pins(STAMP.read_text()) if STAMP.exists() else {}
    if wanted.items() <= there.items():
        return
    began = time.monotonic()
    print(f"· Python packages of {lock.name} (a minute or two) …", end="", flush=True)
    STAMP.unlink(missing_ok=True)
    done = first_that_works(installers(lock), environment)
    if done.returncode != 0:
        print(" failed", flush=True)
        fail("Installing failed. Is there a way to the package index from here?", done)
    merged = {**there, **wanted}
    STAMP.write_text("".join(f"{name}=={version}\n" for name, version in sorted(merged.items())))
    print(f" {time.monotonic() - began:.1f} s", flush=True)


def pins(text: str) -> dict[str, str]:
    """Name to version, both with their marker: `{"django": "5.2.8"}`."""
    found: dict[str, str] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\\\n]+)", text, flags=re.MULTILINE):
        version = version.split(";")[0].strip()
        found[name] = f"{found[name]} {version}" if name in found else version
    return found


def installers(lock: Path) -> list[list[list[str]]]:
    """Ways to install, the fastest first. pip is set up for a network that uv may not know."""
    python = str(VENV / "bin" / "python")
    wanted = ["--require-hashes", "--requirement", str(lock)]
    pip = [
        [python, "-m", "ensurepip"],
        [python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", *wanted],
    ]
    uv = shutil.which("uv")
    return [[[uv, "pip", "install", "--quiet", "--python", python, *wanted]], pip] if uv else [pip]


def first_that_works(
    ways: list[list[list[str]]], environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    for commands in ways:
        for command in commands:
            done = run(command, environment)
            if done.returncode != 0:
                break
        else:
            return done
    return done


def run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def fail(words: str, done: subprocess.CompletedProcess[str]) -> None:
    print("\n".join(done.stdout.splitlines()[-20:]), file=sys.stderr)
    print(words, file=sys.stderr)
    raise SystemExit(1)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
