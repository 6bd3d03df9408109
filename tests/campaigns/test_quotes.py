"""What a cart costs: the quote as the service answers it, from one statement."""

import itertools
from datetime import timedelta

import pytest

from campaigns.services import quote_tokens
from loyalty.errors import CurrencyMismatch
from loyalty.models import Coupon, Product
from members.models import Store, Tag
from members.services import tags
from tests import world
from tests.campaigns.offers import FACE, NOW, coupon_type, line, offer, quote

pytestmark = pytest.mark.django_db
SPEND_100_SAVE_20 = [{"min_amount": 10_000, "amount": 2_000}]


@pytest.fixture
def alice(shop):
    return world.register(world.ALICE)


def reasons(answer):
    return {row["code"]: row["reason"] for row in answer["rejected"]}


def applied(answer):
    return {row["code"]: row["amount"] for row in answer["applied"]}


def test_a_cart_without_offers_costs_what_its_lines_say(shop):
    answer = quote(line("1", 19_900), line("2", 500, quantity="3"), shipping_amount=800)
    assert (answer["gross_amount"], answer["net_amount"]) == (21_400, 21_400)
    assert answer["payable_amount"] == 22_200
    assert answer["member"] is None
    assert (answer["applied"], answer["rejected"], answer["gifts"]) == ([], [], [])
    assert answer["expires_at"] == "2026-03-02T06:10:00+00:00"


def test_spend_100_save_20_is_shared_over_70_and_50(shop):
    offer("spring", steps=SPEND_100_SAVE_20)
    answer = quote(line("1", 7_000), line("2", 5_000))
    assert [row["net_amount"] for row in answer["lines"]] == [5_833, 4_167]
    assert answer["payable_amount"] == 10_000
    assert answer["applied"][0]["name_en"] == "Offer spring"
    assert answer["applied"][0]["lines"] == {"1": 1_167, "2": 833}


def test_199_at_20_percent_off_is_159_20(shop):
    coupon_type("eight", kind="PERCENT_OFF", off_basis_points=2_000, public_code="EIGHT")
    answer = quote(line("1", 19_900), coupons=["eight"], phone="13612345678")
    assert answer["payable_amount"] == 15_920
    assert answer["percent_base"] == "RUNNING"


def test_a_quote_is_one_statement(alice, django_assert_num_queries):
    offer("spring", steps=SPEND_100_SAVE_20, limit_member=1)
    quote(line("1", 12_000), phone=world.ALICE_PHONE)
    with django_assert_num_queries(1):
        answer = quote(line("1", 12_000), phone=world.ALICE_PHONE, coupons=["NO-SUCH-CODE"])
    assert answer["member"] == str(alice.uid)
    assert answer["payable_amount"] == 10_000
    assert quote_tokens.read(answer["quote_id"])["member"] == alice.pk
    with django_assert_num_queries(1):
        quote(line("1", 12_000), phone=world.ALICE_PHONE, quote_id=answer["quote_id"])


def test_a_published_change_is_seen_by_the_next_quote(shop):
    assert quote(line("1", 12_000))["payable_amount"] == 12_000
    row = offer("spring", steps=SPEND_100_SAVE_20)
    assert quote(line("1", 12_000))["payable_amount"] == 10_000
    row.stores.set([Store.objects.get(code="BJ01")])
    answer = quote(line("1", 12_000))
    assert (answer["payable_amount"], reasons(answer)) == (12_000, {"spring": "store"})


def test_the_order_of_codes_and_lines_changes_nothing(alice):
    offer("spring", steps=SPEND_100_SAVE_20)
    for code, amount in (("A1", 500), ("B2", 700), ("C3", 900)):
        coupon_type(code.lower(), amount=amount, public_code=code, stacking="BEST_OF",
                    stacking_group="codes")  # fmt: skip
    answers = []
    for codes in itertools.permutations(["a1", "B-2", "c 3", "none"]):
        answer = quote(line("1", 7_000), line("2", 5_000), coupons=list(codes),
                       phone=world.ALICE_PHONE)  # fmt: skip
        assert applied(answer) == {"spring": 2_000, "C3": 900}
        answer.pop("quote_id")
        answers.append(answer)
    assert all(answer == answers[0] for answer in answers)
    turned = quote(line("2", 5_000), line("1", 7_000), coupons=["c3"], phone=world.ALICE_PHONE)
    assert turned["payable_amount"] == 9_100


def test_the_catalogue_knows_better_than_the_till(shop):
    offer("face", steps=SPEND_100_SAVE_20, condition=FACE)
    Product.objects.create(sku="SK-1", name_en="Soap", category="body", cost_amount=100)
    assert quote(line("1", 12_000))["payable_amount"] == 12_000
    assert quote(line("2", 12_000))["payable_amount"] == 10_000


