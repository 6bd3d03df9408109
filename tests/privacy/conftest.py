"""A shop with a channel that may do everything, and two members."""

from collections.abc import Iterator

import pytest
import time_machine

from members.api import authentication
from members.models import Member, User
from tests import world
from tests.privacy import cases


@pytest.fixture
def shop(keys_made: None, empty_cache: None) -> Iterator[None]:
    authentication.forget()
    with time_machine.travel(world.NOW, tick=False):
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
