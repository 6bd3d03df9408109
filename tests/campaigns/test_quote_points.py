"""Points in a quote: how far they pay, and that the forecast is what the order then earns."""

from datetime import timedelta

import msgspec
import pytest
from django.utils import translation

from loyalty.models import Account, CouponType, EarningRule, Lot, Program, RuleUse, Tier
from loyalty.services import orders, points
from loyalty.services.documents import OrderDocument, Source
from tests import world
from tests.campaigns.offers import FACE, NOW, TILL, coupon_type, line, offer, quote

pytestmark = pytest.mark.django_db
STEPS = [{"min_amount": 10_000, "amount": 2_000}]
ALICE = {"phone": world.ALICE_PHONE}


@pytest.fixture
def alice(shop):
    return world.register(world.ALICE)


@pytest.fixture
def boss(shop):
    return world.operator("boss", role="administrator")


def give(member, boss, count, at=NOW):
    points.adjust(member_id=member.pk, points=count, reason="goodwill", actor=boss, at=at)


def paying(answer):
    told = answer["points"]
    return (told["usable"], told["usable_amount"], told["used"], told["used_amount"])


def test_points_pay_goods_after_discounts_and_never_freight(alice, boss):
    offer("spring", steps=STEPS)
    Program.objects.update(redeem_points=10, redeem_amount=100)
    give(alice, boss, 5_000)
    answer = quote(line("1", 12_000), shipping_amount=800, uses_most_points=True, **ALICE)
    assert answer["points"]["available"] == 5_000
    assert paying(answer) == (1_000, 10_000, 1_000, 10_000)
    assert answer["payable_amount"] == 800


def test_points_pay_the_programmes_share_at_most(alice, boss):
    Program.objects.update(redeem_max_percent=33)
    give(alice, boss, 5_000)
    answer = quote(line("1", 10_001), uses_most_points=True, **ALICE)
    assert paying(answer) == (3_300, 3_300, 3_300, 3_300)


def test_whole_points_pay_at_the_programmes_rate(alice, boss):
    # 300 points are worth 1.00: 1,000 points 3.33, for which 999 are spent.
    Program.objects.update(redeem_points=300, redeem_amount=100)
    give(alice, boss, 1_000)
    answer = quote(line("1", 10_000), uses_most_points=True, **ALICE)
    assert paying(answer) == (999, 333, 999, 333)
    some = quote(line("1", 10_000), points_to_use=100, **ALICE)
    assert paying(some) == (999, 333, 99, 33)
    assert some["payable_amount"] == 9_967


def test_more_than_there_are_is_as_many_as_there_are(alice, boss):
    give(alice, boss, 50)
    answer = quote(line("1", 10_000), points_to_use=10**9, **ALICE)
    assert paying(answer) == (50, 50, 50, 50)
    none = quote(line("1", 10_000), points_to_use=10**9)
    assert paying(none) == (0, 0, 0, 0)


def test_points_that_have_lapsed_pay_nothing_whether_or_not_the_night_ran(alice, boss):
    give(alice, boss, 100)
    ends = Lot.objects.get().expires_at
    before = quote(line("1", 10_000), at=ends - timedelta(microseconds=1), **ALICE)
    assert before["points"]["available"] == 100
    after = quote(line("1", 10_000), at=ends, **ALICE)
    assert after["points"]["available"] == 0


def sell(*lines, answer, number="N-1", points_amount=0, member=True, **fields):
    """The order that the quoted cart becomes; its answer."""
    nets = {row["line_id"]: row["net_amount"] for row in answer["lines"]}
    due = answer["payable_amount"]
    paid = [{"method": "cash", "kind": "MONEY", "amount": due}]
    if points_amount:
        paid.append({"method": "points", "kind": "POINTS", "amount": points_amount})
    sent = {
        "external_id": number,
        "channel": "pos",
        "store": "SH01",
        "occurred_at": NOW.isoformat(),
        "currency": "CNY",
        "member": {"type": "phone", "value": world.ALICE_PHONE} if member else None,
        "lines": [{**one, "net_amount": nets[one["line_id"]]} for one in lines],
        "shipping_amount": answer["shipping_amount"] - answer["shipping_discount_amount"],
        "paid": paid,
        **fields,
    }
    document = msgspec.convert(sent, OrderDocument, strict=True)
    return orders.record(order=document, source=TILL, at=NOW).answer