def test_an_unknown_member_is_quoted_as_a_guest_who_counts_by_phone(shop):
    offer("once", steps=SPEND_100_SAVE_20, limit_member=1)
    answer = quote(line("1", 12_000), phone="13612345678")
    assert (answer["member"], answer["payable_amount"]) == (None, 10_000)
    promise = quote_tokens.read(answer["quote_id"])
    assert promise["member"] is None
    assert promise["holder"].startswith("guest:")
    _use(promise["holder"], "offer:once")
    again = quote(line("1", 12_000), phone="136 1234 5678")
    assert (again["payable_amount"], reasons(again)) == (12_000, {"once": "limit"})


def _use(holder, key, count=1):
    from loyalty.models import PoolUse

    PoolUse.objects.create(key=key, holder=holder, used=count)


def test_what_is_limited_per_person_needs_a_person(shop):
    offer("once", steps=SPEND_100_SAVE_20, limit_member=1)
    answer = quote(line("1", 12_000))
    assert (answer["payable_amount"], reasons(answer)) == (12_000, {"once": "member"})


def test_a_limit_per_day_is_of_the_programmes_day(alice):
    offer("daily", steps=SPEND_100_SAVE_20, limit_member_day=1)
    _use(f"member:{alice.pk}", "offer:daily:2026-03-02")
    # 23:59:59 in Shanghai, then midnight.
    late, midnight = NOW.replace(hour=15, minute=59, second=59), NOW.replace(hour=16)
    today = quote(line("1", 12_000), phone=world.ALICE_PHONE, at=late)
    assert reasons(today) == {"daily": "limit"}
    tomorrow = quote(line("1", 12_000), phone=world.ALICE_PHONE, at=midnight)
    assert tomorrow["payable_amount"] == 10_000


def _pool(key, left):
    from loyalty.models import Pool

    Pool.objects.create(key=key, shard=0, left=left)


def test_an_offer_whose_budget_does_not_reach_is_refused_whole(alice):
    offer("spring", steps=SPEND_100_SAVE_20, budget_amount=10_000)
    _pool("offer:spring:amount", 1_999)
    answer = quote(line("1", 12_000), phone=world.ALICE_PHONE)
    assert (answer["payable_amount"], reasons(answer)) == (12_000, {"spring": "budget"})


def test_an_offer_that_all_have_used_up_is_refused(alice):
    offer("spring", steps=SPEND_100_SAVE_20, limit_count=10)
    _pool("offer:spring:count", 0)
    assert reasons(quote(line("1", 12_000))) == {"spring": "limit"}


def _coupon(member, kind="ten", state="CLAIMED", code="TENOFF2345", **fields):
    from loyalty.models import CouponType

    row = CouponType.objects.filter(code=kind).first() or coupon_type(kind, amount=1_000)
    return Coupon.objects.create(
        **{
            "type": row,
            "code": code,
            "state": state,
            "origin": "OPERATOR",
            "member": member,
            "holder": f"member:{member.pk}" if member else "",
            "issued_at": NOW,
            "valid_from": NOW - timedelta(days=1),
            "expires_at": NOW + timedelta(days=5),
            **fields,
        }
    )


def test_held_coupons_apply_unless_the_cart_says_no(alice):
    coupon = _coupon(alice)
    answer = quote(line("1", 12_000), phone=world.ALICE_PHONE)
    row = answer["applied"][0]
    assert (row["code"], row["type"], row["amount"]) == ("TENOFF2345", "ten", 1_000)
    assert (row["name_zh"], row["expires_at"]) == ("券 ten", "2026-03-07T06:00:00+00:00")
    promised = quote_tokens.read(answer["quote_id"])["applied"][0]
    assert (promised["coupon_id"], promised["type_code"]) == (coupon.pk, "ten")
    without = quote(line("1", 12_000), phone=world.ALICE_PHONE, uses_held_coupons=False)
    assert (without["payable_amount"], without["rejected"]) == (12_000, [])
    entered = quote(line("1", 12_000), phone=world.ALICE_PHONE, uses_held_coupons=False,
                    coupons=["tenoff-2345"])  # fmt: skip
    assert entered["payable_amount"] == 11_000


ENTERED = [
    ({"state": "REDEEMED", "redeemed_at": NOW}, "redeemed"),
    ({"state": "EXPIRED"}, "expired"),
    ({"state": "VOID"}, "void"),
    ({"expires_at": NOW}, "expired"),
    ({"valid_from": NOW + timedelta(seconds=1)}, "not_yet"),
    ({"state": "LOCKED", "locked_for": "N-1", "locked_until": NOW + timedelta(seconds=1)},
     "locked"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "reason"), ENTERED)
def test_a_code_that_can_not_be_used_says_why(alice, fields, reason):
    _coupon(alice, **fields)
    answer = quote(line("1", 12_000), phone=world.ALICE_PHONE, coupons=["TENOFF2345"])
    assert (answer["payable_amount"], reasons(answer)) == (12_000, {"TENOFF2345": reason})


