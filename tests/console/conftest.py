"""A shop whose clock stands at the cast's NOW."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from members.models import Member
from tests import world
from tests.console import staff


@pytest.fixture
def shop(keys_made: None, empty_cache: None) -> Iterator[None]:
    with time_machine.travel(world.NOW, tick=False):
        world.open_shop()
        yield


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