def rule(code, **fields):
    return EarningRule.objects.create(
        **{
            "program": Program.objects.get(),
            "code": code,
            "name_en": code,
            "state": "PUBLISHED",
            "effect": "MULTIPLIER",
            "percent": 200,
            "valid_from": NOW - timedelta(days=1),
            **fields,
        }
    )


LINES = (line("1", 12_345), line("2", 6_789, category="body", earns_points=False))


def test_the_forecast_is_what_the_order_earns(alice, boss):
    give(alice, boss, 1_111)
    offer("spring", steps=STEPS)
    rule("face", condition=FACE)
    rule("bonus", effect="FIXED", points=7, cap_day_points=5)
    Account.objects.update(tier_id=Tier.objects.get(code="gold").pk)
    answer = quote(*LINES, shipping_amount=500, uses_most_points=True, **ALICE)
    used = answer["points"]["used_amount"]
    assert used == 1_111
    order = sell(*LINES, answer=answer, points_amount=used, shipping_amount=500)
    assert answer["earn_forecast"]["amount"] == order["points"]["earned"] > 0
    told = {row["id"]: row["amount"] for row in answer["earn_forecast"]["breakdown"]}
    assert told == {row["id"]: row["points"] for row in order["points"]["breakdown"]}


def test_caps_and_budgets_are_looked_at_and_not_taken(alice):
    limited = rule("bonus", effect="FIXED", points=50, cap_day_points=60, budget_points=70)
    assert quote(*LINES, **ALICE)["earn_forecast"]["amount"] == 173
    answer = quote(*LINES, **ALICE)
    assert answer["earn_forecast"]["amount"] == 173
    assert sell(*LINES, answer=answer)["points"]["earned"] == 173
    assert RuleUse.objects.get(code="bonus").points == 50
    # 10 are left of the day, 20 of the budget.
    answer = quote(*LINES, **ALICE)
    assert (
        answer["earn_forecast"]["amount"]
        == sell(*LINES, answer=answer, number="N-2")["points"]["earned"]
    )
    assert sum(budget.left_points for budget in limited.budgets.all()) == 10


def test_a_guest_earns_nothing(shop):
    assert quote(*LINES)["earn_forecast"] == {"amount": 0, "breakdown": []}


def test_a_coupon_that_multiplies_is_in_the_forecast(alice):
    coupon_type("twice", kind="MULTIPLIER", multiplier_percent=200, public_code="TWICE")
    assert quote(*LINES, **ALICE)["earn_forecast"]["amount"] == 123
    with translation.override("zh-hans"):
        answer = quote(*LINES, coupons=["TWICE"], **ALICE)
    assert answer["earn_forecast"]["amount"] == 246
    rows = {row["id"]: row["description"] for row in answer["earn_forecast"]["breakdown"]}
    assert rows["rule:coupon:twice"] == "券 twice"
    assert CouponType.objects.get().state == "LIVE"


def test_a_tier_whose_term_is_over_lowers_price_and_forecast_before_the_night(alice):
    gold = Tier.objects.get(code="gold")
    offer("gold", kind="MEMBER_PRICE", form="PRICE", amount=9_000, condition={
        "all": [{"field": "member.tier", "op": "eq", "value": "gold"}]})  # fmt: skip
    Account.objects.update(tier_id=gold.pk, tier_until_at=NOW + timedelta(minutes=1))
    answer = quote(line("1", 10_000), **ALICE)
    assert (answer["payable_amount"], answer["earn_forecast"]["amount"]) == (9_000, 135)
    later = quote(line("1", 10_000), at=NOW + timedelta(minutes=1), **ALICE)
    assert (later["payable_amount"], later["earn_forecast"]["amount"]) == (10_000, 100)


def test_the_first_order_is_quoted_once(alice):
    offer("first", kind="FIRST_ORDER", amount=1_000)
    answer = quote(line("1", 10_000), **ALICE)
    assert answer["payable_amount"] == 9_000
    sell(line("1", 10_000), answer=answer)
    again = quote(line("1", 10_000), **ALICE)
    assert (again["payable_amount"], again["rejected"][0]["reason"]) == (10_000, "member")


def test_the_channel_of_the_client_counts_where_the_cart_names_none(shop):
    offer("web", steps=STEPS, condition={
        "all": [{"field": "channel.code", "op": "eq", "value": "web"}]})  # fmt: skip
    web = Source(name="web", channel="web")
    assert quote(line("1", 12_000), channel="", source=web)["payable_amount"] == 10_000
    assert quote(line("1", 12_000))["payable_amount"] == 12_000
