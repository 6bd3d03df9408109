"""The shop of `tests/world.py`, with members who joined in one store each."""

import pytest

from loyalty.models import Program
from tests import world
from tests.analytics.shop import enroll


@pytest.fixture
def shop(keys_made):
    world.open_shop()
    # Read afresh with the next version, as after an operator's change.
    Program.objects.update(breakage_percent=15, version=2)


@pytest.fixture
def alice(shop):
    return enroll()


@pytest.fixture
def bob(shop):
    return enroll(store="BJ01")
