"""The house rules that a machine can check: arrows, rooms, sizes, clocks, events.

`lint-imports` draws the same arrows over chains of modules; here also imports inside functions
and under TYPE_CHECKING count, and the message says the line.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest

from members.registry import subscriptions
from members.registry.facts import FACTS

ROOT = Path(__file__).resolve().parent.parent
# An app may import those to its right.
ARROW = ("config", "campaigns", "analytics", "loyalty", "members")
LINES, FUNCTION_LINES = 300, 50
NAMELESS = {"utils", "helpers", "common", "core", "managers", "signals"}
FRAMEWORKS = {"django", "rest_framework", "celery", "psycopg", "redis", "members.models"}
CLOCKS = {"now", "today", "utcnow", "localtime", "localdate", "time_ns"}
# Where Django's own signal is the only way to hear that migrations are done.
SIGNALS_ALLOWED = {"config/apps.py"}


@cache
def sources(*, tests: bool = False) -> tuple[Path, ...]:
    folders = (*ARROW, "tests") if tests else ARROW
    found = (file for folder in folders for file in (ROOT / folder).rglob("*.py"))
    return tuple(sorted(file for file in found if "migrations" not in file.parts))


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


@cache
def imports_of(file: Path) -> tuple[tuple[int, str], ...]:
    """Line and dotted name of everything that a file imports, wherever in it."""
    return tuple(_imports_of(file))


def _imports_of(file: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def is_in(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def test_no_app_imports_one_that_stands_above_it():
    against = [
        f"{name_of(file)}:{line} imports {name}"
        for file in sources()
        for line, name in imports_of(file)
        for above in ARROW[: ARROW.index(name_of(file).split("/")[0])]
        if is_in(name, above)
    ]

    assert against == []


def test_nobody_imports_the_tests():
    assert [
        f"{name_of(file)}:{line}"
        for file in sources()
        for line, name in imports_of(file)
        if is_in(name, "tests") and not name_of(file).startswith("config/local/")
    ] == []


def test_rules_calculate_and_know_no_framework():
    assert [
        f"{name_of(file)}:{line} imports {name}"
        for file in sources()
        if "rules" in file.parts
        for line, name in imports_of(file)
        if any(is_in(name, framework) for framework in FRAMEWORKS)
    ] == []


def test_services_selectors_and_models_know_no_door():
    rooms = {"services", "selectors", "models", "rules"}
    doors = [f"{app}.{door}" for app in ARROW for door in ("api", "admin", "tasks")]

    assert [
        f"{name_of(file)}:{line} imports {name}"
        for file in sources()
        if rooms.intersection(file.parts)
        for line, name in imports_of(file)
        if any(is_in(name, door) for door in doors)
    ] == []


def test_nobody_reads_a_clock_below_the_doors():
    rooms = {"services", "selectors", "rules"}

    assert [
        f"{name_of(file)}:{node.lineno} calls {node.func.attr}()"
        for file in sources()
        if rooms.intersection(file.parts)
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
    ] == []


def test_no_module_is_named_for_being_nothing_in_particular():
    assert [
        name_of(file)
        for file in sources(tests=True)
        if NAMELESS.intersection({*file.relative_to(ROOT).parts[:-1], file.stem})
    ] == []


def test_django_signals_are_not_used():
    signals = ("django.dispatch", "django.db.models.signals", "django.core.signals")

    assert [
        f"{name_of(file)}:{line} imports {name}"
        for file in sources()
        if name_of(file) not in SIGNALS_ALLOWED
        for line, name in imports_of(file)
        if any(is_in(name, one) for one in signals)
    ] == []


def test_no_file_is_longer_than_300_lines():
    lengths = {name_of(file): len(file.read_text().splitlines()) for file in sources(tests=True)}

    assert {name: length for name, length in lengths.items() if length > LINES} == {}


def test_no_function_is_longer_than_50_lines():
    assert [
        f"{name_of(file)}:{node.lineno} {node.name}"
        for file in sources()
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES
    ] == []


def documented() -> dict[str, tuple[list[str], list[str]]]:
    """Type → fields of its payload, and who hears of it, as docs/events.md says."""
    rows = {}
    for line in (ROOT / "docs" / "events.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and cells[0].startswith("`"):
            heard = re.findall(r"`([^`]+)`( \(at once\))?", cells[3])
            rows[cells[0].strip("`")] = (
                re.findall(r"`([^`]+)`", cells[1]),
                sorted(name + at_once for name, at_once in heard),
            )
    return rows


def declared() -> dict[str, tuple[list[str], list[str]]]:
    heard: dict[str, list[str]] = {}
    for kind, name, is_at_once in subscriptions.table():
        heard.setdefault(kind, []).append(name + (" (at once)" if is_at_once else ""))
    return {
        kind: ([field.name for field in fields(fact)], sorted(heard.get(kind, [])))
        for kind, fact in FACTS.items()
    }


def test_every_event_is_in_the_docs_with_its_payload_and_its_hearers():
    assert documented() == declared()


def test_every_subscriber_hears_of_an_event_that_somebody_tells():
    assert {kind for kind, _name, _at_once in subscriptions.table()} - FACTS.keys() == set()


@pytest.mark.parametrize("kind", sorted(FACTS))
def test_events_are_named_app_noun_past_verb_and_declared_in_their_app(kind):
    app, _noun, _verb = kind.split(".")

    # A package of modules by noun where they are many.
    assert FACTS[kind].__module__.split(".")[:2] == [app, "events"]
    assert re.fullmatch(r"[a-z]+\.[a-z_]+\.[a-z_]+", kind)


def test_no_two_advisory_locks_have_one_number():
    """Else the night's scores, which hold theirs for minutes, keep away who waits for another."""
    numbered = re.compile(r"^_(?:LOCK|BUSY)\w* = ([\d_]+)", re.MULTILINE)
    found = [
        (number.replace("_", ""), name_of(file))
        for file in sources()
        for number in numbered.findall(file.read_text())
    ]
    assert len(found) > 8
    numbers = [number for number, _file in found]
    assert [one for one in found if numbers.count(one[0]) > 1] == []
