"""Members go their way step by step: waits, ways, gifts, tasks; once each, and nobody is stuck."""

from datetime import timedelta

import pytest

from campaigns.models import (
    Campaign,
    Delivery,
    Enrollment,
    StepRecord,
)
from campaigns.services import campaigns, enrollments, journeys
from campaigns.services.enrollments import Entering
from members.events import TagGiven
from members.models import Dispatch
from members.services import dispatches, events
from tests import world
from tests.campaigns import made
from tests.campaigns.on_the_way import (
    MINUTE,
    NOW,
    advance,
    enter,
    journey,
    media,
    recorded,
    row,
    wait,
    where,
)
from tests.campaigns.shop import enroll

pytestmark = pytest.mark.django_db


def test_a_wait_of_half_an_hour_ends_half_an_hour_later_to_the_microsecond(member):
    enter(journey(wait(30), made.message("INBOX")), member)
    assert where() == ("WAITING", "w1", NOW + 30 * MINUTE)

    advance(at=NOW + 30 * MINUTE - timedelta(microseconds=1))
    assert media() == []
    advance(at=NOW + 30 * MINUTE)

    assert where() == ("DONE", "", None)
    assert media() == [("m1", "QUEUED")]


def test_what_is_found_late_expires_by_the_hour_at_which_it_was_due(member):
    enter(journey(wait(60), made.message("INBOX"), expires_hours=2), member)
    found_at = NOW + timedelta(hours=5)

    advance(at=found_at)

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.expires_at) == ("EXPIRED", NOW + timedelta(hours=3))
    assert row().state == "DONE"


def test_until_nine_in_the_morning_is_tomorrow_in_the_afternoon(member):
    enter(journey({"id": "u1", "kind": "WAIT_UNTIL", "clock": "09:00"}), member)

    # 14:00 in Shanghai now.
    assert where() == ("WAITING", "u1", NOW + timedelta(hours=19))


def test_a_skipped_message_lets_the_journey_go_on(member):
    enter(journey(made.message("EMAIL", step="m1"), made.message("INBOX", step="m2")), member)
    no_mail = enroll(email="", consents=world.yes("INBOX"))
    enter(Campaign.objects.get(), no_mail)

    rows = Delivery.objects.filter(member=no_mail).order_by("pk")
    assert [(one.step, one.state, one.reason) for one in rows] == [
        ("m1", "SKIPPED", "consent"),
        ("m2", "QUEUED", ""),
    ]


def test_a_branch_asks_when_the_member_comes_to_it(member):
    branch = {
        "id": "b1",
        "kind": "BRANCH",
        "condition": {"all": [{"field": "member.language", "op": "eq", "value": "en"}]},
        "yes": [made.message("INBOX", step="y1")],
        "no": [made.message("INBOX", step="n1")],
    }
    other = enroll(email="b@example.org", language="zh-hans")
    campaign = journey(wait(10), branch, made.message("INBOX", step="m9"))
    enter(campaign, member, other)

    advance(at=NOW + 10 * MINUTE)

    steps = {
        one.pk: list(
            Delivery.objects.filter(member=one).order_by("pk").values_list("step", flat=True)
        )
        for one in (member, other)
    }
    assert steps == {member.pk: ["y1", "m9"], other.pk: ["n1", "m9"]}
    assert [one[:2] for one in recorded()] == [("b1", "YES"), ("b1", "NO")]


def test_a_split_goes_by_the_arm_that_was_drawn_at_the_entry(member):
    split = {
        "id": "s1",
        "kind": "SPLIT",
        "a": [made.message("INBOX", step="a1")],
        "b": [made.message("INBOX", step="b1")],
    }
    campaign = journey(split, arms=[{"code": "a", "share": 5_000}, {"code": "b", "share": 5_000}])
    members = [member, *(enroll(email=f"m{n}@example.org") for n in range(9))]
    enter(campaign, *members)

    for one in Enrollment.objects.all():
        assert Delivery.objects.get(enrollment=one).step == f"{one.arm}1"
    assert set(Enrollment.objects.values_list("arm", flat=True)) == {"a", "b"}


HEARING = {
    "id": "h1",
    "kind": "WAIT_EVENT",
    "event": "members.tag.given",
    "minutes": 60,
    "heard": [made.message("INBOX", step="y1")],
    "else": [made.message("INBOX", step="n1")],
}


def tell(member, at):
    fact = TagGiven(member=str(member.uid), tag="vip")
    return events.record(fact=fact, member_id=member.pk, occurred_at=at, at=at)


def hear(at):
    while dispatches.drain(at=at):
        pass
    assert not Dispatch.objects.exists()


def test_who_waits_for_an_event_goes_on_when_it_is_told(member):
    enter(journey(HEARING), member)
    assert where() == ("WAITING", "h1", NOW + 60 * MINUTE)

    event = tell(member, NOW + 5 * MINUTE)
    hear(at=NOW + 6 * MINUTE)
    Dispatch.objects.create(event=event, subscriber="campaigns.exits", next_at=NOW)
    hear(at=NOW + 6 * MINUTE)

    assert media() == [("y1", "QUEUED")]
    assert recorded() == [("h1", "HEARD", "")]


