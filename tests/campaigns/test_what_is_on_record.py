"""What happened decides, not when it was told: waits for events, exits behind the last step, and
entries of members who had two cards."""

from datetime import timedelta

import pytest

from campaigns.models import ClerkTask, Enrollment, StepRecord
from members.models import Dispatch, MemberMerge
from members.services import merge_undos, merges
from tests.campaigns import made
from tests.campaigns.happened import (
    NOT_BOUGHT,
    NOW,
    ORDER,
    VIEW,
    advance,
    after,
    buy,
    hear,
    standing,
    view,
)
from tests.campaigns.shop import enroll

pytestmark = pytest.mark.django_db
VIEWS = {"event": VIEW, "behavior": "product_view"}
UNTIL_BOUGHT = {
    "id": "w1",
    "kind": "WAIT_EVENT",
    "event": ORDER,
    "minutes": 60,
    "same": "product",
    "heard": [],
    "else": [made.message("INBOX")],
}
CALL = {"id": "t1", "kind": "TASK", "title_en": "Call", "title_zh": "回访", "days": 3}


@pytest.fixture
def alice(shop):
    return enroll()


def outcomes():
    return list(StepRecord.objects.order_by("pk").values_list("step", "outcome"))


def waiting(member):
    made.running("waiting", entry_rule=VIEWS, steps=[UNTIL_BOUGHT])
    view(member, 0)
    hear(0)
    assert standing()[0][1] == "WAITING"


def test_what_happened_in_time_is_heard_though_it_is_told_behind_the_end_of_the_wait(alice):
    waiting(alice)
    buy(alice, 59)
    # The order is on record; that it was told is still owed when the wait ends.
    assert Dispatch.objects.exists()
    advance(60)
    assert outcomes() == [("w1", "HEARD")]
    hear(61)
    assert [state for _key, state, _reason in standing()] == ["DONE"]


@pytest.mark.parametrize(("minute", "outcome"), [(59, "HEARD"), (60, "TIMED_OUT")])
def test_what_happened_behind_the_end_of_the_wait_is_not_heard(alice, minute, outcome):
    """The worker that ends waits stood still; the one that hears didn't."""
    waiting(alice)
    buy(alice, minute)
    hear(61)
    advance(90)
    assert outcomes()[0] == ("w1", outcome)


def test_another_product_does_not_end_the_wait_when_it_is_looked_up(alice):
    waiting(alice)
    buy(alice, 30, "SK-9")
    advance(60)
    assert outcomes()[0] == ("w1", "TIMED_OUT")


def test_an_exit_cancels_a_task_that_is_open_behind_the_last_step(alice):
    made.running(
        "calls", entry_rule=VIEWS, steps=[CALL], exits=[{"event": ORDER, "same": ""}], goal_event=""
    )
    view(alice, 0)
    hear(0)
    assert (standing()[0][1], ClerkTask.objects.get().state) == ("DONE", "OPEN")
    buy(alice, 10, "SK-9")
    hear(10)
    assert (standing()[0][1], ClerkTask.objects.get().state) == ("DONE", "CANCELED")


def two_cards(shop):
    return enroll(), enroll(email="second@example.org")


def merge(kept, retired, at):
    merges.merge(survivor_id=kept.pk, retired_id=retired.pk, at=at)


@pytest.mark.parametrize(
    ("rule", "more"),
    [
        ({**VIEWS, "keys": ["member"]}, {}),
        ({**VIEWS, "keys": ["product", "day"]}, {}),
        ({**VIEWS, "keys": ["member"]}, {"re_entry_days": 7}),
        (NOT_BOUGHT, {}),
    ],
)
def test_who_came_in_by_a_card_that_was_merged_does_not_come_in_again(shop, rule, more):
    kept, retired = two_cards(shop)
    made.running("once", entry_rule=rule, steps=[made.message("INBOX")], **more)
    view(retired, 0, 1)
    hear(1)
    assert [key.split(":")[1] for key, _state, _reason in standing()] == [str(retired.pk)]
    merge(kept, retired, after(2))
    view(kept, 3, 4)
    hear(4)
    assert Enrollment.objects.count() == 1

    merge_undos.undo(merge_id=MemberMerge.objects.get().pk, at=after(5))
    view(kept, 6, 7)
    hear(7)
    assert Enrollment.objects.filter(member=kept).count() == 1
    assert Enrollment.objects.filter(member=retired).count() == 1


def test_news_that_is_told_again_behind_a_merge_brings_nobody_in_again(shop):
    kept, retired = two_cards(shop)
    made.running("each", entry_rule=VIEWS, steps=[made.message("INBOX")])
    view(retired, 0)
    told = list(Dispatch.objects.values("event_id", "subscriber", "next_at"))
    hear(0)
    merge(kept, retired, NOW + timedelta(minutes=2))
    Dispatch.objects.bulk_create([Dispatch(**one) for one in told])
    hear(3)
    assert Enrollment.objects.count() == 1
