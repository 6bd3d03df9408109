"""From a fresh clone to an environment of Python: what is installed, and when."""

import subprocess
import sys
from pathlib import Path

from config import bootstrap

BASE_DIR = Path(__file__).resolve().parent.parent.parent
SCRIPT = BASE_DIR / "config" / "bootstrap.py"


def test_pins_are_read_with_their_markers_and_hashes_left_out():
    text = "django==5.2.8 \\\n    --hash=sha256:0\ntzdata==2025.2 ; sys_platform == 'win32' \\\n"
    assert bootstrap.pins(text) == {"django": "5.2.8", "tzdata": "2025.2"}


def test_what_the_tests_need_includes_what_the_demo_needs_and_that_what_production_needs():
    run, demo, test = (
        bootstrap.pins((BASE_DIR / bootstrap.LOCKS[name]).read_text())
        for name in ("run", "demo", "test")
    )
    assert run.items() <= demo.items() <= test.items()


def test_the_locks_hold_a_hash_for_every_package_and_name_no_place_to_get_it_from():
    for name in set(bootstrap.LOCKS.values()):
        text = (BASE_DIR / name).read_text()
        assert text.count("--hash=sha256:") >= len(bootstrap.pins(text))
        assert "://" not in text


def test_the_bootstrap_needs_nothing_but_the_standard_library():
    # -I -S: no packages, no current folder, as on a stranger's machine.
    asked = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), "no-such-command"],
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
    )
    assert asked.returncode == 2
    assert asked.stderr == (
        "usage: python3 config/bootstrap.py demo|run|check|test|test-full|bench\n"
    )


def test_every_command_of_the_makefile_is_one_of_the_bootstrap():
    targets = (BASE_DIR / "Makefile").read_text().split(".PHONY:")[1].splitlines()[0].split()
    assert sorted(targets) == sorted(bootstrap.LOCKS)
