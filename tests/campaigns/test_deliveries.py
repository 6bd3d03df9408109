"""Messages on their way: judged again, claimed, sent once, and honest about what is unknown."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from campaigns.models import Campaign, Delivery
from campaigns.selectors.deliveries import messages_of
from campaigns.services import deliveries
from campaigns.transports import registry
from campaigns.transports.contract import NotSent, Refused, Transport
from members.models import Event, Member
from members.services import consents
from tests.campaigns.shop import NOW, enroll, queued

pytestmark = pytest.mark.django_db


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


def sent_events():
    return list(
        Event.objects.filter(type="campaigns.message.sent").values_list("payload", flat=True)
    )


def test_an_email_is_handed_over_once_and_told(campaign, alice, provider):
    delivery = queued(campaign, alice)

    assert deliveries.send_due(at=NOW) == 1
    assert deliveries.send_due(at=NOW) == 0

    delivery.refresh_from_db()
    assert [(one.address, one.subject, one.body) for one in provider.got] == [
        ("alice@example.org", "Hello", "You are Gold now.")
    ]
    assert (delivery.state, delivery.reason, delivery.provider_ref) == ("SENT", "", "ref-1")
    assert (delivery.attempts, delivery.sent_at) == (1, NOW)
    assert sent_events() == [
        {"delivery": str(delivery.uid), "campaign": "tier-upgraded", "medium": "EMAIL"}
    ]


def test_the_inbox_needs_no_provider(campaign, alice, provider):
    delivery = queued(campaign, alice, medium="INBOX")

    deliveries.send_due(at=NOW)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.sent_at, provider.got) == ("SENT", NOW, [])
    assert len(sent_events()) == 1


def test_a_message_that_is_not_due_waits(campaign, alice, provider):
    queued(campaign, alice, not_before_at=NOW + timedelta(seconds=1))

    assert deliveries.send_due(at=NOW) == 0
    assert provider.got == []


def test_consent_withdrawn_after_queueing_stops_the_message(campaign, alice, provider):
    delivery = queued(campaign, alice)
    no = consents.ConsentGiven(
        purpose="MARKETING", medium="EMAIL", is_granted=False, policy_version="2026-01"
    )
    occasion = consents.Occasion(occurred_at=NOW, source="web")
    consents.record(member=alice, given=[no], occasion=occasion, at=NOW)

    deliveries.send_due(at=NOW)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == ("SKIPPED", "consent")
    assert provider.got == []
    assert sent_events() == []


@pytest.mark.parametrize(
    ("change", "state", "reason"),
    [
        (
            lambda campaign, member: Campaign.objects.update(state="PAUSED"),
            "SKIPPED",
            "campaign_state",
        ),
        (lambda campaign, member: Member.objects.update(state="ERASED"), "SKIPPED", "member_state"),
        (lambda campaign, member: member.identities.all().delete(), "SKIPPED", "address"),
        (lambda campaign, member: Delivery.objects.update(expires_at=NOW), "EXPIRED", "expired"),
    ],
)
def test_the_last_check_gives_the_same_reasons_as_the_first(
    campaign, alice, provider, change, state, reason
):
    delivery = queued(campaign, alice)
    change(campaign, alice)

    deliveries.send_due(at=NOW)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == (state, reason)
    assert provider.got == []


def test_an_erased_members_text_is_not_opened(campaign, alice, provider):
    delivery = queued(campaign, alice)
    Member.objects.update(state="ERASED")
    alice.key.wrapped, alice.key.shredded_at = None, NOW
    alice.key.save()

    deliveries.send_due(at=NOW)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == ("SKIPPED", "member_state")


def test_a_message_without_a_text_is_never_sent(campaign, alice, provider):
    delivery = queued(campaign, alice)
    delivery.body = ""
    delivery.save()

    deliveries.send_due(at=NOW)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == ("SKIPPED", "missing_variable")
    assert provider.got == []


def test_quiet_hours_put_a_due_message_off_to_nine_in_the_store(campaign, alice, provider):
    delivery = queued(campaign, alice)
    at_night = NOW + timedelta(hours=8)

    assert deliveries.send_due(at=at_night) == 1
    assert deliveries.send_due(at=at_night) == 0

    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == ("QUEUED", "quiet_hours")
    assert delivery.not_before_at == NOW + timedelta(hours=19)
    deliveries.send_due(at=delivery.not_before_at)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == ("SENT", "")


def test_a_provider_that_is_away_is_asked_five_times_at_growing_distances(
    campaign, alice, provider
):
    delivery = queued(campaign, alice)
    provider.error = NotSent("connection refused")
    at, waits = NOW, []

    for _ in range(5):
        deliveries.send_due(at=at)
        delivery.refresh_from_db()
        waits.append((delivery.not_before_at - at) // timedelta(minutes=1))
        at = max(at, delivery.not_before_at)

    assert waits == [1, 2, 4, 8, 0]
    assert (delivery.state, delivery.reason, delivery.attempts) == ("FAILED", "unreachable", 5)
    assert len({message.send_key for message in provider.got}) == 1
    assert sent_events() == []


def test_what_the_provider_refuses_is_not_tried_again(campaign, alice, provider):
    delivery = queued(campaign, alice)
    provider.error = Refused("SMTP 550")

    deliveries.send_due(at=NOW)
    deliveries.send_due(at=NOW + timedelta(hours=1))

    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason, len(provider.got)) == ("FAILED", "refused", 1)


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


def test_twenty_messages_are_judged_with_as_many_queries_as_one(
    campaign, alice, provider, django_assert_num_queries
):
    everyone = [alice, *(enroll(email=f"m{number}@example.org") for number in range(19))]
    for number, member in enumerate(everyone):
        queued(campaign, member, number=number, medium="INBOX")

    with django_assert_num_queries(10):
        assert deliveries.send_due(at=NOW) == 20


def test_messages_of_a_member_open_without_more_queries(campaign, alice, django_assert_num_queries):
    for number in range(3):
        queued(campaign, alice, number=number, medium="INBOX")

    with django_assert_num_queries(1):
        messages = messages_of(member_id=alice.pk, limit=2)
        texts = [(message.send_key, message.subject) for message in messages]

    assert texts == [("tier-upgraded:2:INBOX", "Hello"), ("tier-upgraded:1:INBOX", "Hello")]
