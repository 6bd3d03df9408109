"""What members are spared: caps, hold-outs, priorities, credits, budgets and suppressed addresses,
counted exactly whatever campaigns meet."""

from collections import Counter
from datetime import timedelta

import pytest

from campaigns.models import (
    ContactCredit,
    ContactPolicy,
    Delivery,
    Enrollment,
    FrequencyCap,
    Suppression,
)
from campaigns.rules import arms
from campaigns.services import deliveries, enrollments
from campaigns.services.enrollments import Entering
from members.models import Identity
from members.services import consents
from tests import world
from tests.campaigns import made
from tests.campaigns.shop import enroll

pytestmark = pytest.mark.django_db
NOW = world.NOW
MIDNIGHT = NOW + timedelta(hours=10)


def enter(campaign, *members, at=NOW, key="k"):
    enrollments.enter(
        campaign=campaign,
        entering=[Entering(member_id=one.pk, entry_key=f"{key}{one.pk}") for one in members],
        at=at,
    )


def send(at=NOW):
    while deliveries.send_due(at=at):
        pass


def outcome():
    rows = Delivery.objects.order_by("campaign__code", "pk")
    return [(row.campaign.code, row.medium, row.state, row.reason) for row in rows]


def test_the_second_message_of_a_day_is_left_out_where_one_is_allowed(member):
    FrequencyCap.objects.create(most_count=1, window="DAY")
    first, second = made.running("a"), made.running("b")
    enter(first, member)
    send()

    enter(second, member)
    send()

    assert outcome() == [("a", "INBOX", "SENT", ""), ("b", "INBOX", "SKIPPED", "frequency_cap")]


def test_two_messages_in_one_batch_count_each_other(member):
    FrequencyCap.objects.create(most_count=1, window="DAY")
    campaign = made.running()
    enter(campaign, member, key="one")
    enter(campaign, member, key="two")

    send()

    assert [row[2:] for row in outcome()] == [("SENT", ""), ("SKIPPED", "frequency_cap")]


def test_a_deferred_message_goes_out_when_the_day_is_over(member):
    FrequencyCap.objects.create(most_count=1, window="DAY")
    enter(made.running("a"), member)
    send()
    enter(made.running("b", cap_policy="DEFER"), member)

    waiting = Delivery.objects.get(campaign__code="b")
    assert (waiting.state, waiting.reason) == ("QUEUED", "frequency_cap")
    assert waiting.not_before_at == MIDNIGHT
    send(at=MIDNIGHT)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.sent_at) == ("SENT", MIDNIGHT)


def test_over_the_cap_of_a_channel_the_next_one_is_taken_where_the_campaign_says_so(
    member, mailoutbox
):
    FrequencyCap.objects.create(most_count=1, window="DAY", medium="EMAIL")
    enter(made.running("a", steps=[made.message("EMAIL")]), member)
    send()
    both = [made.message("EMAIL", "INBOX")]
    enter(made.running("b", steps=both, cap_policy="FALL_BACK"), member)
    enter(made.running("c", steps=both, cap_policy="DROP"), member)
    send()

    assert outcome() == [
        ("a", "EMAIL", "SENT", ""),
        ("b", "INBOX", "SENT", ""),
        ("c", "EMAIL", "SKIPPED", "frequency_cap"),
    ]
    fell_back = Delivery.objects.get(campaign__code="b")
    assert fell_back.tried == [{"medium": "EMAIL", "reason": "frequency_cap"}]


def test_messages_of_service_are_neither_counted_nor_capped(member):
    FrequencyCap.objects.create(most_count=1, window="DAY")
    no_service = consents.ConsentGiven("SERVICE", "INBOX", True, "2026-01")
    consents.record(
        member=member,
        given=[no_service],
        occasion=consents.Occasion(occurred_at=NOW, source="web"),
        at=NOW,
    )
    enter(made.running("a", purpose="SERVICE"), member)
    enter(made.running("b"), member)
    enter(made.running("c", purpose="SERVICE"), member)
    send()

    assert [row[2] for row in outcome()] == ["SENT", "SENT", "SENT"]


def test_a_sixth_of_a_second_before_midnight_is_today(member):
    FrequencyCap.objects.create(most_count=1, window="DAY")
    before = MIDNIGHT - timedelta(microseconds=1)
    enter(made.running("a"), member, at=before)
    send(at=before)
    enter(made.running("b"), member, at=MIDNIGHT)
    send(at=MIDNIGHT)

    assert [row[2] for row in outcome()] == ["SENT", "SENT"]


