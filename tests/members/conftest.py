"""What the tests of one room share."""

import pytest

from members.sealing import blind, keys
from members.services import keys as key_service


@pytest.fixture
def keys_made(db):
    """Keys of this test's own database; what the process knew of others is forgotten."""
    keys.forget()
    blind.forget()
    key_service.init()
    yield
    keys.forget()
    blind.forget()
