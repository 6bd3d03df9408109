"""The pages name only what is there: links, headings, paths, commands, tables that tests run."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests import documented

BASE_DIR = Path(__file__).resolve().parent.parent
PAGES = [
    *BASE_DIR.glob("README*.md"),
    BASE_DIR / "CHANGELOG.md",
    *sorted((BASE_DIR / "docs").rglob("*.md")),
]
LINK = re.compile(r"\]\(([^)\s]+)\)")
WORD = re.compile(r"[\w./{},<>*…-]+")
COMMAND = re.compile(r"manage\.py ([a-z_]+)")
TARGET = re.compile(r"^make ([a-z-]+)|`make ([a-z-]+)", flags=re.MULTILINE)
FOLDERS = ("analytics", "campaigns", "config", "docs", "loyalty", "members", "templates", "tests")
FILE = re.compile(rf"(?:{'|'.join(FOLDERS)})/[\w./{{}},-]+|\.env\.example|Makefile|compose\.yaml")
BRACES = re.compile(r"\{([^{}]*)\}")
# Made by `make demo`, or meant as a pattern.
NOT_FILES = re.compile(r"[<>*…]|^docs/<page>")
RUN_BY_TESTS = ("coupons", "earning", "expiry", "holds", "operations", "refunds", "tiers")


def page_ids(page: Path) -> str:
    return str(page.relative_to(BASE_DIR))


every_page = pytest.mark.parametrize("document", PAGES, ids=page_ids)


@every_page
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    dead = [link for link in LINK.findall(document.read_text()) if not _leads(document, link)]
    assert dead == []


@every_page
def test_every_path_that_is_named_exists(document: Path) -> None:
    named = set(_paths(document.read_text()))
    assert sorted(path for path in named if not (BASE_DIR / path).exists()) == []


@every_page
def test_every_command_that_is_named_exists(document: Path) -> None:
    named = set(COMMAND.findall(document.read_text()))
    assert sorted(named - get_commands().keys()) == []


@every_page
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    named = {one or other for one, other in TARGET.findall(document.read_text())}
    assert sorted(named - set(_targets())) == []


def test_chinese_pages_stand_beside_english_ones() -> None:
    chinese = [page for page in PAGES if page.name.endswith(".zh-hans.md")]
    assert len(chinese) >= 3
    for page in chinese:
        assert page.with_name(page.name.replace(".zh-hans", "")).exists()


def test_decisions_are_numbered_once() -> None:
    numbers = [page.name[:4] for page in (BASE_DIR / "docs" / "decisions").glob("*.md")]
    assert sorted(set(numbers)) == sorted(numbers)


@pytest.mark.parametrize("name", RUN_BY_TESTS)
def test_every_table_of_an_algorithm_is_run(name: str) -> None:
    page = f"algorithms/{name}.md"
    source = (BASE_DIR / "tests" / "loyalty" / f"test_documented_{name}.py").read_text()
    assert [heading for heading in documented.tables(page) if f'"{heading}"' not in source] == []


def _targets() -> list[str]:
    found = re.search(r"^\.PHONY: (.+)$", (BASE_DIR / "Makefile").read_text(), flags=re.MULTILINE)
    return found[1].split() if found else []


def _leads(page: Path, link: str) -> bool:
    if re.match(r"[a-z]+:", link):
        return True
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.exists():
        return False
    return not anchor or anchor in {_anchor(heading) for heading in _headings(target)}


def _headings(page: Path) -> list[str]:
    return re.findall(r"^#+ +(.+?) *$", page.read_text(), flags=re.MULTILINE)


def _anchor(heading: str) -> str:
    """As GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _paths(text: str) -> Iterator[str]:
    """Paths of the repository in a text; `a/{b,c}.py` names two."""
    for word in (found.rstrip(".,") for found in WORD.findall(text)):
        if FILE.fullmatch(word) and not NOT_FILES.search(word):
            yield from _spread(word)


def _spread(path: str) -> Iterator[str]:
    found = BRACES.search(path)
    if found is None:
        yield path
        return
    for choice in found[1].split(","):
        yield from _spread(path[: found.start()] + choice + path[found.end() :])
