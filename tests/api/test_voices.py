"""`/surveys`, `/communities` and `/appointments` as channels call them."""

import secrets
from datetime import timedelta

import pytest
import time_machine

from loyalty.models import CouponType
from loyalty.services import coupon_types
from members.models import (
    Appointment,
    AppointmentKind,
    Community,
    CommunityMembership,
    Survey,
    SurveyResponse,
)
from members.services import dispatches, surveys
from tests import world
from tests.console.voice_stock import ASKED

pytestmark = pytest.mark.django_db
NOBODY = "01890000-0000-7000-8000-000000000000"
ALICE = {"type": "phone", "value": "+86 138-0013-8000"}
TOMORROW = (world.NOW + timedelta(days=1)).isoformat()


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(world.NOW, tick=False):
        yield


@pytest.fixture
def survey(till):
    draft = Survey.objects.create(code="spring", name_en="Spring", kind="NPS", questions=ASKED)
    boss = world.operator("boss")
    return surveys.open_now(survey_id=draft.pk, actor_id=boss.pk, at=world.NOW)


@pytest.fixture
def visit(till):
    AppointmentKind.objects.create(code="facial", name_en="Facial")
    return {
        "external_id": "A-1", "member": ALICE, "kind": "facial", "store": "SH01",
        "starts_at": TOMORROW,
    }  # fmt: skip


def answers(*responses):
    return [(one.status_code, one.json().get("code", "")) for one in responses]


def test_a_survey_is_read_and_answered_once_by_any_identity(till, alice, survey):
    asked = till.get(f"surveys/{survey.uid}").json()
    path = f"surveys/{survey.uid}/responses"
    body = {"member": ALICE, "score": 9, "answers": {"q1": "2"}, "store": "SH01"}
    first = till.post(path, body)
    by_id = {**body, "member": {"type": "id", "value": str(alice.uid)}}

    assert (asked["kind"], asked["lowest_score"], asked["highest_score"]) == ("nps", 0, 10)
    assert [one["kind"] for one in asked["questions"]] == ["score", "choice", "text"]
    assert answers(first, till.post(path, by_id)) == [(201, ""), (200, "")]
    assert answers(till.post(path, {**body, "score": 3})) == [(409, "answered_already")]
    assert SurveyResponse.objects.get().score == 9


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"score": 11}, 422, "invalid"),
        ({"answers": {"q1": "7"}}, 422, "answer_refused"),
        ({"subject": "张爱丽 138"}, 422, "invalid"),
        ({"store": "XX"}, 422, "unknown_store"),
        ({"name": "x"}, 422, "invalid"),
        ({"occurred_at": "2026-03-02T14:00:00"}, 422, "invalid"),
        ({"member": {"type": "phone", "value": "1"}}, 404, "not_found"),
    ],
)
def test_an_answer_that_is_wrong_says_so_and_changes_nothing(
    till, alice, survey, change, status, code
):
    body = {"member": ALICE, "score": 9, **change}

    assert answers(till.post(f"surveys/{survey.uid}/responses", body)) == [(status, code)]
    assert not SurveyResponse.objects.exists()


def test_a_draft_is_not_there(till, alice):
    draft = Survey.objects.create(code="x", name_en="x", kind="NPS", questions=ASKED)

    assert till.get(f"surveys/{draft.uid}").status_code == 404
    assert till.get(f"surveys/{NOBODY}").status_code == 404


def test_members_join_through_others_and_leave(till, alice, bob):
    Community.objects.create(code="tea", name_en="Tea", platform="WECHAT", created_at=world.NOW)
    body = {"member": ALICE, "invited_by": {"type": "phone", "value": world.BOB_PHONE}}

    joined = till.post("communities/tea/members", body)
    again = till.post("communities/tea/members", body)
    left = till.post("communities/tea/members/leave", {"member": ALICE})

    assert answers(joined, again, left) == [(201, ""), (200, ""), (200, "")]
    assert joined.json()["was_invited"] is True
    assert left.json()["left_at"] == "2026-03-02T06:00:00Z"
    assert CommunityMembership.objects.get().invited_by_id == bob.pk
    assert answers(till.post("communities/none/members", body)) == [(404, "not_found")]


def test_a_visit_is_booked_once_moved_and_closed(till, alice, visit):
    first = till.post("appointments", visit)
    path = f"appointments/{first.json()['id']}"
    moved = till.patch(path, {"starts_at": (world.NOW + timedelta(days=2)).isoformat()})
    again = till.post("appointments", visit)
    other = till.post("appointments", {**visit, "starts_at": moved.json()["starts_at"]})
    both = till.patch(path, {"state": "canceled", "starts_at": TOMORROW})
    canceled = till.patch(path, {"state": "canceled"})

    assert answers(first, moved, again) == [(201, ""), (200, ""), (200, "")]
    assert answers(other, both) == [(409, "appointment_conflict"), (422, "one_change_needed")]
    assert canceled.json()["state"] == till.get(path).json()["state"] == "canceled"
    assert Appointment.objects.count() == 1


def test_a_full_store_says_so_and_what_is_another_store_s_is_not_there(till, alice, visit):
    booked = till.post("appointments", visit)
    full = till.post("appointments", {**visit, "external_id": "A-2"})
    beijing = world.till(source="bj", store_codes=["BJ01"])

    assert answers(full) == [(409, "time_full")]
    path = f"appointments/{booked.json()['id']}"
    assert beijing.get(path).status_code == 404
    assert beijing.patch(path, {"state": "canceled"}).status_code == 404
    assert answers(
        beijing.post("appointments", {**visit, "external_id": secrets.token_hex(4)})
    ) == [(422, "unknown_store")]
    assert Appointment.objects.get().state == "BOOKED"


def test_who_invites_three_gets_the_coupon_once_and_the_sixth_brings_another(till, bob):
    kind = CouponType.objects.create(
        code="gift", name_en="Gift", amount=2_000, validity="DAYS", valid_days=30, stock_count=10
    )
    coupon_types.go_live(type_id=kind.pk)
    Community.objects.create(
        code="tea", name_en="Tea", platform="WECHAT", invitation_goal=3,
        reward_coupon_type="gift", created_at=world.NOW,
    )  # fmt: skip
    inviter = {"type": "phone", "value": world.BOB_PHONE}
    held = []
    for number in range(7):
        guest = {"type": "phone", "value": f"1360000{number:04d}"}
        assert till.post("members", {"identities": [guest]}).status_code == 201
        joined = till.post("communities/tea/members", {"member": guest, "invited_by": inviter})
        assert joined.status_code == 201
        if number == 2:
            # One who leaves and comes back is won once.
            till.post("communities/tea/members/leave", {"member": guest})
            later = (world.NOW + timedelta(minutes=1)).isoformat()
            back = {"member": guest, "invited_by": inviter, "occurred_at": later}
            assert till.post("communities/tea/members", back).status_code == 201
        while dispatches.drain(at=world.NOW):
            pass
        held.append(len(till.get(f"members/{bob.uid}/coupons").json()["results"]))

    assert held == [0, 0, 1, 1, 1, 2, 2]
