"""Receipts: stored once, in any order, and the message's row follows from all of them."""

from collections import Counter
from itertools import permutations
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from campaigns.models import (
    ContactCredit,
    CreditReport,
    Delivery,
    ParkedReceipt,
    Receipt,
    Suppression,
)
from campaigns.services import channel_receipts, contact_credits, parked_receipts, receipts
from campaigns.services.contact_credits import Grant
from campaigns.transports.contract import ProviderReceipt
from members.models import Event, Identity
from members.registry import panels
from members.selectors import consents as consent_selectors
from members.selectors.scopes import Scope
from members.services import consents
from tests.campaigns.letters import HOUR, message_events, sent, tell, told
from tests.campaigns.shop import NOW, enroll, queued
from tests.parallel import at_once

pytestmark = pytest.mark.django_db
LATER = NOW + 24 * HOUR


def reported(reference, kind="DELIVERED", **fields):
    return ProviderReceipt(provider_ref=reference, kind=kind, occurred_at=NOW + HOUR, **fields)


def hear(*reports, at=LATER):
    counted = parked_receipts.hear(source="sms-tc3", medium="SMS", reports=reports, at=at)
    return counted.known_count, counted.parked_count


def allows(member, medium="EMAIL", purpose="MARKETING"):
    return consent_selectors.is_granted(member_id=member.pk, purpose=purpose, medium=medium)


def test_a_message_that_arrived_says_when(campaign, alice):
    delivery = sent(campaign, alice)

    assert tell(delivery, "DELIVERED") == "recorded"

    assert (delivery.state, delivery.delivered_at) == ("DELIVERED", NOW + HOUR)
    assert message_events() == []


def test_the_same_report_again_changes_nothing(campaign, alice):
    delivery = sent(campaign, alice)
    tell(delivery, "OPENED")

    assert tell(delivery, "OPENED", at=NOW) == "repeated"
    assert tell(delivery, "CLICKED") == "recorded"
    twice = [told(delivery, "DELIVERED", number=2)] * 2
    assert [one.value for one in receipts.record(told=twice, at=LATER)] == ["recorded", "repeated"]

    assert Receipt.objects.count() == 3
    assert delivery.opened_at == NOW + HOUR
    assert message_events() == ["opened", "clicked"]


def test_an_id_that_was_used_for_another_report_is_a_conflict(campaign, alice):
    first, second = sent(campaign, alice), sent(campaign, alice, number=2)
    tell(first, "DELIVERED")

    assert tell(second, "DELIVERED") == "conflict"
    assert (second.state, Receipt.objects.count()) == ("SENT", 1)


def test_every_order_of_reports_ends_in_the_same_row(campaign, alice):
    kinds = [
        ("DELIVERED", {"at": NOW + HOUR}),
        ("BOUNCED", {"at": NOW + 2 * HOUR, "detail": "hard:5.1.1"}),
        ("OPENED", {"at": NOW + 3 * HOUR}),
        ("OPENED", {"at": NOW, "number": 2, "is_machine": True}),
    ]
    found = set()
    for number, order in enumerate(permutations(kinds)):
        delivery = sent(campaign, alice, number=number)
        for kind, fields in order:
            fields = {"number": 1, **fields}
            tell(delivery, kind, **{**fields, "number": f"{number}:{fields['number']}"})
        found.add((delivery.state, delivery.delivered_at, delivery.opened_at, delivery.clicked_at))

    assert found == {("DELIVERED", NOW, NOW + 3 * HOUR, None)}


@pytest.mark.parametrize(
    ("state", "reason"), [("CLAIMED", ""), ("UNKNOWN", "no_answer"), ("FAILED", "unreachable")]
)
def test_a_report_of_arrival_settles_what_the_sender_does_not_know(campaign, alice, state, reason):
    delivery = sent(campaign, alice, state=state, reason=reason, sent_at=None)

    tell(delivery, "DELIVERED")

    assert (delivery.state, delivery.reason, delivery.sent_at) == ("DELIVERED", "", NOW)
    assert message_events() == ["sent"]


