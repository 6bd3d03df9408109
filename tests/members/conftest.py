"""The shop and its people."""

from collections.abc import Iterator
from typing import Any

import pytest

from members.models import Member
from tests import kept, world


@pytest.fixture(scope="module")
def opened(request: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[bool]:
    """The shop, opened once for all tests of a module."""
    yield from kept.shop(request, django_db_blocker, world.open_shop)


@pytest.fixture
def shop(opened: bool, keys_made: None) -> None:
    if not opened:
        world.open_shop()


@pytest.fixture
def alice(shop: None) -> Member:
    return world.register(world.ALICE)


@pytest.fixture
def bob(shop: None) -> Member:
    return world.register(world.BOB)
