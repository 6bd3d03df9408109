"""The shop of `tests/world.py`, with members who joined in one store each."""

import pytest

from loyalty.models import Program
from tests import kept, world
from tests.analytics.shop import enroll


@pytest.fixture(scope="module")
def opened(request, django_db_setup, django_db_blocker):
    yield from kept.shop(request, django_db_blocker, open_and_change)


def open_and_change():
    world.open_shop()
    # Read afresh with the next version, as after an operator's change.
    Program.objects.update(breakage_percent=15, version=2)


@pytest.fixture
def shop(opened, keys_made):
    if not opened:
        open_and_change()


@pytest.fixture
def alice(shop):
    return enroll()


@pytest.fixture
def bob(shop):
    return enroll(store="BJ01")
