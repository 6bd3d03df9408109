"""`/me`: members see and change their own, in clear, and nobody else's."""

from datetime import timedelta

import pytest
import time_machine

from loyalty.models import Program
from loyalty.services import behavior_plans
from members.models import Event, Identity, Member, PrivacyRequest
from members.services import merges
from tests import consumers, world
from tests.loyalty import till as tills

pytestmark = pytest.mark.django_db


@pytest.fixture
def app(shop):
    with time_machine.travel(world.NOW, tick=False):
        yield consumers.app()


@pytest.fixture
def phone(app, alice):
    return consumers.logged_in(alice, client=app)[0]


@pytest.fixture
def bobs(app, bob):
    return consumers.logged_in(bob, client=app)[0]


def later(**delta):
    return time_machine.travel(world.NOW + timedelta(**delta), tick=False)


def test_a_member_reads_themselves_in_clear_and_no_system_s_ids(phone, alice):
    Identity.objects.filter(member=alice, kind="EMAIL").update(kind="EXTERNAL")

    told = phone.get("me")

    shown = told.json()
    assert told.headers["ETag"] == f'"{alice.version}"'
    assert told.headers["Cache-Control"] == "no-store"
    assert (shown["name"], shown["birthday"]) == ("张爱丽", "1990-05-17")
    assert {one["type"]: one["value"] for one in shown["identities"]} == {
        "card": alice.card_number,
        "phone": "+8613800138000",
    }
    assert "metadata" not in shown


def test_a_member_changes_name_and_language_but_not_what_identifies_them(phone, alice):
    etag = phone.get("me").headers["ETag"]

    changed = phone.patch("me", {"name": "张丽", "language": "en"}, If_Match=etag)
    stale = phone.patch("me", {"name": "x"}, If_Match=etag)
    blind = phone.patch("me", {"name": "x"})

    assert (changed.status_code, changed.json()["name"]) == (200, "张丽")
    assert (stale.status_code, blind.status_code) == (412, 428)
    for field in ("card_number", "state", "identities", "store", "metadata", "is_profiled", "id"):
        fresh = changed.headers["ETag"]
        refused = phone.patch("me", {field: "x"}, If_Match=fresh)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "unknown_field")
    assert Member.objects.get(pk=alice.pk).name == "张丽"


def test_points_coupons_offers_and_the_timeline_are_the_member_s_own(phone, bobs):
    tills.sell("T-1", tills.line("1", 28_000), when=world.NOW, now=world.NOW)

    assert phone.get("me/account").json()["active"] == 280
    assert bobs.get("me/account").json()["active"] == 0
    assert [one["points"] for one in phone.get("me/ledger").json()["results"]] == [280]
    assert bobs.get("me/ledger").json()["results"] == []
    for path in ("me/coupons", "me/offers"):
        assert phone.get(path).json()["results"] == []
    told = phone.get("me/timeline").json()["results"]
    assert told[-1]["text"] == "Became a member at Jing'an"
    assert {one["type"].split(".")[0] for one in told} == {"members", "loyalty"}


def test_the_timeline_tells_a_member_nothing_of_what_staff_do_about_them(phone, alice):
    for kind in ("members.member.merged", "members.tag.given", "members.note.written", "x.y.z"):
        Event.objects.create(
            type=kind, member=alice, occurred_at=world.NOW, recorded_at=world.NOW, payload={}
        )

    types = {one["type"] for one in phone.get("me/timeline").json()["results"]}
    assert types == {"members.member.registered"}


def test_a_member_answers_for_themselves_and_the_app_is_named(phone, bobs, alice):
    yes = {"purpose": "marketing", "medium": "push", "is_granted": True, "policy_version": "1"}

    first = phone.keyed("me/consents", {"consents": [yes]}, key="one")
    again = phone.keyed("me/consents", {"consents": [yes]}, key="one")
    others = bobs.keyed("me/consents", {"consents": [yes]}, key="one")

    assert first.status_code == again.status_code == others.status_code == 201
    assert (again.headers["Idempotency-Replayed"], again.content) == ("true", first.content)
    assert "Idempotency-Replayed" not in others.headers
    assert [row.source for row in alice.consents.all()] == ["app"]
    assert phone.get("me/consents").json() == first.json()


