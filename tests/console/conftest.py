"""A shop whose clock stands at the cast's NOW."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from members.models import Member
from tests import kept, world
from tests.console import staff, stock


@pytest.fixture(scope="module")
def opened(request: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[bool]:
    """The shop, opened once for all tests of a module."""
    yield from kept.shop(request, django_db_blocker, open_then)


def open_then() -> None:
    with time_machine.travel(world.NOW, tick=False):
        world.open_shop()


@pytest.fixture
def shop(opened: bool, keys_made: None, empty_cache: None) -> Iterator[None]:
    with time_machine.travel(world.NOW, tick=False):
        if not opened:
            world.open_shop()
        yield


@pytest.fixture(scope="module")
def stocked(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """The stock, made once for all tests of a module."""

    def make() -> dict[str, Any]:
        with time_machine.travel(world.NOW, tick=False):
            world.open_shop()
            return stock.fill()

    yield from kept.rows(django_db_blocker, make)


@pytest.fixture
def rows(stocked: dict[str, Any], db: None, empty_cache: None) -> Iterator[dict[str, Any]]:
    """A shop with rows in every table, at the cast's NOW."""
    with time_machine.travel(world.NOW, tick=False):
        yield stocked


@pytest.fixture
def alice(shop: None) -> Member:
    return world.register(world.ALICE)


@pytest.fixture
def bob(shop: None) -> Member:
    return world.register(world.BOB)


@pytest.fixture
def service(shop: None) -> Client:
    """Customer service: the whole chain, may adjust up to 500 points alone."""
    return staff.logged_in("sun", "customer_service")