@pytest.mark.parametrize("state", ["QUEUED", "SKIPPED", "GHOST"])
def test_a_message_that_never_left_takes_no_reports(campaign, alice, state):
    delivery = queued(campaign, alice, state=state, reason="consent")

    assert tell(delivery, "UNSUBSCRIBED") == "not_sent"

    assert (delivery.state, Receipt.objects.count(), allows(alice)) == (state, 0, True)


def test_an_instant_ahead_of_our_clock_counts_as_now(campaign, alice):
    delivery = sent(campaign, alice)

    tell(delivery, "OPENED", at=LATER + 300 * HOUR)

    assert delivery.opened_at == LATER


def test_receipts_are_never_changed(campaign, alice):
    tell(sent(campaign, alice), "OPENED")

    with pytest.raises(DatabaseError), transaction.atomic():
        Receipt.objects.update(kind="CLICKED")


def test_a_bounce_for_good_suppresses_the_address_and_one_for_now_does_not(campaign, alice):
    soft, hard = sent(campaign, alice), sent(campaign, alice, number=2)

    tell(soft, "BOUNCED", detail="soft:4.2.2")
    assert (soft.state, soft.reason, Suppression.objects.count()) == ("BOUNCED", "bounced", 0)
    tell(hard, "BOUNCED", detail="hard:5.1.1", number=2)

    (found,) = Suppression.objects.all()
    digest = alice.identities.get(kind="EMAIL").digest
    assert (found.medium, bytes(found.digest), found.reason) == ("EMAIL", bytes(digest), "BOUNCED")
    assert allows(alice)
    assert message_events() == ["bounced", "bounced"]
    told_ = Event.objects.filter(type="campaigns.message.bounced").order_by("pk")
    assert [one.payload["is_permanent"] for one in told_] == [False, True]


def test_an_address_that_came_after_the_message_is_not_to_blame(campaign, alice):
    delivery = sent(campaign, alice)
    Identity.objects.filter(kind="EMAIL").update(created_at=NOW + HOUR)

    tell(delivery, "BOUNCED", detail="hard:5.1.1")

    assert (delivery.state, Suppression.objects.count()) == ("BOUNCED", 0)


def test_a_complaint_suppresses_and_ends_the_consent_of_its_purpose_and_channel(campaign, alice):
    delivery = sent(campaign, alice)

    tell(delivery, "COMPLAINED")

    assert Suppression.objects.get().reason == "COMPLAINED"
    assert (allows(alice), allows(alice, "INBOX")) == (False, True)
    assert message_events() == ["unsubscribed"]
    (last,) = [one for one in consent_selectors.current(member_id=alice.pk) if not one.is_granted]
    assert (last.source, last.occurred_at) == ("message:complaint", NOW + HOUR)


def test_a_complaint_that_is_told_late_leaves_what_was_allowed_since(campaign, alice):
    delivery = sent(campaign, alice)
    yes = consents.ConsentGiven("MARKETING", "EMAIL", is_granted=True, policy_version="1")
    occasion = consents.Occasion(occurred_at=NOW + 2 * HOUR, source="web")
    consents.record(member=alice, given=[yes], occasion=occasion, at=NOW + 2 * HOUR)

    tell(delivery, "COMPLAINED", at=NOW + HOUR)

    assert allows(alice)


def test_what_nobody_knows_yet_waits_for_its_message_and_goes_after_a_day(campaign, alice):
    assert hear(reported("s-1"), reported("s-9"), at=NOW + HOUR) == (0, 2)
    assert hear(reported("s-1"), at=NOW + HOUR) == (0, 1)
    assert parked_receipts.settle(at=LATER) == 0
    delivery = sent(campaign, alice, "SMS", provider_ref="s-1")

    assert parked_receipts.settle(at=NOW + 2 * HOUR) == 1
    assert parked_receipts.settle(at=NOW + 2 * HOUR) == 0

    delivery.refresh_from_db()
    assert (delivery.state, delivery.delivered_at) == ("DELIVERED", NOW + HOUR)
    assert hear(reported("s-1"), at=LATER) == (1, 0)
    assert Receipt.objects.count() == 1
    assert parked_receipts.forget_old(at=NOW + 25 * HOUR) == 1


