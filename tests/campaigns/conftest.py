"""A shop with one member who may be written to, and the campaign that everybody begins with."""

import pytest

from campaigns.services import defaults
from campaigns.transports import registry
from campaigns.transports.contract import Transport
from tests import kept, world
from tests.campaigns.shop import NOW, enroll


@pytest.fixture(scope="module")
def opened(request, django_db_setup, django_db_blocker):
    yield from kept.shop(request, django_db_blocker, world.open_shop)


@pytest.fixture
def shop(opened, keys_made):
    if not opened:
        world.open_shop()


@pytest.fixture
def campaign(shop):
    return defaults.install(at=NOW)


@pytest.fixture
def alice(shop):
    return enroll()


@pytest.fixture
def member(alice):
    """Somebody on a journey."""
    return alice


@pytest.fixture
def people(shop):
    maker = world.operator("maker", role="marketing_manager")
    return maker, world.operator("checker", role="marketing_manager")


class Provider:
    """Stands for the world outside; it notes what it got and answers as told."""

    def __init__(self):
        self.got = []
        self.error = None

    def send(self, message):
        self.got.append(message)
        if self.error:
            raise self.error
        return f"ref-{len(self.got)}"


@pytest.fixture
def provider(monkeypatch):
    provider = Provider()
    transport = Transport(medium="EMAIL", identity_kind="EMAIL", send=provider.send)
    monkeypatch.setitem(registry.TRANSPORTS, "EMAIL", transport)
    return provider
