"""A shop with one member who may be written to, and the campaign that everybody begins with."""

import pytest

from campaigns.services import defaults
from tests import world
from tests.campaigns.shop import NOW, enroll


@pytest.fixture
def shop(keys_made):
    world.open_shop()


@pytest.fixture
def campaign(shop):
    return defaults.install(at=NOW)


@pytest.fixture
def alice(shop):
    return enroll()
