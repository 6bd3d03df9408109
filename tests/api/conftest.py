"""A shop with a till that may do everything; each test asks Redis and the database anew."""

from collections.abc import Iterator
from typing import Any

import pytest

from members.api import authentication
from members.models import Member
from tests import kept, world


@pytest.fixture(scope="module")
def opened(request: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[bool]:
    """The shop, opened once for all tests of a module."""
    yield from kept.shop(request, django_db_blocker, world.open_shop)


@pytest.fixture
def shop(opened: bool, keys_made: None, empty_cache: None) -> Iterator[None]:
    authentication.forget()
    if not opened:
        world.open_shop()
    yield
    authentication.forget()


@pytest.fixture
def till(shop: None) -> world.Till:
    return world.till()


@pytest.fixture
def alice(shop: None) -> Member:
    return world.register(world.ALICE)


@pytest.fixture
def bob(shop: None) -> Member:
    return world.register(world.BOB)
