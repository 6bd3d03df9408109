"""The rate of a client holds under any number of parallel requests."""

from datetime import timedelta

import pytest
import redis

from members.api import throttling
from members.api.throttling import Rate
from tests import world
from tests.parallel import at_once

pytestmark = pytest.mark.django_db


def test_two_hundred_requests_at_once_pass_a_burst_of_ten_ten_times(shop):
    slow = Rate(per_second=0.01, burst=10)

    waits = at_once(
        *[lambda: [throttling.wait(key="crowd", rate=slow) for _ in range(10)] for _ in range(20)]
    )

    flat = [wait for some in waits for wait in some]
    assert len(flat) == 200
    assert sum(wait == 0 for wait in flat) == 10


class Counting(throttling._Server):
    """Notes how often Redis is really asked."""

    asked = 0

    def ask(self, *arguments):
        self.asked += 1
        return super().ask(*arguments)


def test_a_generous_rate_is_leased_and_holds_to_the_request(shop, monkeypatch):
    generous = Rate(per_second=0.01, burst=1_000)
    monkeypatch.setattr(throttling, "_server", Counting())

    waits = at_once(
        *[lambda: [throttling.wait(key="leased", rate=generous) for _ in range(250)]] * 4
    )
    one_more = throttling.wait(key="leased", rate=generous)

    assert [wait for some in waits for wait in some] == [0] * 1_000
    assert one_more > 0
    # A lease of five each, not a thousand times one.
    assert throttling._server.asked < 250


def test_the_wait_is_until_the_next_one_may_come(shop):
    rate = Rate(per_second=0.5, burst=1)

    assert throttling.wait(key="one", rate=rate) == 0
    assert 1.9 < throttling.wait(key="one", rate=rate) <= 2.0
    assert throttling.wait(key="another", rate=rate) == 0


def test_a_client_above_its_rate_gets_429_and_others_none(till, settings, alice):
    settings.API_RATE_PER_SECOND, settings.API_RATE_BURST = 0.1, 3
    other = world.till(source="shop")

    answers = [till.get(f"members/{alice.uid}") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].json()["code"] == "throttled"
    assert answers[-1].headers["Content-Type"] == "application/problem+json"
    assert answers[-1].headers["Retry-After"] == "10"
    assert other.get(f"members/{alice.uid}").status_code == 200


def test_without_redis_everybody_may(till, alice, settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(throttling, "_server", throttling._Server())
    monkeypatch.setattr(throttling, "_AWAY_SECONDS", 60.0)

    assert till.get(f"members/{alice.uid}").status_code == 200
    assert throttling._server.away_until > 0


def test_keys_lapse_by_themselves(shop, settings):
    throttling.wait(key="lapses", rate=Rate(per_second=1, burst=2))

    left = redis.Redis.from_url(settings.REDIS_URL).pttl("rate:lapses")

    assert 0 < left <= timedelta(seconds=2) / timedelta(milliseconds=1)
