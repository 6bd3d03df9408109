"""A mini-program shows challenges and badges, and lets its member join one."""

import pytest

from loyalty.models import Badge, Tier
from loyalty.services import badges
from tests import consumers, world
from tests.loyalty.challenge_shop import challenge

pytestmark = pytest.mark.django_db


def test_a_member_reads_how_far_they_are_and_joins(shop, alice, till):
    gold = Tier.objects.get(code="gold")
    made = challenge(since=world.OPENED, needs_joining=True, window="MONTH")
    challenge("surprise", since=world.OPENED, is_hidden=True)
    challenge("for-gold", since=world.OPENED, for_tier=gold)
    badge = Badge.objects.create(code="first", name_en="First", description_en="The first order")
    badges.give(badge_id=badge.pk, member_id=alice.pk, key="x", at=world.NOW)
    phone = consumers.logged_in(alice)[0]

    shown = phone.get("me/challenges").json()

    (one,) = shown["challenges"]
    assert (one["code"], one["value"], one["target"], one["left"]) == ("third", 0, 3, 3)
    assert (one["needs_joining"], one["joined_at"], one["is_running"]) == (True, None, False)
    assert one["prizes"] == [{"what": "POINTS", "name": "", "points": 200, "count": 1}]
    assert [row["code"] for row in shown["badges"]] == ["first"]
    joined = phone.post(f"me/challenges/{made.uid}/join", {})
    assert (joined.status_code, joined.json()["is_running"]) == (200, True)
    again = till.post(f"members/{alice.uid}/challenges/{made.uid}/join", {})
    assert again.json()["joined_at"] == joined.json()["joined_at"]
    assert till.get(f"members/{alice.uid}/challenges").json()["challenges"] == [again.json()]


def test_what_cant_be_joined_says_why(shop, alice, till):
    open_to_all = challenge(since=world.OPENED)
    hidden = challenge("surprise", since=world.OPENED, is_hidden=True)
    path = f"members/{alice.uid}/challenges"
    refused = till.post(f"{path}/{open_to_all.uid}/join", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "challenge_needs_no_joining")
    assert till.post(f"{path}/{hidden.uid}/join", {}).status_code == 404
