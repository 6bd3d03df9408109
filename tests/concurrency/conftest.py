"""A shop whose rows other processes see: really committed, emptied afterwards."""

import pytest

from members.models import Member
from tests.loyalty import till


@pytest.fixture
def shop(transactional_db: None, keys_made: None, empty_cache: None) -> None:
    till.set_up()


@pytest.fixture
def alice(shop: None) -> Member:
    return till.register("13800138000", "Alice")
