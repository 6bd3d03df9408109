"""The shop and its people."""

import pytest

from members.models import Member
from tests import world


@pytest.fixture
def shop(keys_made: None) -> None:
    world.open_shop()


@pytest.fixture
def alice(shop: None) -> Member:
    return world.register(world.ALICE)


@pytest.fixture
def bob(shop: None) -> Member:
    return world.register(world.BOB)
