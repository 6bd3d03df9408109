"""A campaign is stopped while its messages are being handed over: what isn't begun stays here."""

import threading
from collections import Counter

import pytest
from django.db import connection

from campaigns.models import Campaign, Delivery
from campaigns.services import campaigns, deliveries, hand_overs, receipts
from campaigns.services.receipts import Told
from campaigns.transports import registry
from campaigns.transports.contract import Transport
from tests.campaigns import made
from tests.campaigns.shop import NOW, enroll, queued
from tests.campaigns.worker import until


@pytest.fixture(autouse=True)
def looks_always(monkeypatch):
    monkeypatch.setattr(hand_overs, "LOOK_SECONDS", 0)


@pytest.fixture
def news(shop):
    return made.running(budget_amount=1_000)


def crowd(campaign, count):
    for number in range(count):
        member = enroll(email=f"m{number}@example.org")
        queued(campaign, member, number=number)


def states():
    return Counter(Delivery.objects.values_list("state", "reason"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("deed", "left"), [("kill", ("KILLED", "killed")), ("pause", ("QUEUED", ""))]
)
def test_of_a_batch_that_was_claimed_nothing_more_is_begun(news, provider, monkeypatch, deed, left):
    crowd(news, 10)
    stop = getattr(campaigns, deed)

    def send(message):
        provider.got.append(message)
        if len(provider.got) == 3:
            stop(campaign_id=news.pk, reason="wrong price", actor_id=None, at=NOW)
        return f"r{len(provider.got)}"

    transport = Transport(medium="EMAIL", identity_kind="EMAIL", send=send)
    monkeypatch.setitem(registry.TRANSPORTS, "EMAIL", transport)
    deliveries.send_due(at=NOW)

    assert len(provider.got) == 3
    assert states() == {("SENT", ""): 3, left: 7}
    back = Delivery.objects.exclude(state="SENT")
    assert set(back.values_list("claimed_at", "cost_amount", "not_before_at")) == {(None, 0, NOW)}


@pytest.mark.django_db
def test_what_was_called_back_goes_when_the_campaign_goes_on(news, provider, monkeypatch):
    crowd(news, 5)

    def send(message):
        provider.got.append(message)
        if len(provider.got) == 1:
            Campaign.objects.filter(pk=news.pk).update(state="PAUSED")
        return f"r{len(provider.got)}"

    transport = Transport(medium="EMAIL", identity_kind="EMAIL", send=send)
    monkeypatch.setitem(registry.TRANSPORTS, "EMAIL", transport)
    deliveries.send_due(at=NOW)
    assert states() == {("SENT", ""): 1, ("QUEUED", ""): 4}

    Campaign.objects.filter(pk=news.pk).update(state="RUNNING")
    deliveries.send_due(at=NOW)

    assert states() == {("SENT", ""): 5}
    assert len({message.send_key for message in provider.got}) == 5


@pytest.mark.django_db
def test_news_of_an_earlier_attempt_are_heard_though_the_second_was_called_back(
    news, provider, monkeypatch
):
    """Nobody knew whether the first one arrived; a person had it sent again."""
    crowd(news, 2)
    last = Delivery.objects.order_by("-pk")[0]
    Delivery.objects.filter(pk=last.pk).update(attempts=1, claimed_at=NOW, sent_again_at=NOW)

    def send(message):
        Campaign.objects.filter(pk=news.pk).update(state="PAUSED")
        return "r1"

    transport = Transport(medium="EMAIL", identity_kind="EMAIL", send=send)
    monkeypatch.setitem(registry.TRANSPORTS, "EMAIL", transport)
    deliveries.send_due(at=NOW)
    assert states() == {("SENT", ""): 1, ("QUEUED", ""): 1}
    told = Told(delivery_id=last.pk, kind="DELIVERED", source="x", external_id="1", occurred_at=NOW)
    receipts.record(told=[told], at=NOW)

    last.refresh_from_db()
    assert last.state == "DELIVERED"


@pytest.mark.django_db(transaction=True)
def test_of_four_threads_each_ends_what_it_has_begun_and_begins_no_more(
    news, provider, monkeypatch, empty_cache
):
    crowd(news, 40)
    killed, lock = threading.Event(), threading.Lock()

    def is_noted():
        return Delivery.objects.filter(state="SENT").exists()

    def send(message):
        with lock:
            provider.got.append(message)
            number = len(provider.got)
        if number == 4:
            campaigns.kill(campaign_id=news.pk, reason="wrong", actor_id=None, at=NOW)
            connection.close()
            killed.set()
        elif number < 4:
            killed.wait(30)
        else:
            # Begun before anybody looked; by the first answer that is noted somebody has.
            until(is_noted, "an answer is noted")
            connection.close()
        return f"r{number}"

    transport = Transport(medium="EMAIL", identity_kind="EMAIL", send=send, concurrency=4)
    monkeypatch.setitem(registry.TRANSPORTS, "EMAIL", transport)
    deliveries.send_due(at=NOW)

    count = len(provider.got)
    assert 4 <= count <= 8
    assert states() == {("SENT", ""): count, ("KILLED", "killed"): 40 - count}