def test_who_is_held_out_from_everything_gets_no_marketing_but_service(member):
    members = [member, *(enroll(email=f"m{number}@example.org") for number in range(19))]
    ContactPolicy.objects.create(pk=1, holdout_share=2_000, holdout_salt="winter")
    held = {one.pk for one in members if arms.bucket("winter", one.pk) < 2_000}
    enter(made.running(), *members)
    send()

    states = dict(Delivery.objects.values_list("member_id", "reason"))
    assert {pk for pk, reason in states.items() if reason == "holdout"} == held
    assert Counter(Delivery.objects.values_list("state", flat=True))["SENT"] == 20 - len(held)


def test_a_campaign_of_lower_priority_gives_way_within_the_hours(member):
    ContactPolicy.objects.create(pk=1, priority_hours=24)
    high, low, same = (
        made.running("a", priority=9),
        made.running("b", priority=5),
        made.running("c", priority=9),
    )
    enter(high, member)
    enter(low, member)
    enter(same, member)
    send()
    assert outcome() == [
        ("a", "INBOX", "SENT", ""),
        ("b", "INBOX", "SKIPPED", "priority"),
        ("c", "INBOX", "SENT", ""),
    ]

    later = NOW + timedelta(hours=24)
    enter(low, member, at=later, key="again")
    send(at=later)
    assert Delivery.objects.filter(campaign=low, state="SENT").count() == 1


def test_consent_withdrawn_between_snapshot_and_sending_stops_the_message(member, mailoutbox):
    campaign = made.running(
        entry="AT",
        entry_rule={"at": NOW.isoformat()},
        condition={"all": [{"field": "member.joined_days", "op": "gte", "value": 0}]},
        steps=[made.message("EMAIL", "INBOX")],
        at=NOW - timedelta(hours=1),
    )
    made.run_through(at=NOW)
    no = consents.ConsentGiven("MARKETING", "EMAIL", False, "2026-01")
    consents.record(
        member=member,
        given=[no],
        occasion=consents.Occasion(occurred_at=NOW, source="web"),
        at=NOW,
    )

    send()

    row = Delivery.objects.get(campaign=campaign)
    assert (row.medium, row.state, mailoutbox) == ("INBOX", "SENT", [])
    assert row.tried == [{"medium": "EMAIL", "reason": "consent"}]


def test_a_suppressed_address_is_not_written_to_whoever_has_it(member, mailoutbox):
    digest = Identity.objects.get(member=member, kind="EMAIL").digest
    Suppression.objects.create(medium="EMAIL", digest=digest, reason="BOUNCED", created_at=NOW)
    enter(made.running(steps=[made.message("EMAIL")]), member)
    send()

    assert outcome() == [("news", "EMAIL", "SKIPPED", "suppressed")]
    assert mailoutbox == []


def test_what_the_budget_does_not_pay_for_is_not_sent(member, mailoutbox):
    ContactPolicy.objects.create(pk=1, costs={"EMAIL": 5})
    members = [member, *(enroll(email=f"m{number}@example.org") for number in range(4))]
    enter(made.running(steps=[made.message("EMAIL")], budget_amount=17), *members)
    send()

    assert Counter(row[2:] for row in outcome()) == {("SENT", ""): 3, ("SKIPPED", "budget"): 2}
    assert sum(row.cost_amount for row in Delivery.objects.filter(state="SENT")) == 15


def test_who_bought_meanwhile_is_not_written_to(member):
    campaign = made.running(quiet_from="13:00", quiet_until="16:00")
    enter(campaign, member)
    row = Enrollment.objects.get()
    assert (row.state, outcome()[0][2:]) == ("DONE", ("QUEUED", "quiet_hours"))

    enrollments.convert(enrollment_ids=[row.pk], is_over=True, at=NOW + timedelta(minutes=1))
    send(at=NOW + timedelta(hours=2))

    assert outcome()[0][2:] == ("SKIPPED", "converted")


def test_a_credit_is_left_where_nobody_used_it(member):
    ContactCredit.objects.create(
        member=member, medium="WECHAT", template="t", left_count=1, granted_count=1, changed_at=NOW
    )
    enter(made.running(steps=[made.message("INBOX")]), member)
    send()

    assert ContactCredit.objects.get().left_count == 1
