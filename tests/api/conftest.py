"""A shop with a till that may do everything; each test asks Redis and the database anew."""

from collections.abc import Iterator

import pytest

from members.api import authentication
from members.models import Member
from tests import world


@pytest.fixture
def shop(keys_made: None, empty_cache: None) -> Iterator[None]:
    authentication.forget()
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
