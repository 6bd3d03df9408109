"""Two cards with debts, holds, coupons and orders on both: nothing is lost in any app."""

from collections import Counter
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.db.models import Sum

from analytics.models import MemberDay
from analytics.services import member_days
from loyalty.models import Account, Coupon, Hold, LedgerEntry, Lot, Order, PoolUse, Refund
from loyalty.selectors import ledger_checks
from loyalty.services import coupons, holds, points
from loyalty.services.documents import HoldDocument
from members.models import Event, Identity, Member, MemberMerge
from members.services import merge_undos, merges
from tests.loyalty import coupon_shop, till
from tests.loyalty.till import NOW, line

pytestmark = pytest.mark.django_db
ALICE, BOB = "13800138000", "13900139000"


@pytest.fixture
def both(alice: Member, bob: Member) -> dict[str, Any]:
    """Both sides hold: an order with points, a debt or points, a hold, a coupon, a used one."""
    kind = coupon_shop.live(limit_member=2, limit_member_day=None)
    sold = {}
    for member, phone, count in ((alice, ALICE, 20_000), (bob, BOB, 9_000)):
        sold[phone] = till.sell(f"o-{phone}", line("1", count), phone=phone)
        coupon_shop.claim(kind, member)
    owed = till.sell("o-owed", line("1", 10_000), phone=BOB)
    points.redeem(member_id=bob.pk, points=170, key="x", reason="gift", at=NOW)
    till.give_back(owed, "r-owed")
    sent = {"external_id": "h-1", "member": {"type": "phone", "value": ALICE}, "points": 50}
    holds.create(hold=msgspec.convert(sent, HoldDocument), source=till.TILL, at=NOW)
    member_days.recompute(order_ids=Order.objects.values_list("pk", flat=True))
    return sold


def sums() -> dict[str, Any]:
    """What is there in every app, whoever it belongs to."""
    accounts = Account.objects.aggregate(
        **{
            name: Sum(f"{name}_points")
            for name in ("pending", "active", "held", "earned", "redeemed", "expired")
        },
        orders=Sum("orders_count"),
        spend=Sum("window_spend_amount"),
    )
    net = Account.objects.aggregate(net=Sum("active_points") - Sum("debt_points"))["net"]
    del accounts["active"]
    return {
        **accounts,
        "net": net,
        "orders_rows": Order.objects.count(),
        "refunds": Refund.objects.aggregate(money=Sum("money_amount"))["money"],
        "holds": Hold.objects.filter(state="OPEN").aggregate(points=Sum("points"))["points"],
        "coupons": Counter(Coupon.objects.values_list("state", flat=True)),
        "uses": PoolUse.objects.aggregate(used=Sum("used"))["used"],
        "days": MemberDay.objects.aggregate(net=Sum("net_amount"), orders=Sum("orders_count")),
        "identities": Identity.objects.count(),
    }


def per_member() -> dict[str, Any]:
    """Who holds what, in every app."""
    return {
        model._meta.label: sorted(model._default_manager.values_list("member_id", "pk"))
        for model in (Lot, Hold, Order, Refund, Coupon)
    } | {
        "accounts": list(
            Account.objects.order_by("pk").values_list(
                "pk", "active_points", "held_points", "debt_points", "orders_count", "tier_id"
            )
        ),
        "days": sorted(MemberDay.objects.values_list("member_id", "day", "net_amount")),
        "uses": sorted(PoolUse.objects.values_list("holder", "key", "used")),
    }


def test_sums_before_are_sums_after_in_every_app(both, alice, bob):
    before = sums()
    assert till.balances(bob) == (0, 0, 80)
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)
    assert sums() == before
    assert till.balances(alice) == (0, 120, 0)
    assert Account.objects.get(member=alice).held_points == 50
    for rows in (Order, Hold, Lot, Coupon, Refund):
        assert set(rows._default_manager.values_list("member_id", flat=True)) == {alice.pk}
    assert ledger_checks.findings() == []


def test_a_later_refund_of_the_retired_member_s_order_works_on_the_survivor(both, alice, bob):
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)
    answer = till.give_back(both[BOB], "r-later")
    # 50 are held: what can be spent pays, the rest of the 90 is not asked of the hold.
    assert answer["points"]["clawed_back"] == 70
    assert answer["points"]["debt"] == 20
    assert Refund.objects.get(external_id="r-later").member_id == alice.pk
    assert ledger_checks.findings() == []


def test_merging_again_changes_nothing_in_any_app(both, alice, bob):
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)
    before = sums(), per_member(), LedgerEntry.objects.count(), Event.objects.count()
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW + timedelta(hours=1))
    assert (sums(), per_member(), LedgerEntry.objects.count(), Event.objects.count()) == before
    assert MemberMerge.objects.count() == 1


def test_taken_back_everybody_holds_what_they_held(both, alice, bob):
    before = sums(), per_member()
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)
    row = MemberMerge.objects.get()
    merge_undos.undo(merge_id=row.pk, at=NOW + timedelta(hours=1))
    assert (sums(), per_member()) == before
    assert ledger_checks.findings() == []


def test_a_coupon_used_since_stands_against_it(both, alice, bob):
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)
    row = MemberMerge.objects.get()
    coupon = Coupon.objects.filter(member=alice).latest("pk")
    coupons.void(coupon_id=coupon.pk, reason="mistake", at=NOW)
    found = merge_undos.obstacles(merge_id=row.pk, at=NOW)
    assert [one.reason for one in found] == ["coupons_used"]
