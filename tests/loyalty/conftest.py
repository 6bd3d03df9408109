"""A shop, a programme of one point per yuan, and two members."""

from typing import Any

import pytest

from tests.loyalty import till


@pytest.fixture
def shop(keys_made: None) -> None:
    till.set_up()


@pytest.fixture
def alice(shop: None) -> Any:
    return till.register("13800138000", "Alice")


@pytest.fixture
def bob(shop: None) -> Any:
    return till.register("13900139000", "Bob")
