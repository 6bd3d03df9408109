"""A shop, a programme of one point per yuan, and two members."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests import kept
from tests.loyalty import till


@pytest.fixture(scope="module")
def opened(request: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[bool]:
    """The shop, opened once for all tests of a module."""
    yield from kept.shop(request, django_db_blocker, till.set_up)


@pytest.fixture
def shop(opened: bool, keys_made: None) -> None:
    if not opened:
        till.set_up()


@pytest.fixture
def alice(shop: None) -> Any:
    return till.register("13800138000", "Alice")


@pytest.fixture
def bob(shop: None) -> Any:
    return till.register("13900139000", "Bob")
