"""`make check` and `make test`: every check, then every test, on servers that are thrown away."""

import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from functools import partial
from pathlib import Path

from config.local import (
    accounts,
    environment,
    files,
    product,
    services,
    supervisor,
    test_template,
)
from config.local.notices import Refused, loudly, say, step
from config.local.product import BASE_DIR

FOLDER = BASE_DIR / ".test"
SCHEMA = BASE_DIR / "docs" / "openapi.yaml"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# One more than there are cores, for tests wait: for a browser, for a lock, for other processes.
MOST_TEST_PROCESSES = 4


def check() -> int:
    """Every check that needs no server of ours."""
    return _report(run_checks(_without_servers(environment.given(dotenv=False))))


def test(*, full: bool) -> int:
    """Checks, then tests, all of them even when some fail; pytest has the last word."""
    variables = environment.given(dotenv=False)
    _look_for_browser(variables)
    chosen = shlex.split(variables.get("ARGS", ""))
    with files.locked(FOLDER):
        _empty()
        with services.running(FOLDER, variables) as servers:
            env = environment.throw_away(FOLDER, variables, servers.environment())
            owners = environment.as_owner(env)
            # Nobody else's database is migrated: the tests then make their own.
            own = servers.postgres is not None
            with test_template.migrating(owners) if own else nullcontext() as template:
                failed = [] if chosen else run_checks(_without_servers(variables))
                _report(failed)
                owners |= template.ready() if template else {}
            code = supervisor.run(_pytest(chosen, full=full), owners)
    if failed:
        _report(failed)
    return code or (1 if failed else 0)


def _without_servers(variables: Mapping[str, str]) -> dict[str, str]:
    return environment.throw_away(FOLDER, variables, _NO_SERVERS)


def run_checks(env: Mapping[str, str]) -> list[str]:
    """Runs all, whatever fails; returns the names of those that did.

    mypy takes a minute of one core: the others run beside it.
    """
    commands = {
        "ruff check": _python("-m", "ruff", "check", "."),
        "ruff format": _python("-m", "ruff", "format", "--check", "."),
        "lint-imports": _python("-c", _LINT_IMPORTS),
        "makemigrations --check": product.manage("makemigrations", "--check", "--dry-run"),
    }
    failed = []
    with supervisor.beside(_python("-m", "mypy"), env) as types_checked:
        for name, command in commands.items():
            if _check(name, command, env) != 0:
                failed.append(name)
        if _schema_differs(env):
            failed.append("schema")
        if _told("mypy", types_checked) != 0:
            failed.append("mypy")
    return failed


def _python(*arguments: str) -> list[str]:
    """Never by the scripts in `.venv/bin`: they break when the project's folder is moved."""
    return [sys.executable, *arguments]


def _check(name: str, command: list[str], env: Mapping[str, str]) -> int:
    return _told(name, partial(supervisor.run_quietly, command, env))


def _told(name: str, run: Callable[[], tuple[int, str]]) -> int:
    with step(name):
        code, words = run()
    if code != 0:
        say(words)
        say(f"✗ {name} failed")
    return code


def _schema_differs(env: Mapping[str, str]) -> bool:
    """Whether the committed OpenAPI file is not what the code says now."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "openapi.yaml"
        command = product.manage(
            "spectacular", "--validate", "--fail-on-warn", "--file", str(fresh)
        )
        if _check("schema", command, env) != 0:
            return True
        if SCHEMA.exists() and SCHEMA.read_bytes() == fresh.read_bytes():
            return False
    say("✗ docs/openapi.yaml is not what the code says. Write it anew, and read the difference:")
    say("  .venv/bin/python manage.py spectacular --validate --file docs/openapi.yaml")
    return True


def _report(failed: list[str]) -> int:
    if failed:
        loudly(f"FAILED: {', '.join(failed)}")
    return 1 if failed else 0


def _pytest(chosen: list[str], *, full: bool) -> list[str]:
    command = _python("-m", "pytest")
    if not any(part.startswith("-n") for part in chosen):
        # In the order of tests/conftest.py: what takes long begins first.
        processes = min((os.cpu_count() or 1) + 1, MOST_TEST_PROCESSES)
        command += ["-n", str(processes), "--dist", "loadfile", "--no-loadscope-reorder"]
    if full:
        command += ["-m", ""]
    return command + chosen


def browser() -> str | None:
    """The Chromium to test with: `REGULARS_CHROMIUM`, or the first on the path."""
    named = os.environ.get("REGULARS_CHROMIUM")
    return named or next(filter(None, map(shutil.which, BROWSERS)), None)


def _look_for_browser(variables: Mapping[str, str]) -> None:
    if browser():
        return
    words = "no Chromium found. Install one (Debian: apt-get install chromium fonts-noto-cjk)."
    if variables.get("REGULARS_REQUIRE_BROWSER", "0") == "1":
        raise Refused(f"REGULARS_REQUIRE_BROWSER=1, but {words}")
    loudly(f"BROWSER TESTS DON'T RUN: {words}")


def _empty() -> None:
    """Nothing of an earlier run decides this one."""
    for server in ("postgres", "valkey"):
        accounts.remove_home(FOLDER / server)
    accounts.remove_home(FOLDER / "media")


# Nothing connects to these: the checks only read code.
_NO_SERVERS = {
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "PYTHONWARNINGS": "ignore:Got an error checking a consistent migration:RuntimeWarning",
}

# import-linter has a script only.
_LINT_IMPORTS = "from importlinter.cli import lint_imports_command as run; run(['--no-cache'])"
