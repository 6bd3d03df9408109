"""A shop with a channel that may do everything, and two members."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from members.api import authentication
from members.models import Member, User
from tests import kept, world
from tests.privacy import cases


@pytest.fixture(scope="module")
def opened(request: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[bool]:
    """The shop, opened once for all tests of a module."""
    yield from kept.shop(request, django_db_blocker, open_then)


def open_then() -> None:
    with time_machine.travel(world.NOW, tick=False):
        world.open_shop()


@pytest.fixture
def shop(opened: bool, keys_made: None, empty_cache: None) -> Iterator[None]:
    authentication.forget()
    with time_machine.travel(world.NOW, tick=False):
        if not opened:
            world.open_shop()
        yield
    authentication.forget()


@pytest.fixture
def alice(shop: None) -> Member:
    return world.register(world.ALICE)


@pytest.fixture
def bob(shop: None) -> Member:
    return world.register(world.BOB)


@pytest.fixture
def till(shop: None) -> world.Till:
    return world.till()


@pytest.fixture
def staff(shop: None) -> tuple[User, User]:
    """Who asks and who approves."""
    return cases.people()
