"""What happens ends a campaign for a member at once, or is its goal; also for who is held out."""

from datetime import timedelta

import pytest

from campaigns.models import Campaign, Delivery, Enrollment
from campaigns.services import enrollments
from members.services import consents, profiling, restrictions
from members.services.consents import ConsentGiven, Occasion
from tests.analytics import segment_shop
from tests.campaigns import made
from tests.campaigns.happened import ORDER, VIEW, advance, after, buy, hear, standing, view
from tests.campaigns.shop import enroll
from tests.loyalty import till

pytestmark = pytest.mark.django_db
WAIT = {"id": "w1", "kind": "WAIT", "minutes": 60}
DAY = 24 * 60


@pytest.fixture
def alice(shop):
    return enroll()


def waiting(**values):
    """Whoever views a product waits an hour, then gets a message."""
    values = {
        "entry_rule": {"event": VIEW, "behavior": "product_view", "keys": ["product"]},
        "steps": [WAIT, made.message("INBOX")],
        **values,
    }
    return made.running("waiting", **values)


def state():
    return list(Enrollment.objects.order_by("pk").values_list("state", "reason"))


def begun(member, *minutes, **more):
    view(member, *minutes, **more)
    hear(max(minutes))


def test_an_exit_ends_a_wait_at_once_and_nothing_is_sent(alice):
    waiting(exits=[{"event": ORDER, "same": ""}])
    begun(alice, 0)
    assert state() == [("WAITING", "")]
    buy(alice, 10, "SK-9")
    hear(10)
    assert state() == [("EXITED", "exited")]
    advance(61)
    assert not Delivery.objects.exists()


def test_an_exit_holds_back_a_message_that_waits_for_the_end_of_quiet_hours(alice):
    waiting(
        steps=[made.message("INBOX")],
        exits=[{"event": ORDER, "same": ""}],
        quiet_from="13:00",
        quiet_until="16:00",
    )
    begun(alice, 0)
    assert state() == [("DONE", "")]
    assert Delivery.objects.get().reason == "quiet_hours"

    buy(alice, 10, "SK-9")
    hear(10)

    told = Delivery.objects.get()
    assert (told.state, told.reason) == ("SKIPPED", "exited")


def test_an_exit_about_the_same_product_leaves_the_others(alice):
    waiting(exits=[{"event": ORDER, "same": "product"}])
    begun(alice, 0)
    begun(alice, 1, product="SK-2")
    buy(alice, 10, "SK-2", "SK-3")
    hear(10)
    assert state() == [("WAITING", ""), ("EXITED", "exited")]


def test_an_exit_about_the_same_order_leaves_the_others(alice):
    waiting(
        entry_rule={"event": ORDER, "keys": ["order"]},
        exits=[{"event": "loyalty.order.refunded", "same": "order"}],
    )
    first = buy(alice, 0)
    buy(alice, 1)
    hear(1)
    till.give_back(first, "r-1", when=after(2))
    hear(2)
    assert state() == [("EXITED", "exited"), ("WAITING", "")]


def test_what_happened_before_they_came_in_ends_nothing(alice):
    waiting(exits=[{"event": ORDER, "same": ""}])
    begun(alice, 10)
    buy(alice, 5, at=after(20))
    hear(20)
    assert state() == [("WAITING", "")]


def test_an_exit_that_was_told_first_ends_it_too(alice):
    waiting(exits=[{"event": ORDER, "same": ""}])
    buy(alice, 10)
    hear(10)
    view(alice, 0, at=after(20))
    hear(20)
    assert state() == [("EXITED", "exited")]


def test_a_behavior_ends_it_by_its_kind(alice):
    waiting(exits=[{"event": f"{VIEW}:add_to_cart", "same": "product"}])
    begun(alice, 0)
    begun(alice, 5)
    assert state() == [("WAITING", "")]
    view(alice, 6, kind="add_to_cart")
    hear(6)
    assert state() == [("EXITED", "exited")]


def test_the_goal_ends_it_and_counts(alice):
    waiting(goal_event=ORDER, goal_days=14)
    begun(alice, 0)
    buy(alice, 10)
    hear(10)
    assert state() == [("EXITED", "converted")]
    assert Enrollment.objects.get().converted_at == after(10)


def test_a_goal_that_does_not_end_it_counts_once(alice):
    waiting(goal_event=ORDER, is_over_at_goal=False)
    begun(alice, 0)
    for minute in (10, 20):
        buy(alice, minute)
        hear(minute)
    assert state() == [("WAITING", "")]
    assert Enrollment.objects.get().converted_at == after(10)


