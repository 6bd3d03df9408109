"""Claims of messages: whose they are, when they lapse, and what is unknown then."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from campaigns.models import Delivery
from campaigns.services import deliveries
from campaigns.transports import registry
from campaigns.transports.contract import Transport
from tests.campaigns.shop import NOW, enroll, queued, sent_events

pytestmark = pytest.mark.django_db


def test_an_answer_that_is_lost_leaves_the_message_unknown_and_is_not_sent_again(
    campaign, alice, provider
):
    delivery = queued(campaign, alice)
    provider.error = TimeoutError()

    deliveries.send_due(at=NOW)
    deliveries.send_due(at=NOW + timedelta(hours=1))

    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason, len(provider.got)) == ("UNKNOWN", "no_answer", 1)


def test_a_claim_becomes_unknown_after_its_lease_and_not_before(campaign, alice, provider):
    delivery = queued(campaign, alice, state="CLAIMED", claimed_at=NOW, attempts=1)

    deliveries.send_due(at=NOW + deliveries.LEASE - timedelta(microseconds=1))
    delivery.refresh_from_db()
    assert delivery.state == "CLAIMED"

    deliveries.send_due(at=NOW + deliveries.LEASE)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason, provider.got) == ("UNKNOWN", "sender_died", [])


def test_a_slow_sender_still_says_what_it_knows(campaign, alice, provider, monkeypatch):
    """The lease lapsed while the provider took its time; then it answered."""
    delivery = queued(campaign, alice)
    transport = registry.TRANSPORTS["EMAIL"]

    def slow(message):
        Delivery.objects.update(state="UNKNOWN", reason="sender_died")
        return provider.send(message)

    monkeypatch.setitem(
        registry.TRANSPORTS,
        "EMAIL",
        Transport(medium="EMAIL", identity_kind=transport.identity_kind, send=slow),
    )
    deliveries.send_due(at=NOW)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == ("SENT", "")


def test_a_claim_that_another_sender_took_over_is_not_written(campaign, alice, monkeypatch):
    """An operator queued it again, and it was claimed anew: the old sender's word is void."""
    delivery = queued(campaign, alice)

    def overtaken(message):
        Delivery.objects.update(state="CLAIMED", attempts=2)
        return "old"

    monkeypatch.setitem(
        registry.TRANSPORTS,
        "EMAIL",
        Transport(medium="EMAIL", identity_kind="EMAIL", send=overtaken),
    )
    deliveries.send_due(at=NOW)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.provider_ref) == ("CLAIMED", "")
    assert sent_events() == []


@pytest.mark.django_db(transaction=True)
def test_the_provider_is_called_outside_of_any_transaction(campaign, alice, monkeypatch):
    delivery = queued(campaign, alice)
    seen = []

    def watch(message):
        seen.append((connection.in_atomic_block, Delivery.objects.get(pk=delivery.pk).state))
        return "ref"

    monkeypatch.setitem(
        registry.TRANSPORTS, "EMAIL", Transport(medium="EMAIL", identity_kind="EMAIL", send=watch)
    )
    deliveries.send_due(at=NOW)

    assert seen == [(False, "CLAIMED")]


@pytest.mark.django_db(transaction=True)
def test_four_senders_at_once_send_each_message_once(campaign, provider):
    for number in range(24):
        member = enroll(email=f"m{number}@example.org")
        queued(campaign, member, medium=("EMAIL", "INBOX")[number % 2], number=number)

    def send():
        try:
            while deliveries.send_due(at=NOW, limit=3):
                pass
        finally:
            connection.close()

    senders = [threading.Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    assert sorted(message.send_key for message in provider.got) == sorted(
        f"tier-upgraded:{number}:EMAIL" for number in range(0, 24, 2)
    )
    assert set(Delivery.objects.values_list("state", "attempts", "medium")) == {
        ("SENT", 1, "EMAIL"),
        ("SENT", 0, "INBOX"),
    }
    assert len(sent_events()) == 24