def test_a_lock_that_is_over_holds_nothing_whether_or_not_a_job_has_run(alice):
    _coupon(alice, state="LOCKED", locked_for="N-1", locked_until=NOW)
    assert quote(line("1", 12_000), phone=world.ALICE_PHONE)["payable_amount"] == 11_000


def test_somebody_elses_coupon_is_refused_and_a_bearers_works_for_whoever_brings_it(alice):
    bob = world.register(world.BOB)
    _coupon(bob)
    _coupon(None, state="ISSUED", code="BEARER2345")
    answer = quote(line("1", 12_000), phone=world.ALICE_PHONE,
                   coupons=["TENOFF2345", "BEARER2345"])  # fmt: skip
    assert applied(answer) == {"BEARER2345": 1_000}
    assert reasons(answer) == {"TENOFF2345": "not_found"}


DAYS = {"validity": "DAYS", "valid_days": 3}
PUBLIC = [
    (DAYS | {"claim_until": NOW}, "expired"),
    (DAYS | {"claim_from": NOW + timedelta(seconds=1)}, "not_yet"),
    ({"valid_until": NOW}, "expired"),
    ({"state": "STOPPED", "stopped_at": NOW}, "void"),
    ({"state": "DRAFT"}, "not_found"),
]


@pytest.mark.parametrize(("fields", "reason"), PUBLIC)
def test_a_public_code_is_claimed_by_using_it(alice, fields, reason):
    coupon_type("hello", **{"amount": 1_000, "public_code": "HELLO", **fields})
    answer = quote(line("1", 12_000), phone=world.ALICE_PHONE, coupons=["hello"])
    assert reasons(answer) == {"HELLO": reason}


def test_stock_and_budget_of_a_public_code_count_as_at_a_claim(alice):
    row = coupon_type("hello", amount=1_000, public_code="HELLO", budget_amount=5_000)
    sent = {"phone": world.ALICE_PHONE, "coupons": ["HELLO"]}
    _pool(f"coupon:{row.pk}:amount", 999)
    assert reasons(quote(line("1", 12_000), **sent)) == {"HELLO": "budget"}
    _pool(f"coupon:{row.pk}:count", 0)
    assert reasons(quote(line("1", 12_000), **sent)) == {"HELLO": "limit"}


def test_a_member_price_is_for_members_of_its_tier_and_tag(alice):
    offer("gold", kind="MEMBER_PRICE", form="PRICE", amount=9_000, condition={
        "all": [{"field": "member.tier", "op": "eq", "value": "gold"}]})  # fmt: skip
    offer("vip", kind="MEMBER_PRICE", form="PRICE", amount=9_500, condition={
        "all": [{"field": "member.tags", "op": "contains", "value": ["vip"]}]})  # fmt: skip
    assert reasons(quote(line("1", 12_000))) == {"gold": "member", "vip": "member"}
    answer = quote(line("1", 12_000), phone=world.ALICE_PHONE)
    assert reasons(answer) == {"gold": "tier", "vip": "tag"}
    Tag.objects.create(code="vip", name_en="VIP", name_zh="贵宾")
    tags.give(members=[alice], code="vip", at=NOW)
    assert quote(line("1", 12_000), phone=world.ALICE_PHONE)["payable_amount"] == 9_500


def test_another_currency_is_refused(shop):
    with pytest.raises(CurrencyMismatch):
        quote(line("1", 100), currency="USD")


def test_a_bearers_coupon_counts_for_who_uses_it(alice):
    row = _coupon(None, state="ISSUED", code="BEARER2345").type
    _use(f"member:{alice.pk}", f"coupon:{row.pk}")
    sent = {"coupons": ["BEARER2345"]}
    assert reasons(quote(line("1", 12_000), phone=world.ALICE_PHONE, **sent)) == {
        "BEARER2345": "limit"
    }
    assert quote(line("1", 12_000), **sent)["payable_amount"] == 11_000


def test_a_public_code_stands_for_the_coupon_that_the_member_has_of_it(alice):
    row = coupon_type("hello", amount=1_000, public_code="HELLO")
    coupon = _coupon(alice, kind="hello")
    _use(f"member:{alice.pk}", f"coupon:{row.pk}")
    answer = quote(line("1", 12_000), phone=world.ALICE_PHONE, coupons=["hello"],
                   uses_held_coupons=False)  # fmt: skip
    assert (applied(answer), answer["rejected"]) == ({"HELLO": 1_000}, [])
    assert quote_tokens.read(answer["quote_id"])["applied"][0]["coupon_id"] == coupon.pk


def test_codes_of_a_batch_that_was_called_back_are_as_if_there_were_none(alice):
    from loyalty.models import CouponBatch

    row = coupon_type("ten", amount=1_000)
    batch = CouponBatch.objects.create(type=row, count=1, created_at=NOW, voided_at=NOW)
    _coupon(None, state="ISSUED", code="BEARER2345", batch=batch)
    answer = quote(line("1", 12_000), phone=world.ALICE_PHONE, coupons=["BEARER2345"])
    assert reasons(answer) == {"BEARER2345": "not_found"}
