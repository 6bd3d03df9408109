"""A limit of ten lets ten of two hundred requests through, in however many processes they come."""

from collections import Counter

import pytest
from django.test import Client as Browser

from members.api import authentication, throttling
from members.services import member_sessions
from tests import consumers, world
from tests.concurrency import processes
from tests.loyalty.till import NOW

pytestmark = pytest.mark.django_db(transaction=True)
PROCESSES, REQUESTS = 4, 50


@pytest.fixture(autouse=True)
def _fresh_connections(monkeypatch):
    """Forked processes must not share the parent's connection to Redis."""
    monkeypatch.setattr(throttling, "_server", throttling._Server())
    authentication.forget()


def statuses(path, **headers):
    def work(_number):
        browser = Browser()
        answers = [browser.get(path, headers=headers) for _ in range(REQUESTS)]
        return [answer.status_code for answer in answers]

    told = processes.at_once(work, processes=PROCESSES)
    return Counter(status for some in told for status in some)


def test_a_limit_of_ten_lets_ten_of_two_hundred_requests_of_a_client_through(alice, settings):
    settings.API_RATE_PER_SECOND, settings.API_RATE_BURST = 0.001, 10
    token = world.token_of(world.api_client())

    told = statuses(f"/api/v1/members/{alice.uid}", Authorization=f"Bearer {token}")

    assert told == {200: 10, 429: 190}


def test_of_eight_refreshes_at_once_one_rotates_and_all_get_its_pair(alice):
    app = consumers.app()
    _phone, issued = consumers.logged_in(alice, client=app, at=NOW)

    def work(_number):
        got = member_sessions.refresh(token=issued.refresh_token, client_id=app.pk, at=NOW)
        return got.access_token, got.refresh_token

    pairs = set(processes.at_once(work, processes=8))

    assert len(pairs) == 1
    assert issued.session.tokens.count() == 4
    issued.session.refresh_from_db()
    assert issued.session.ended_at is None