def test_a_member_checks_in_now_and_at_no_other_time(phone):
    behavior_plans.set_up(program=Program.objects.get(), at=world.NOW)

    assert phone.keyed("me/check-ins", {}).status_code == 201
    assert phone.keyed("me/check-ins", {}).status_code == 200
    assert phone.get("me/check-ins").json()["streak_days"] == 1
    early = phone.keyed("me/check-ins", {"occurred_at": "2026-03-01T06:00:00Z"})
    assert (early.status_code, early.json()["errors"][0]["code"]) == (422, "unknown_field")


def test_what_a_member_asks_by_right_is_proven_by_the_log_in_and_asked_once(phone, bobs):
    first = phone.keyed("me/privacy-requests", {"kind": "export"})
    again = phone.keyed("me/privacy-requests", {"kind": "export"})

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert PrivacyRequest.objects.get().verified_how
    assert [one["kind"] for one in phone.get("me/privacy-requests").json()["results"]] == ["export"]
    assert bobs.get("me/privacy-requests").json()["results"] == []


# The card


def look_up(till, code):
    return till.post("members/lookup", {"type": "card_code", "value": code})


def test_the_code_of_the_card_finds_its_member_at_a_till_for_sixty_seconds(phone, till, alice):
    shown = phone.get("me/card")
    code = shown.json()["code"]

    assert (shown.json()["expires_in"], shown.headers["Cache-Control"]) == (60, "no-store")
    with later(seconds=59):
        assert look_up(till, code).json()["id"] == str(alice.uid)
    with later(seconds=60):
        assert look_up(till, code).status_code == 404
        assert look_up(till, phone.get("me/card").json()["code"]).status_code == 200
    assert look_up(till, "RC" + "A" * 32).status_code == 404


def test_after_a_merge_the_card_and_the_log_in_lead_to_the_survivor(phone, bobs, till, alice, bob):
    code = phone.get("me/card").json()["code"]

    merges.merge(survivor_id=bob.pk, retired_id=alice.pk, at=world.NOW)

    assert look_up(till, code).json()["id"] == str(bob.uid)
    assert phone.get("me").json()["id"] == str(bob.uid)
    assert {one["is_current"] for one in bobs.get("me/sessions").json()["sessions"]} == {
        True,
        False,
    }


# Limits


def test_a_member_above_their_rate_waits_and_others_don_t(phone, bobs, settings):
    settings.MEMBER_RATE_PER_SECOND, settings.MEMBER_RATE_BURST = 0.1, 3

    answers = [phone.get("me/card") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "10"
    assert bobs.get("me/card").status_code == 200


@pytest.mark.parametrize(
    ("proxies", "forwarded", "is_another"),
    [
        (0, "203.0.113.9", False),
        (1, "203.0.113.9", True),
        (1, "203.0.113.9, 198.51.100.7", True),
        (2, "nonsense, 127.0.0.1, 10.0.0.1", False),
        (2, "203.0.113.9", False),
    ],
)
def test_addresses_are_those_that_our_own_proxies_saw(
    app, settings, proxies, forwarded, is_another
):
    settings.ADDRESS_RATE_PER_SECOND, settings.ADDRESS_RATE_BURST = 0.1, 1
    own = consumers.phone(app)
    settings.TRUSTED_PROXIES = 0
    own.post("auth/logout", {"refresh_token": "x"})
    settings.TRUSTED_PROXIES = proxies

    answer = own.post("auth/logout", {"refresh_token": "x"}, X_Forwarded_For=forwarded)

    assert (answer.status_code == 204) is is_another
