"""Rows that all tests of a module find, made once and taken back after its last test.

Each test still has a transaction of its own, which is a savepoint in the module's: what it
changes, the next one doesn't see. Not for tests with real commits: `shop` leaves modules alone in
which one of them is.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.db import transaction

from campaigns.services import event_wants, offer_books
from loyalty.services import catalog, places, programs
from members.sealing import blind, keys
from members.selectors import policies
from members.services import keys as key_service

Made = TypeVar("Made")
COMMITTING = ("transactional_db", "live_server")
_open: list[bool] = []
# Files with a test that commits for real.
_committing: set[Path] = set()


def look_for_commits(items: list[pytest.Item]) -> None:
    """Called once all tests are known."""
    _committing.update(item.path for item in items if _commits(item))


def _commits(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    fixtures = getattr(item, "fixturenames", [])
    return bool(marker and marker.kwargs.get("transaction")) or any(
        name in fixtures for name in COMMITTING
    )


def shop(request: Any, blocker: Any, make: Callable[[], object]) -> Iterator[bool]:
    """Rows that most tests of a module begin with; says whether they are there. They aren't where
    a test commits for real: then each test makes its own."""
    if request.path in _committing:
        yield False
        return
    for _made in rows(blocker, make):
        yield True


def rows(blocker: Any, make: Callable[[], Made]) -> Iterator[Made]:
    """For a fixture of a module: `yield from kept.rows(django_db_blocker, make)`."""
    outer = transaction.atomic()
    # As Django's own tests do: what must be outermost in the product may be inside this one.
    outer._from_testcase = True
    try:
        with blocker.unblock():
            outer.__enter__()
            _forget_keys()
            forget()
            key_service.init()
            made = make()
        _open.append(True)
        yield made
    finally:
        _open.clear()
        with blocker.unblock():
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)
            _forget_keys()


def has_keys() -> bool:
    """Whether the module's own rows are there, and the keys with them."""
    return bool(_open)


def forget() -> None:
    """A process keeps what it compiled and looked up; another database has other rows."""
    programs.forget()
    offer_books.forget()
    event_wants.forget()
    catalog.forget()
    places.forget()
    policies.forget()


def _forget_keys() -> None:
    keys.forget()
    blind.forget()
