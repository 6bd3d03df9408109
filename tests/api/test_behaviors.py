"""Channels tell of check-ins and other behaviors; once counted, they are answered alike."""

import pytest

from loyalty.models import BehaviorAward, Program
from loyalty.services import behavior_plans
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def earning(shop):
    behavior_plans.set_up(program=Program.objects.get(), at=world.OPENED)


def test_a_check_in_counts_once_a_day_with_and_without_a_key(earning, alice, till):
    path = f"members/{alice.uid}/check-ins"
    first = till.post(path, {})
    assert first.status_code == 201
    assert first.json()["points"] == 5
    assert first.json()["next_bonus"] == {"in_days": 6, "points": 20}
    again = till.post(path, {})
    assert (again.status_code, again.json()["already_counted"]) == (200, True)
    assert BehaviorAward.objects.filter(rule__code="check-in").count() == 1


def test_the_same_request_again_is_the_same_answer(earning, alice, till):
    path = f"members/{alice.uid}/check-ins"
    first = till.post(path, {}, key="k-1")
    again = till.post(path, {}, key="k-1")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"


def test_the_streak_can_be_read(earning, alice, till):
    path = f"members/{alice.uid}/check-ins"
    assert till.get(path).json() == {
        "behavior": "check-in",
        "streak_days": 0,
        "last_on": None,
        "is_done_today": False,
        "next_bonus": {"in_days": 7, "points": 20},
    }
    till.post(path, {})
    shown = till.get(path).json()
    assert (shown["streak_days"], shown["is_done_today"]) == (1, True)


def test_a_share_names_its_object_and_is_refused_without(earning, alice, till):
    path = f"members/{alice.uid}/behaviors"
    refused = till.post(path, {"code": "share"})
    assert (refused.status_code, refused.json()["code"]) == (422, "object_required")
    assert BehaviorAward.objects.filter(rule__code="share").count() == 0
    told = till.post(path, {"code": "share", "object": "SKU-1"})
    assert (told.status_code, told.json()["points"]) == (201, 20)


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"code": "dance"}, 422, "unknown_behavior"),
        ({"code": "register"}, 422, "behavior_not_reported"),
        ({"code": "check-in", "points": 1_000}, 422, "invalid"),
        ({"code": "check-in", "occurred_at": "2026-03-02T10:00:00"}, 422, "invalid"),
        ({"code": "check-in", "occurred_at": "2099-01-01T00:00:00Z"}, 422, "occurred_in_future"),
    ],
)
def test_what_is_wrong_has_a_code_and_changes_nothing(earning, alice, till, sent, status, code):
    before = BehaviorAward.objects.count()
    refused = till.post(f"members/{alice.uid}/behaviors", sent)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert BehaviorAward.objects.count() == before


def test_a_token_without_the_scope_of_events_may_not_tell(earning, alice):
    reader = world.till(source="reader", scopes=("members:read",))
    assert reader.post(f"members/{alice.uid}/check-ins", {}).status_code == 403
    assert reader.get(f"members/{alice.uid}/check-ins").status_code == 200