def test_what_is_told_while_the_campaign_is_paused_is_gone_by_when_it_is_resumed(member):
    campaign = journey(HEARING)
    enter(campaign, member)
    campaigns.pause(campaign_id=campaign.pk, reason="wait", actor_id=None, at=NOW)
    tell(member, NOW + 5 * MINUTE)
    hear(at=NOW + 6 * MINUTE)
    assert media() == []

    later = NOW + timedelta(hours=2)
    campaigns.resume(campaign_id=campaign.pk, reason="go on", actor_id=None, at=later)
    advance(at=later)

    assert media() == [("y1", "QUEUED")]
    assert recorded() == [("h1", "HEARD", "")]


def test_who_waits_in_vain_goes_the_other_way(member):
    enter(journey(HEARING), member)

    advance(at=NOW + 60 * MINUTE)

    assert media() == [("n1", "QUEUED")]
    assert recorded() == [("h1", "TIMED_OUT", "")]


def test_what_happened_before_the_wait_began_does_not_end_it(member):
    enter(journey(HEARING), member)

    tell(member, NOW - MINUTE)
    hear(at=NOW + MINUTE)

    assert row().state == "WAITING"


def test_leaving_ends_a_wait_at_once_and_what_waits_is_not_sent(member):
    enter(journey(made.message("INBOX"), wait(60), made.message("INBOX", step="m2")), member)

    assert enrollments.leave(enrollment_ids=[row().pk], reason="bought", at=NOW) == 1
    assert enrollments.leave(enrollment_ids=[row().pk], reason="again", at=NOW) == 0
    advance(at=NOW + 60 * MINUTE)

    assert (row().state, row().reason) == ("EXITED", "bought")
    assert media() == [("m1", "SKIPPED")]
    assert Delivery.objects.get().reason == "exited"


def test_a_watch_that_nothing_ends_begins_when_it_is_over(member):
    campaign = journey(made.message("INBOX"))
    enrollments.enter(
        campaign=campaign,
        entering=[Entering(member_id=member.pk, entry_key="k", watch_until=NOW + 30 * MINUTE)],
        at=NOW,
    )
    assert (row().state, media()) == ("WATCHING", [])

    advance(at=NOW + 30 * MINUTE)

    assert (row().state, media()) == ("DONE", [("m1", "QUEUED")])


def test_a_paused_campaign_moves_nobody_and_goes_on_where_it_was(member):
    campaign = journey(wait(10), made.message("INBOX"))
    enter(campaign, member)
    campaigns.pause(campaign_id=campaign.pk, reason="wait", actor_id=None, at=NOW)

    advance(at=NOW + 20 * MINUTE)
    assert row().state == "WAITING"
    enter(Campaign.objects.get(), member, at=NOW + 20 * MINUTE, key="second")
    assert list(Enrollment.objects.filter(state="EXCLUDED").values_list("reason", flat=True)) == [
        "campaign_state"
    ]

    campaigns.resume(campaign_id=campaign.pk, reason="go on", actor_id=None, at=NOW + 30 * MINUTE)
    advance(at=NOW + 30 * MINUTE)
    assert media() == [("m1", "QUEUED")]


def test_one_that_fails_again_and_again_leaves_and_holds_up_nobody(member):
    healthy, sick = member, enroll(email="sick@example.org")
    enter(journey(wait(1), made.message("INBOX")), healthy, sick)
    bad = Enrollment.objects.get(member_id=sick.pk)
    # A step that its version hasn't got, as after a fault of the product's own.
    Enrollment.objects.filter(pk=bad.pk).update(step="gone")
    at = NOW + MINUTE
    for _ in range(journeys.MOST_FAILURES):
        advance(at=at)
        at += timedelta(hours=1)

    bad.refresh_from_db()
    assert (bad.state, bad.reason, bad.context["failures"]) == ("EXITED", "step_failed", 5)
    assert Enrollment.objects.get(member_id=healthy.pk).state == "DONE"


def test_twenty_members_take_a_message_step_with_as_many_queries_as_two(
    member, django_assert_max_num_queries
):
    members = [member, *(enroll(email=f"m{n}@example.org") for n in range(19))]
    enter(journey(wait(1), made.message("INBOX")), *members)

    with django_assert_max_num_queries(40):
        advance(at=NOW + MINUTE)

    assert Delivery.objects.count() == 20


def test_who_is_held_out_goes_the_first_way_of_a_split(shop):
    """The first as the variants are written."""
    split = {
        "id": "p1",
        "kind": "SPLIT",
        "a": [made.message("INBOX", step="x1")],
        "b": [made.message("INBOX", step="x2")],
    }
    arms = [{"code": "a", "share": 2_500}, {"code": "b", "share": 2_500}]
    campaign = journey(split, control_share=5_000, arms=arms)
    enter(campaign, *[enroll(email=f"m{n}@example.org") for n in range(12)])

    held_out = StepRecord.objects.filter(enrollment__arm="control")
    assert set(held_out.values_list("outcome", "detail")) == {("GHOST", "a")}
    ghosts = Delivery.objects.filter(state="GHOST")
    assert set(ghosts.values_list("step", flat=True)) == {"x1"}