def test_the_night_forgets_reports_that_nobody_needs_any_more(alice):
    hear(reported("s-9"), at=NOW)
    for key, at in (("k-1", NOW), ("k-2", NOW + 29 * 24 * HOUR)):
        contact_credits.grant(
            grant=Grant(
                member_id=alice.pk,
                medium="WECHAT",
                template="order",
                count=1,
                source="mini",
                key=key,
            ),
            at=at,
        )
    (step,) = (one for one in panels.night_steps() if one.code == "campaigns.receipts")

    assert list(step.run(NOW + 30 * 24 * HOUR)) == [1, 1]

    assert not ParkedReceipt.objects.exists()
    assert CreditReport.objects.values_list("external_id", flat=True).get() == "k-2"
    # What is left of the grants stays, and the younger one's repeat is still known.
    assert ContactCredit.objects.get().left_count == 2


def test_a_reference_made_of_our_own_id_finds_a_message_whose_sender_died(campaign, alice):
    delivery = sent(campaign, alice, "SMS", state="UNKNOWN", reason="sender_died", sent_at=None)

    assert hear(reported(f"<{delivery.uid}@shop.example>")) == (1, 0)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.sent_at) == ("DELIVERED", NOW)


def test_reports_count_for_messages_of_the_providers_own_channel(campaign, alice):
    delivery = sent(campaign, alice, "EMAIL", provider_ref="s-1")

    assert hear(reported("s-1")) == (0, 1)

    delivery.refresh_from_db()
    assert delivery.state == "SENT"


def test_a_channel_reports_by_our_id_on_members_of_its_stores(campaign, alice):
    mine = sent(campaign, alice, "PUSH")
    reports = [
        channel_receipts.Reported(
            external_id=f"r-{number}",
            message=uid,
            kind="DELIVERED",
            occurred_at=NOW,
        )
        for number, uid in enumerate([mine.uid, uuid4(), mine.uid])
    ]
    elsewhere = channel_receipts.Reporter(source="app", scope=Scope(frozenset({0})))
    here = channel_receipts.Reporter(source="app", scope=Scope())

    assert channel_receipts.record(reports=reports, reporter=elsewhere, at=LATER) == ["unknown"] * 3
    assert channel_receipts.record(reports=reports, reporter=here, at=LATER) == [
        "recorded",
        "unknown",
        "recorded",
    ]


def test_what_old_receipts_told_stays_when_they_are_gone(campaign, alice):
    delivery = sent(campaign, alice, state="DELIVERED", delivered_at=NOW, opened_at=NOW + HOUR)

    tell(delivery, "DELIVERED", at=NOW + 2 * HOUR)

    assert (delivery.delivered_at, delivery.opened_at) == (NOW, NOW + HOUR)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_tell_the_same_at_once_one_is_recorded(campaign, alice):
    delivery = sent(campaign, alice, state="CLAIMED", sent_at=None)

    def tell_it():
        return receipts.record(told=[told(delivery, "COMPLAINED")], at=LATER)[0].value

    assert Counter(at_once(*[tell_it] * 4)) == {"recorded": 1, "repeated": 3}
    assert (Receipt.objects.count(), Suppression.objects.count()) == (1, 1)
    assert sorted(message_events()) == ["sent", "unsubscribed"]


def test_a_batch_of_200_takes_as_many_statements_as_one(
    campaign, alice, django_assert_max_num_queries
):
    everyone = [alice, *(enroll(email=f"m{number}@example.org") for number in range(9))]
    deliveries = [
        sent(campaign, member, number=f"{number}:{member.pk}")
        for member in everyone
        for number in range(20)
    ]
    batch = [told(one, "OPENED", number=one.pk) for one in deliveries]

    with django_assert_max_num_queries(10):
        assert len(receipts.record(told=batch, at=LATER)) == 200

    assert Delivery.objects.filter(state="DELIVERED").count() == 200
