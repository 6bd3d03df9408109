"""`GET /api/v1/members/{id}/offers`: what a member may use now."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from loyalty.models import PoolUse
from members.models import Store
from tests import world
from tests.campaigns.offers import offer

pytestmark = pytest.mark.django_db
STEPS = [{"min_amount": 10_000, "amount": 2_000}]


def asking(field, value, op="eq"):
    return {"all": [{"field": field, "op": op, "value": value}]}


def told(till, member, query=""):
    answer = till.get(f"members/{member.uid}/offers{query}")
    assert answer.status_code == 200
    return {row["code"]: row for row in answer.json()["results"]}


def test_a_member_sees_what_it_does_and_what_is_left(till, alice):
    offer("spring", steps=STEPS, limit_member=2, limit_member_day=1)
    PoolUse.objects.create(key="offer:spring", holder=f"member:{alice.pk}", used=1)
    row = told(till, alice)["spring"]
    assert (row["is_usable"], row["missing"]) == (True, [])
    assert row["left"] == {"orders": 1, "orders_today": 1, "budget_amount": None}
    assert (row["kind"], row["steps"], row["name_zh"]) == ("STEPPED", STEPS, "优惠 spring")


def test_what_is_missing_is_said_and_comes_last(till, alice):
    offer("open", steps=STEPS)
    offer("gold", steps=STEPS, condition=asking("member.tier", "gold"))
    offer("once", steps=STEPS, limit_member=1)
    PoolUse.objects.create(key="offer:once", holder=f"member:{alice.pk}", used=1)
    found = told(till, alice)
    assert next(iter(found)) == "open"
    assert found["gold"]["missing"] == ["tier"]
    assert found["once"]["missing"] == ["limit"]
    assert not found["gold"]["is_usable"]


def test_what_is_meant_for_others_is_not_told(till, alice):
    offer("vip", steps=STEPS, condition=asking("member.tags", ["vip"], "contains"))
    offer("web", steps=STEPS, condition=asking("channel.code", "web"))
    offer("beijing", steps=STEPS, stores=[Store.objects.get(code="BJ01")])
    assert list(told(till, alice)) == ["beijing"]
    assert list(told(till, alice, "?store=SH01")) == []
    assert list(told(till, alice, "?store=BJ01")) == ["beijing"]


def test_drafts_ended_and_coming_offers_and_older_versions_are_not_told(till, alice):
    now = timezone.now()
    offer("draft", steps=STEPS, state="DRAFT")
    offer("over", steps=STEPS, valid_until=now - timedelta(seconds=1))
    offer("coming", steps=STEPS, valid_from=now + timedelta(hours=1))
    offer("two", steps=STEPS)
    offer("two", steps=STEPS, version=2, valid_from=now - timedelta(hours=1), min_amount=7)
    found = told(till, alice)
    assert list(found) == ["two"]
    assert found["two"]["version"] == 2


def test_an_offer_that_multiplies_points_is_told_too(till, alice):
    offer("double", kind="MULTIPLIER", multiplier_percent=200)
    assert told(till, alice)["double"]["multiplier_percent"] == 200


def test_unknown_members_and_stores_of_others_are_refused(alice):
    till = world.till(store_codes=["BJ01"])
    assert till.get(f"members/{uuid4()}/offers").status_code == 404
    answer = till.get(f"members/{alice.uid}/offers?store=SH01")
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_store")