@pytest.mark.parametrize(("minute", "counts"), [(14 * DAY - 1, True), (14 * DAY, False)])
def test_the_goal_counts_within_its_days_also_when_it_is_through(alice, minute, counts):
    waiting(goal_event=ORDER, goal_days=14, steps=[made.message("INBOX")])
    begun(alice, 0)
    advance(1)
    Campaign.objects.update(state="FINISHED")
    assert state() == [("DONE", "")]
    buy(alice, minute)
    hear(minute)
    assert (Enrollment.objects.get().converted_at is not None) is counts
    assert state() == [("DONE", "")]


def test_the_goal_counts_for_who_is_held_out(alice):
    campaign = waiting(goal_event=ORDER, control_share=5_000, arms=[{"code": "a", "share": 5_000}])
    begun(alice, 0)
    Enrollment.objects.update(arm="control")
    buy(alice, 10)
    hear(10)
    assert campaign.pk
    assert Enrollment.objects.get().converted_at == after(10)


def test_what_they_came_in_by_is_neither_goal_nor_exit(alice):
    waiting(entry_rule={"event": ORDER, "keys": ["member"]}, goal_event=ORDER)
    made.running("left", entry_rule={"event": ORDER}, steps=[WAIT], exits=[{"event": ORDER}])
    buy(alice, 0)
    hear()
    assert state() == [("WAITING", "")] * 2
    buy(alice, 1)
    hear(1)
    assert state()[:2] == [("EXITED", "converted"), ("EXITED", "exited")]


def test_an_exit_may_ask_for_values(alice):
    asked = {"event": "members.consent.recorded", "matches": {"is_granted": False}}
    waiting(exits=[asked])
    begun(alice, 0)
    for minute, is_granted in ((1, True), (2, False)):
        given = ConsentGiven("MARKETING", "PUSH", is_granted, "2026-01")
        occasion = Occasion(occurred_at=after(minute), source="till")
        consents.record(member=alice, given=[given], occasion=occasion, at=after(minute))
        hear(minute)
        assert state() == [("EXITED", "exited") if not is_granted else ("WAITING", "")]


def test_who_was_kept_out_has_reached_no_goal(alice):
    rule = {"event": VIEW, "without": {"event": ORDER}, "without_minutes": 30, "keys": ["member"]}
    waiting(entry_rule=rule, goal_event=ORDER)
    begun(alice, 0)
    buy(alice, 10)
    hear(10)
    buy(alice, 11)
    hear(11)
    assert state() == [("EXITED", "something_else")]
    assert Enrollment.objects.get().converted_at is None


def test_what_is_waited_for_lets_them_go_on(alice):
    step = {
        "id": "e1",
        "kind": "WAIT_EVENT",
        "event": ORDER,
        "minutes": 60,
        "same": "product",
        "heard": [made.message("INBOX")],
        "else": [],
    }
    waiting(steps=[step])
    begun(alice, 0)
    buy(alice, 10, "SK-9")
    hear(10)
    assert state() == [("WAITING", "")]
    buy(alice, 11, "SK-9", "SK-1")
    hear(11)
    advance(12)
    assert state() == [("DONE", "")]
    assert Delivery.objects.count() == 1


def test_a_restriction_ends_all_and_an_objection_what_profiled(alice):
    waiting()
    by_profile = made.running(
        "profiled",
        entry_rule={"event": VIEW, "keys": ["member"]},
        steps=[WAIT],
        condition=segment_shop.EVERYBODY,
    )
    begun(alice, 0)
    assert state() == [("WAITING", "")] * 2
    profiling.refuse(member_id=alice.pk, at=after(1))
    hear(1)
    left = Enrollment.objects.get(campaign=by_profile)
    assert (left.state, left.reason) == ("EXITED", "member_state")
    restrictions.restrict(member_id=alice.pk, at=after(2))
    hear(2)
    assert state() == [("EXITED", "member_state")] * 2


def test_a_repeat_changes_nothing_and_the_done_stay_done(alice):
    waiting(exits=[{"event": ORDER, "same": ""}], steps=[made.message("INBOX")])
    begun(alice, 0)
    advance(1)
    (row,) = Enrollment.objects.all()
    assert enrollments.leave(enrollment_ids=[row.pk], reason="exited", at=after(2)) == 0
    buy(alice, 10)
    hear(10)
    assert standing() == [(f"m:{alice.pk}:p:SK-1", "DONE", "")]
    assert row.entered_at == made.NOW + timedelta(0)
