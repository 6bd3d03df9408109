"""`/service-cases`: idempotent, scoped to the client's stores, no free text without the scope."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from members.models import CaseMessage, Event, ServiceCase
from members.services import service_topics
from tests import world

pytestmark = pytest.mark.django_db
BODY = {
    "external_id": "C-1",
    "topic": "delivery",
    "medium": "chat",
    "subject": "Parcel lost",
    "member": {"type": "phone", "value": "138 0013 8000"},
    "store": "SH01",
    "text": "Where is it?",
}


@pytest.fixture
def topics(alice):
    service_topics.set_up()


@pytest.fixture
def case(till, topics):
    return till.post("service-cases", BODY).json()


def test_a_case_is_opened_read_answered_resolved_and_rated(till, topics, alice):
    made = till.post("service-cases", BODY)
    assert made.status_code == 201
    shown = made.json()
    assert (shown["member"], shown["state"], shown["store"]) == (str(alice.uid), "open", "SH01")

    answered_at = timezone.now().isoformat()
    word = {
        "external_id": "m-1",
        "kind": "to_member",
        "text": "Tomorrow",
        "occurred_at": answered_at,
    }
    assert till.post(f"service-cases/{shown['id']}/messages", word).status_code == 201
    told = {"state": "resolved", "satisfaction": 5}
    assert till.patch(f"service-cases/{shown['id']}", told).status_code == 200

    read = till.get(f"service-cases/{shown['id']}").json()
    assert (read["state"], read["satisfaction"], read["subject"]) == ("resolved", 5, "Parcel lost")
    assert [one["text"] for one in read["messages"]] == ["Where is it?", "Tomorrow"]
    assert read["first_response_at"]


def test_the_same_number_is_the_same_case_under_any_key(till, case):
    again = till.post("service-cases", BODY)
    other = till.post("service-cases", {**BODY, "subject": "Something else"})

    assert (again.status_code, again.json()["id"]) == (200, case["id"])
    assert (other.status_code, other.json()["code"]) == (409, "case_conflict")
    assert (ServiceCase.objects.count(), CaseMessage.objects.count()) == (1, 1)


def test_the_same_message_is_told_once(till, case):
    path = f"service-cases/{case['id']}/messages"
    word = {"external_id": "m-1", "kind": "from_member", "text": "Hello?"}

    assert [till.post(path, word).status_code for _ in range(2)] == [201, 200]
    changed = till.post(path, {**word, "text": "Hallo?"})
    assert (changed.status_code, changed.json()["code"]) == (409, "message_conflict")


def test_a_client_of_another_store_finds_no_case(case):
    stranger = world.till(source="north", store_codes=["BJ01"])
    path = f"service-cases/{case['id']}"
    word = {"external_id": "m-1", "kind": "to_member", "text": "Hello"}

    assert stranger.get(path).status_code == 404
    assert stranger.patch(path, {"satisfaction": 1}).status_code == 404
    assert stranger.post(f"{path}/messages", word).status_code == 404
    refused = stranger.post("service-cases", BODY)
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_store")
    assert ServiceCase.objects.get().satisfaction is None


def test_a_client_of_one_store_opens_cases_there(topics):
    north = world.till(source="north", store_codes=["BJ01"])
    body = {key: value for key, value in BODY.items() if key not in ("store", "member")}

    assert north.post("service-cases", body).json()["store"] == "BJ01"


def test_without_the_scope_nothing_that_people_wrote_is_shown(case):
    plain = world.till(source="plain", scopes=["members:read"])

    shown = plain.get(f"service-cases/{case['id']}")
    assert "Parcel" not in shown.content.decode()
    assert "Where" not in shown.content.decode()


def test_notes_among_staff_stay_in_the_house(till, case):
    from members.services import case_messages
    from members.services.service_case_changes import Doing

    word = case_messages.Word(kind="NOTE", text="Be careful")
    made = ServiceCase.objects.get()
    case_messages.add(case_id=made.pk, word=word, doing=Doing(at=timezone.now()))

    assert "careful" not in till.get(f"service-cases/{case['id']}").content.decode()


def test_events_hold_ids_and_nothing_that_people_wrote(case):
    told = " ".join(str(event.payload) for event in Event.objects.all())

    assert case["id"] in told
    assert "Parcel" not in told


def test_a_step_on_old_news_is_refused(till, case):
    path = f"service-cases/{case['id']}"
    refused = till.patch(path, {"state": "resolved"}, **{"If-Match": '"1"'})
    assert (refused.status_code, refused.json()["code"]) == (412, "case_changed")

    etag = till.get(path).headers["ETag"]
    assert till.patch(path, {"state": "resolved"}, **{"If-Match": etag}).status_code == 200


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"topic": "weather"}, 422, "unknown_topic"),
        ({"medium": "pigeon"}, 422, "invalid"),
        ({"subject": "  "}, 422, "subject_required"),
        ({"member": {"type": "phone", "value": "13512345678"}}, 404, "not_found"),
        ({"member": {"type": "id", "value": "nonsense"}}, 404, "not_found"),
        (
            {"opened_at": (timezone.now() + timedelta(hours=1)).isoformat()},
            422,
            "occurred_in_future",
        ),
        ({"opened_at": "2026-01-01T10:00:00"}, 422, "invalid"),
        ({"assignee": 1}, 422, "invalid"),
    ],
)
def test_a_bad_case_is_refused_and_changes_nothing(till, topics, change, status, code):
    refused = till.post("service-cases", {**BODY, **change})

    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert not ServiceCase.objects.exists()


def test_satisfaction_is_one_to_five(till, case):
    refused = till.patch(f"service-cases/{case['id']}", {"satisfaction": 6, "state": "resolved"})

    assert refused.status_code == 422
    assert ServiceCase.objects.get().state == "OPEN"


def test_an_unknown_case_is_not_found(till, topics):
    assert till.get(f"service-cases/{uuid4()}").status_code == 404
