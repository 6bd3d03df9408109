"""A connection is asked whether it lives after a pause, not before every order."""

import pytest
from django.db import connection

from config.database.base import TRUSTED_SECONDS, DatabaseWrapper

pytestmark = pytest.mark.django_db


class Asked(DatabaseWrapper):
    """Counts how often the server was asked whether it is there."""

    questions = 0

    def is_usable(self):
        self.questions += 1
        return super().is_usable()

    def request(self):
        """As Django at the first query of a request."""
        self.health_check_done = False
        self.close_if_health_check_failed()


@pytest.fixture
def asked(db):
    wrapper = Asked(connection.settings_dict, alias="default")
    wrapper.ensure_connection()
    yield wrapper
    wrapper.close()


def test_the_first_request_asks_and_those_close_behind_it_trust(asked):
    for _ in range(100):
        asked.request()
    assert asked.questions == 1


def test_after_a_pause_it_is_asked_again(asked):
    asked.request()
    asked._checked_at -= TRUSTED_SECONDS
    asked.request()
    assert asked.questions == 2


def test_a_connection_that_broke_is_given_up_at_once(asked, as_owner):
    asked.request()
    with connection.cursor() as cursor:
        pid = asked.connection.info.backend_pid
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    with pytest.raises(Exception, match="terminating"):
        asked.cursor().execute("SELECT 1")
    asked.request()
    assert asked.connection is None
    assert asked.cursor().execute("SELECT 2") is not None
