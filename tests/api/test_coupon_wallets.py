"""`/coupon-types` and `/members/{id}/coupons`: what there is to claim, and what members hold."""

from datetime import timedelta

import pytest
from django.utils import timezone

from loyalty.models import Coupon
from loyalty.services import coupons
from members.models import IdempotencyKey
from tests import world
from tests.api.test_coupons import ALICE, BOB, grant, live

pytestmark = pytest.mark.django_db


def claim(till, kind, member=ALICE, **options):
    return till.post(f"coupon-types/{kind.uid}/claim", {"member": member}, **options)


def test_types_that_members_may_claim_say_what_is_left(till, shop):
    live("few", stock_count=3)
    live("plenty", stock_count=500)
    live("endless")
    live("none", stock_count=0)
    live("hidden", is_claimable=False)
    live("later", claim_from=timezone.now() + timedelta(days=1))
    live("paid", budget_amount=2_500)
    told = till.get("coupon-types").json()["results"]
    found = {one["code"]: (one["left"], one["left_count"], one["left_text"]) for one in told}
    assert found == {
        "few": ("FEW", 3, "Only 3 left"),
        "plenty": ("PLENTY", 500, "Available"),
        "endless": ("PLENTY", None, "Available"),
        "none": ("NONE", 0, "All gone"),
        "paid": ("FEW", 2, "Only 2 left"),
    }
    assert [one["code"] for one in told] == ["paid", "none", "endless", "plenty", "few"]


def test_a_client_of_some_stores_sees_what_is_valid_there(till, shop):
    live("everywhere")
    for code, stores in (("north", ["BJ01"]), ("both", ["BJ01", "SH01"]), ("east", ["SH01"])):
        live(code, stores=stores)
    north = world.till(source="north", store_codes=["BJ01"])
    seen = [one["code"] for one in north.get("coupon-types").json()["results"]]
    assert seen == ["both", "north", "everywhere"]
    assert len(till.get("coupon-types").json()["results"]) == 4


def test_types_come_in_pages(till, shop):
    for number in range(3):
        live(f"type-{number}")
    page = till.get("coupon-types?limit=2").json()
    assert [one["code"] for one in page["results"]] == ["type-2", "type-1"]
    rest = till.get(page["next"].partition("/api/v1/")[2]).json()
    assert ([one["code"] for one in rest["results"]], rest["next"]) == (["type-0"], None)


def test_a_member_claims_one_and_the_second_is_refused(till, alice):
    kind = live()
    first = claim(till, kind, key="a")
    assert (first.status_code, first.json()["state"]) == (201, "CLAIMED")
    assert claim(till, kind, key="a").json()["code"] == first.json()["code"]
    second = claim(till, kind, key="b")
    assert (second.status_code, second.json()["code"]) == (409, "coupon_limit")
    assert Coupon.objects.count() == 1


def test_the_same_key_after_its_answer_was_forgotten_makes_no_second_coupon(till, alice):
    kind = live(limit_member=None)
    first = claim(till, kind, key="a")
    IdempotencyKey.objects.all().delete()
    assert claim(till, kind, key="a").json()["code"] == first.json()["code"]
    assert Coupon.objects.count() == 1
    # The key is for this member and this type.
    world.register(world.BOB)
    assert claim(till, kind, member=BOB, key="a").status_code == 422


def test_the_last_one_is_claimed_and_then_there_are_none(till, alice, bob):
    kind = live(stock_count=1)
    assert claim(till, kind).status_code == 201
    none = claim(till, kind, member=BOB)
    assert (none.status_code, none.json()["code"]) == (409, "coupon_stock")


def test_a_printed_code_goes_into_the_wallet_and_is_nobody_elses_then(till, alice, bob):
    live(public_code="SPRING", min_spend_amount=0)
    mine = till.post("coupons/spring/claim", {"member": ALICE})
    assert (mine.status_code, mine.json()["state"]) == (201, "CLAIMED")
    code = mine.json()["code"]
    other = till.post(f"coupons/{code}/claim", {"member": BOB})
    assert (other.status_code, other.json()["code"]) == (404, "coupon_not_found")
    assert Coupon.objects.get(code=code).member_id == alice.pk


def test_a_wallet_lists_states_as_of_now_newest_first(till, alice):
    kind = live(limit_member=None)
    now = timezone.now()
    held, locked, lapsed_lock, lapsed = (grant(kind, alice, f"g{number}") for number in range(4))
    for coupon, minutes in ((locked, 10), (lapsed_lock, -1)):
        Coupon.objects.filter(pk=coupon.pk).update(
            state="LOCKED", locked_for="o-1", locked_until=now + timedelta(minutes=minutes)
        )
    Coupon.objects.filter(pk=lapsed.pk).update(expires_at=now - timedelta(minutes=1))
    path = f"members/{alice.uid}/coupons"
    told = till.get(path).json()["results"]
    assert [(one["code"], one["state"]) for one in told] == [
        (lapsed.code, "EXPIRED"),
        (lapsed_lock.code, "CLAIMED"),
        (locked.code, "LOCKED"),
        (held.code, "CLAIMED"),
    ]
    usable = till.get(f"{path}?states=CLAIMED,LOCKED&limit=2").json()
    assert [one["code"] for one in usable["results"]] == [lapsed_lock.code, locked.code]
    rest = till.get(usable["next"].partition("/api/v1/")[2]).json()
    assert ([one["code"] for one in rest["results"]], rest["next"]) == ([held.code], None)


def test_a_state_that_there_is_not_is_refused(till, alice):
    answer = till.get(f"members/{alice.uid}/coupons?states=CLAIMED,LOST")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "?states")


def test_a_wallet_shows_the_members_own_coupons_alone(till, alice, bob):
    kind = live()
    grant(kind, alice)
    assert till.get(f"members/{bob.uid}/coupons").json()["results"] == []


def test_a_channel_with_the_right_gives_coupons_that_nobody_may_claim(till, alice):
    live("gift", is_claimable=False)
    path = f"members/{alice.uid}/coupons"
    given = till.post(path, {"type": "gift"}, key="g")
    assert (given.status_code, given.json()["type"]["code"]) == (201, "gift")
    assert till.post(path, {"type": "gift"}, key="g").json()["code"] == given.json()["code"]
    assert Coupon.objects.get().origin == "IMPORT"
    weak = world.till(source="weak", scopes=["members:write", "coupons:redeem"])
    refused = weak.post(path, {"type": "gift"})
    assert (refused.status_code, refused.json()["scopes"]) == (403, "coupons:grant")
    unknown = till.post(path, {"type": "none"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")


def test_words_are_in_the_readers_language(till, alice):
    till.language = "zh-hans"
    grant(live(stock_count=3), alice)
    shown = till.get(f"members/{alice.uid}/coupons").json()["results"][0]
    assert (shown["type"]["name_zh"], shown["type"]["name_en"]) == ("立减十元", "Ten off")


def test_a_page_of_coupons_asks_the_database_a_bounded_number_of_times(
    till, alice, django_assert_max_num_queries
):
    kind = live(
        limit_member=None, condition={"field": "line.category", "op": "eq", "value": "skincare"}
    )
    for number in range(20):
        coupons.grant(type_code=kind.code, member_id=alice.pk, key=f"g{number}", at=timezone.now())
    till.get(f"members/{alice.uid}/coupons")
    with django_assert_max_num_queries(6):
        till.get(f"members/{alice.uid}/coupons?limit=20")
