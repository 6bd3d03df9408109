"""`POST /events` and `/events/batch`: what channels are answered, and what they may not send."""

import pytest
from django.utils import timezone

from members.models import BehaviorEvent, Member
from tests import world

pytestmark = pytest.mark.django_db
PHONE = {"type": "phone", "value": "138 0013 8000"}


def event(external_id="e-1", **fields):
    sent = {
        "external_id": external_id,
        "kind": "product_view",
        "occurred_at": timezone.now().isoformat(),
        "object": "SK-1",
        "member": PHONE,
        **fields,
    }
    return {name: value for name, value in sent.items() if value is not ...}


def test_an_event_and_its_repeat_are_answered_alike_with_and_without_a_key(till, alice):
    sent = event()
    first, again = till.post("events", sent), till.post("events", sent)
    keyed = till.post("events", sent, key="k-1"), till.post("events", sent, key="k-1")

    assert (first.status_code, first.json()["member"]) == (201, str(alice.uid))
    assert {one.content for one in (again, *keyed)} == {first.content}
    assert "Idempotency-Replayed" in keyed[1].headers
    assert BehaviorEvent.objects.count() == 1


def test_another_event_under_the_id_is_a_conflict(till, alice):
    sent = event()
    till.post("events", sent)

    refused = till.post("events", {**sent, "object": "SK-2"})

    assert (refused.status_code, refused.json()["code"]) == (409, "event_conflict")
    assert BehaviorEvent.objects.get().object == "SK-1"


@pytest.mark.parametrize(
    ("wrong", "code", "pointer"),
    [
        ({"kind": "dance"}, "unknown_value", "#/kind"),
        ({"kind": ...}, "missing_field", "#/kind"),
        ({"object": ...}, "missing_field", "#/object"),
        ({"object": "x" * 81}, "wrong_length", "#/object"),
        ({"object": " "}, "invalid_format", "#/object"),
        ({"external_id": ""}, "wrong_length", "#/external_id"),
        ({"occurred_at": "2026-03-02T10:00:00"}, "naive_instant", "#/occurred_at"),
        ({"occurred_at": ...}, "missing_field", "#/occurred_at"),
        ({"dwell_seconds": -1}, "out_of_range", "#/dwell_seconds"),
        ({"dwell_seconds": 86_401}, "out_of_range", "#/dwell_seconds"),
        ({"colour": "red"}, "unknown_field", "#/colour"),
        ({"attributes": {"colour": "red"}}, "unknown_field", "#/attributes/colour"),
        ({"attributes": {"category": 7}}, "wrong_type", "#/attributes/category"),
        ({"attributes": {"category": "x" * 41}}, "wrong_length", "#/attributes/category"),
        ({"attributes": {"category": "138-0013-8000"}}, "personal_data", "#/attributes"),
        ({"visitor": "a b"}, "invalid_format", "#/visitor"),
        ({"visitor": "13800138000"}, "personal_data", "#"),
        ({"member": "me"}, "wrong_type", "#/member"),
        ({"member": {"type": "smell", "value": "x"}}, "unknown_value", "#/member/type"),
        ({"object": "SK\u0000"}, "invalid_character", "#"),
    ],
    ids=str,
)
def test_what_is_wrong_names_its_place_and_changes_nothing(till, alice, wrong, code, pointer):
    refused = till.post("events", event(**wrong))

    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    error = refused.json()["errors"][0]
    assert (error["code"], error["pointer"]) == (code, pointer)
    assert "138-0013-8000" not in refused.content.decode()
    assert BehaviorEvent.objects.count() == 0


def test_a_batch_answers_each_and_keeps_what_is_good(till, alice):
    good = event("e-1")
    events = [good, event("e-2", kind="dance"), {"external_id": 7}, 5, good,
              event("e-3", store="XX")]  # fmt: skip

    answer = till.post("events/batch", {"events": events})

    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [(one["external_id"], one["status"], one["is_replayed"]) for one in results] == [
        ("e-1", 201, False), ("e-2", 422, False), (None, 422, False), (None, 422, False),
        ("e-1", 201, True), ("e-3", 422, False),
    ]  # fmt: skip
    assert results[5]["problem"]["code"] == "unknown_store"
    assert BehaviorEvent.objects.count() == 1


@pytest.mark.parametrize("events", [[], None, {}, "x"])
def test_an_empty_batch_is_answered_and_a_malformed_one_is_refused(till, events):
    answer = till.post("events/batch", {"events": events})

    assert answer.status_code == (200 if events == [] else 422)


def test_more_than_500_are_refused_as_a_whole(till, alice):
    answer = till.post("events/batch", {"events": [event(f"e-{n}") for n in range(501)]})

    assert (answer.status_code, answer.json()["code"]) == (422, "batch_too_large")
    assert BehaviorEvent.objects.count() == 0


def test_a_client_of_one_store_does_not_tell_of_another(alice):
    till = world.till(source="sh-till", store_codes=["SH01"])

    assert till.post("events", event("e-1", store="SH01")).status_code == 201
    refused = till.post("events", event("e-2", store="BJ01"))
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_store")


def test_a_registration_that_names_its_visitor_adopts_what_they_did(till, shop):
    till.post("events", event(member=..., visitor="v-1"))

    body = {"identities": [PHONE], "visitor": "v-1"}
    registered = till.post("members", body)
    refused = till.post("members", {**body, "visitor": "13800138000"})

    assert registered.status_code == 201
    assert (refused.status_code, refused.json()["code"]) == (422, "personal_data")
    member = Member.objects.get()
    assert set(BehaviorEvent.objects.values_list("member", flat=True)) == {member.pk}


def test_the_timeline_tells_facts_and_words_page_by_page(till, alice):
    till.post(f"members/{alice.uid}/tags", {"give": []})
    path = f"members/{alice.uid}/timeline"

    page = till.get(path).json()

    told = page["results"][-1]
    assert (told["type"], told["text"]) == (
        "members.member.registered", "Became a member at Jing'an",
    )  # fmt: skip
    assert told["payload"]["member"] == str(alice.uid)
    assert page["next"] is None
    assert till.get(f"{path}?limit=1").json()["results"] == page["results"][:1]
    assert world.ALICE_PHONE not in str(page)
    nobody = till.get("members/01890000-0000-7000-8000-000000000000/timeline")
    assert nobody.status_code == 404
