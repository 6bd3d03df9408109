"""Rows that all tests of a module find, made once and taken back after its last test.

Each test still has a transaction of its own, which is a savepoint in the module's: what it
changes, the next one doesn't see. Not for tests with real commits.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.db import transaction

from campaigns.services import event_wants, offer_books
from loyalty.services import catalog, places, programs
from members.sealing import blind, keys
from members.selectors import policies
from members.services import keys as key_service

Made = TypeVar("Made")


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
        yield made
    finally:
        with blocker.unblock():
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)
            _forget_keys()


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
