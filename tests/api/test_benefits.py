"""`/members/{id}/benefits`, `/me/benefits`, and benefits in quotes, as tills and apps call them."""

from datetime import timedelta

import pytest
import time_machine

from loyalty.models import Account, BenefitWeight, Tier
from loyalty.services import benefit_grants, benefit_nights, benefits
from tests import consumers, world
from tests.campaigns.offers import line
from tests.loyalty import benefit_shop
from tests.loyalty.benefit_shop import everyone, tag, tier

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def frozen(shop):
    with time_machine.travel(world.NOW, tick=False):
        yield


@pytest.fixture
def phone(alice):
    return consumers.logged_in(alice, client=consumers.app())[0]


def _listed(till, member):
    return till.get(f"members/{member.uid}/benefits").json()["results"]


def test_a_till_lists_uses_takes_back_and_rates(till, alice):
    benefit_shop.live("clean", everyone(1), every="MONTH", priority=5)
    benefit_shop.live("lounge", everyone(), priority=9)
    BenefitWeight.objects.create(signal="LEFT", points=10)
    assert [row["code"] for row in till.get("benefits").json()["results"]] == ["lounge", "clean"]
    rows = _listed(till, alice)
    assert [(row["code"], row["score"], row["left"]) for row in rows] == [
        ("clean", 15, 1),
        ("lounge", 9, None),
    ]
    own = f"members/{alice.uid}/benefits/clean"
    used = till.post(f"{own}/use", {"external_id": "B-1", "store": "SH01"})
    assert (used.status_code, used.json()["state"], used.json()["left"]) == (200, "USED", 0)
    again = till.post(f"{own}/use", {"external_id": "B-1", "store": "SH01"}).json()
    assert again["id"] == used.json()["id"]
    other = till.post(f"{own}/use", {"external_id": "B-1"})
    assert (other.status_code, other.json()["code"]) == (409, "benefit_use_conflict")
    refused = till.post(f"{own}/use", {"external_id": "B-2"})
    assert (refused.status_code, refused.json()["code"]) == (409, "benefit_used_up")
    rated = till.post(f"{own}/rate", {"rating": 9})
    assert (rated.status_code, rated.json()["rating"]) == (200, 9)
    assert till.post(f"{own}/rate", {"rating": 11}).status_code == 422
    assert till.post(f"{own}/void", {"reason": "mistake"}).json()["code"] == "unnamed_use"
    void = till.post(f"{own}/void", {"reason": "mistake", "external_id": "B-1"}).json()
    assert (void["state"], void["is_given_back"]) == ("VOID", True)
    assert till.post(f"{own}/rate", {"rating": 9}).json()["code"] == "benefit_not_used"
    unknown = till.post(f"members/{alice.uid}/benefits/nothing/use", {"external_id": "B-3"})
    assert unknown.status_code == 404


def test_a_member_claims_and_rates_in_the_app_and_sees_why_something_cant_be_used(
    phone, till, alice
):
    benefit_shop.live("gym", everyone(2), every="MONTH", giving="CLAIMED")
    row = phone.get("me/benefits").json()["results"][0]
    assert (row["is_usable"], row["reason"], row["may_claim"]) == (False, "not_claimed", True)
    claimed = phone.post("me/benefits/gym/claim", {})
    assert (claimed.status_code, claimed.json()["coupons"]) == (200, [])
    assert phone.post("me/benefits/gym/claim", {}).json() == claimed.json()
    assert phone.get("me/benefits").json()["results"][0]["left"] == 2
    assert phone.post("me/benefits/gym/rate", {"rating": 7}).json()["code"] == "benefit_not_used"
    till.post(f"members/{alice.uid}/benefits/gym/use", {"external_id": "G-1"})
    assert phone.post("me/benefits/gym/rate", {"rating": 7}).json()["rating"] == 7


def _quote(till, *, amount=10_000, shipping=0, member=True):
    body = {
        "channel": "pos",
        "store": "SH01",
        "currency": "CNY",
        "lines": [line("1", amount)],
        "shipping_amount": shipping,
    }
    if member:
        body["member"] = {"type": "phone", "value": world.ALICE_PHONE}
    told = till.post("quotes", body).json()
    applied = {row["code"]: row["amount"] + row["shipping_amount"] for row in told["applied"]}
    rejected = {row["code"]: row["reason"] for row in told["rejected"]}
    return told["payable_amount"], applied, rejected


def test_a_cart_honors_discounts_and_free_shipping_of_whoever_has_them(till, alice):
    gold = {"kind": "DISCOUNT", "off_basis_points": 500}
    benefit_shop.live("gold-95", tier("gold"), **gold)
    benefit_shop.live("vip-85", tag("vip"), kind="DISCOUNT", off_basis_points=1_500)
    benefit_shop.live("freight", everyone(), kind="FREE_SHIPPING", min_spend_amount=5_000)

    payable, applied, rejected = _quote(till, shipping=800)
    assert (payable, set(applied)) == (10_000, {"benefit:freight"})
    assert rejected == {"benefit:gold-95": "tier", "benefit:vip-85": "tag"}
    Account.objects.filter(pk=alice.pk).update(tier=Tier.objects.get(code="gold"))
    payable, applied, rejected = _quote(till, amount=4_000, shipping=800)
    assert (payable, applied["benefit:gold-95"]) == (4_600, 200)
    assert rejected["benefit:freight"] == "min_spend"
    # Of two parts of a hundred the better one counts.
    benefit_shop.put_tag(alice, "vip")
    payable, applied, rejected = _quote(till)
    assert (payable, rejected["benefit:gold-95"]) == (8_500, "lower_value")
    assert _quote(till, member=False)[2]["benefit:vip-85"] == "member"


def test_a_cart_honors_what_was_given_by_hand_or_drawn_until_it_ends(till, alice):
    off = {"kind": "DISCOUNT", "off_basis_points": 1_000}
    given = benefit_shop.live("given", tag("nobody"), **off)
    grant = benefit_shop.grant(given, alice, quota=None, days=2, when=world.NOW)
    assert _quote(till)[0] == 9_000
    benefit_grants.end(grant_id=grant.pk, reason="mistake", at=world.NOW)
    assert _quote(till)[0] == 10_000
    benefit_shop.live("top", everyone(), cap_count=1, **{**off, "off_basis_points": 2_000})
    assert _quote(till)[2]["benefit:top"] == "tag"
    Account.objects.filter(pk=alice.pk).update(window_spend_amount=1)
    list(benefit_nights.renew(at=world.NOW + timedelta(minutes=1)))
    assert _quote(till)[0] == 8_000


def test_a_stopped_benefit_is_honored_for_whom_it_was_given_to_alone(till, alice):
    off = benefit_shop.live("five", everyone(), kind="DISCOUNT", off_basis_points=500)
    assert _quote(till)[0] == 9_500
    grant = benefit_shop.grant(off, alice, quota=None, days=2, when=world.NOW)
    benefits.stop(benefit_id=off.pk, reason="enough", actor=world.operator("boss"), at=world.NOW)
    assert _quote(till)[0] == 9_500
    benefit_grants.end(grant_id=grant.pk, reason="mistake", at=world.NOW)
    assert _quote(till)[0] == 10_000
