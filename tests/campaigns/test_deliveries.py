"""Messages on their way: judged again, claimed, sent once, and honest about what is unknown."""

from datetime import timedelta

import pytest
from django.db import connection

from campaigns.models import Campaign, Delivery
from campaigns.selectors.deliveries import messages_of
from campaigns.services import deliveries
from campaigns.transports.contract import NotSent, Refused
from members.models import Member
from members.services import consents
from tests.campaigns.shop import NOW, enroll, queued, sent_events

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("state", ["PAUSED", "KILLED"])
def test_what_waits_in_a_campaign_that_does_not_run_is_not_looked_at(
    campaign, alice, provider, state
):
    delivery = queued(campaign, alice)
    Campaign.objects.update(state=state)

    assert deliveries.send_due(at=NOW) == 0

    delivery.refresh_from_db()
    assert (delivery.state, provider.got) == ("QUEUED", [])


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


def test_twenty_messages_are_judged_with_as_many_queries_as_one(
    campaign, alice, provider, django_assert_num_queries
):
    everyone = [alice, *(enroll(email=f"m{number}@example.org") for number in range(19))]
    for number, member in enumerate(everyone):
        queued(campaign, member, number=number, medium="INBOX")

    with django_assert_num_queries(20):
        assert deliveries.send_due(at=NOW) == 20


def test_messages_of_a_member_open_without_more_queries(campaign, alice, django_assert_num_queries):
    for number in range(3):
        queued(campaign, alice, number=number, medium="INBOX")

    with django_assert_num_queries(1):
        messages = messages_of(member_id=alice.pk, limit=2)
        texts = [(message.send_key, message.subject) for message in messages]

    assert texts == [("tier-upgraded:2:INBOX", "Hello"), ("tier-upgraded:1:INBOX", "Hello")]


def test_one_message_at_fault_holds_up_nobody_and_is_given_up_after_five_tries(
    campaign, alice, provider
):
    sick = queued(campaign, alice, number=1)
    healthy = queued(campaign, enroll(email="bob@example.org"), number=2)
    # Bytes that no key opens, as after a fault of storage.
    raw = bytes([1]) + b"\0" * 40
    with connection.cursor() as cursor:
        cursor.execute("UPDATE campaigns_delivery SET body = %s WHERE id = %s", [raw, sick.pk])
    at = NOW
    for _ in range(5):
        deliveries.send_due(at=at)
        at += timedelta(hours=1)

    healthy.refresh_from_db()
    rows = Delivery.objects.filter(pk=sick.pk).values_list("state", "reason", "attempts")
    assert list(rows) == [("FAILED", "fault", 5)]
    assert (healthy.state, len(provider.got)) == ("SENT", 1)
