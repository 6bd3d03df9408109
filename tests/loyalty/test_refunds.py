"""Refunds through the service: exact, once, and never more than was bought."""

from datetime import timedelta
from uuid import uuid4

import pytest

from loyalty.errors import (
    DuplicateLine,
    OccurredInFuture,
    RefundConflict,
    RefundExceedsOrder,
    UnknownLine,
)
from loyalty.models import Account, LedgerEntry, Order, Program, Refund
from loyalty.selectors import ledger_checks
from loyalty.services import points, refunds
from loyalty.services.documents import Source
from members.errors import NotFound
from members.models import Event
from tests.loyalty import till
from tests.loyalty.till import line

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_ledger_is_sound_afterwards(db):
    yield
    assert ledger_checks.findings() == []


def test_a_refund_without_lines_or_amount_gives_back_all_that_is_left(alice):
    order = till.sell("o-1", line("1", 6_000), line("2", 4_000), shipping_amount=1_000)
    till.give_back(order, "r-1", {"1": 2_000})
    answer = till.give_back(order, "r-2")
    assert (answer["value_amount"], answer["money_amount"]) == (9_000, 9_000)
    row = Order.objects.get()
    assert (row.refunded_amount, row.refunded_shipping_amount) == (11_000, 1_000)
    assert till.balances(alice) == (0, 0, 0)


def test_a_refund_answers_what_it_moved(alice):
    order = till.sell("o-1", line("1", 10_000))
    answer = till.give_back(order, "r-1", {"1": 4_000})
    refund = Refund.objects.get()
    assert answer == {
        "id": str(refund.uid),
        "order": order["id"],
        "value_amount": 4_000,
        "money_amount": 4_000,
        "points": {
            "restored": 0,
            "available": 0,
            "expired": 0,
            "clawed_back": 40,
            "absorbed_by_expiry": 0,
            "debt": 0,
            "uncollected": 0,
        },
        "coupons": [],
        "tier": {
            "code": "member",
            "changed_from": None,
            "until": None,
            "progress": {"next": "silver", "missing_amount": 294_000, "missing_orders": 4},
        },
        "account": {"pending": 0, "active": 60, "held": 0, "available": 60, "debt": 0},
    }
    types = Event.objects.filter(type__startswith="loyalty.").order_by("id")
    assert [event.type for event in types][2:] == [
        "loyalty.order.refunded",
        "loyalty.points.clawed_back",
    ]


def test_the_same_refund_again_gives_the_same_answer_and_no_effect(alice):
    order = till.sell("o-1", line("1", 10_000))
    first = till.give_back(order, "r-1", {"1": 4_000})
    assert till.give_back(order, "r-1", {"1": 4_000}) == first
    assert till.balances(alice) == (0, 60, 0)
    assert Refund.objects.count() == 1


@pytest.mark.parametrize("amounts", [{"1": 4_001}, {"2": 100}, 4_000])
def test_the_same_number_with_another_content_is_a_conflict(alice, amounts):
    order = till.sell("o-1", line("1", 10_000), line("2", 100))
    till.give_back(order, "r-1", {"1": 4_000})
    with pytest.raises(RefundConflict):
        till.give_back(order, "r-1", amounts)
    assert till.balances(alice) == (0, 61, 0)


def test_the_same_number_for_another_order_is_a_conflict(alice):
    one, other = till.sell("o-1", line("1", 10_000)), till.sell("o-2", line("1", 10_000))
    till.give_back(one, "r-1", {"1": 4_000})
    with pytest.raises(RefundConflict):
        till.give_back(other, "r-1", {"1": 4_000})
    assert till.balances(alice) == (0, 160, 0)


def test_more_than_was_bought_is_refused_says_what_is_left_and_changes_nothing(alice):
    order = till.sell("o-1", line("1", 10_000))
    till.give_back(order, "r-1", {"1": 4_000})
    with pytest.raises(RefundExceedsOrder) as refused:
        till.give_back(order, "r-2", {"1": 6_001})
    assert refused.value.details == {"line_id": "1", "asked_amount": 6_001, "left_amount": 6_000}
    assert Refund.objects.count() == 1
    assert till.balances(alice) == (0, 60, 0)


def test_a_line_that_is_unknown_or_named_twice_is_refused(alice):
    order = till.sell("o-1", line("1", 10_000))
    with pytest.raises(UnknownLine):
        till.give_back(order, "r-1", {"9": 1})
    twice = [{"line_id": "1", "refund_amount": 1}] * 2
    with pytest.raises(DuplicateLine):
        till.give_back(order, "r-1", lines=twice)
    assert Refund.objects.count() == 0


def test_an_order_that_is_not_there_or_another_stores_is_not_found(alice):
    with pytest.raises(NotFound):
        till.give_back({"id": str(uuid4())}, "r-1")
    order = till.sell("o-1", line("1", 10_000))
    foreign = Source(name="till", channel="pos", store_ids=frozenset({0}))
    with pytest.raises(NotFound):
        refunds.record(
            order_uid=Order.objects.get(uid=order["id"]).uid,
            refund=till.refund("r-1"),
            source=foreign,
            at=till.NOW,
        )


def test_a_refund_from_the_future_is_refused(alice):
    order = till.sell("o-1", line("1", 10_000))
    with pytest.raises(OccurredInFuture):
        till.give_back(order, "r-1", when=till.NOW + timedelta(hours=1), now=till.NOW)


def test_a_preview_answers_the_same_and_changes_nothing(alice):
    order = till.sell("o-1", line("1", 10_000))
    shown = refunds.preview(
        order_uid=Order.objects.get().uid,
        refund=till.refund("r-1", {"1": 4_000}),
        source=till.TILL,
        at=till.NOW,
    )
    assert till.balances(alice) == (0, 100, 0)
    assert Refund.objects.count() == 0
    done = till.give_back(order, "r-1", {"1": 4_000})
    assert {**shown, "id": None} == {**done, "id": None}


def test_a_refund_lowers_the_window_and_a_whole_one_the_count_of_orders(alice):
    orders = [till.sell(f"o-{number}", line("1", 70_000)) for number in range(4)]
    till.give_back(orders[0], "r-1", {"1": 20_000})
    account = Account.objects.get(member_id=alice.pk)
    assert (account.window_spend_amount, account.window_orders_count) == (260_000, 4)
    till.give_back(orders[0], "r-2", {"1": 50_000})
    account.refresh_from_db()
    assert (account.window_spend_amount, account.window_orders_count) == (210_000, 3)


def test_a_refund_leaves_the_tier_that_the_order_had_lifted_to(alice):
    orders = [till.sell(f"o-{number}", line("1", 60_000)) for number in range(5)]
    assert orders[4]["tier"]["code"] == "silver"
    answer = till.give_back(orders[4], "r-1")
    assert answer["tier"]["code"] == "silver"
    assert Account.objects.get(member_id=alice.pk).window_spend_amount == 240_000


def test_points_come_back_with_the_life_they_had_and_those_that_lapsed_are_gone(alice):
    points.grant(
        member_id=alice.pk,
        points=100,
        key="soon",
        reason="opening",
        at=till.NOW,
        expires_at=till.NOW + timedelta(days=10),
    )
    points.grant(member_id=alice.pk, points=100, key="never", reason="opening", at=till.NOW)
    order = till.sell("o-1", line("1", 150), points_amount=150)
    assert order["points"]["spent"] == 150
    answer = till.give_back(order, "r-1", when=till.NOW + timedelta(days=10))
    # In reverse order of use: 50 to the lot that never lapses, 100 to the one that has.
    assert answer["points"]["restored"] == 150
    assert (answer["points"]["available"], answer["points"]["expired"]) == (50, 100)
    assert till.balances(alice) == (0, 100, 0)


@pytest.mark.parametrize(
    ("policy", "moved", "after"),
    [
        ("DEBT", {"clawed_back": 30, "debt": 70, "uncollected": 0}, (0, 0, 70)),
        ("WITHIN_BALANCE", {"clawed_back": 30, "debt": 0, "uncollected": 70}, (0, 0, 0)),
        ("ONLY_PENDING", {"clawed_back": 0, "debt": 0, "uncollected": 100}, (0, 30, 0)),
    ],
)
def test_what_can_not_be_taken_back_follows_the_programmes_policy(alice, policy, moved, after):
    Program.objects.update(uncollected=policy)
    order = till.sell("o-1", line("1", 10_000))
    points.redeem(member_id=alice.pk, points=70, key="s", reason="payment", at=till.NOW)
    answer = till.give_back(order, "r-1")
    assert {name: answer["points"][name] for name in moved} == moved
    assert till.balances(alice) == after


def test_points_given_back_repay_a_debt_first(alice):
    earned = till.sell("o-1", line("1", 10_000))
    paid = till.sell("o-2", line("1", 100), points_amount=100)
    till.give_back(earned, "r-1")
    assert till.balances(alice) == (0, 0, 100)
    answer = till.give_back(paid, "r-2")
    assert answer["points"]["restored"] == 100
    assert till.balances(alice) == (0, 0, 0)
    kinds = LedgerEntry.objects.filter(member_id=alice.pk).order_by("id")
    assert [entry.kind for entry in kinds][-2:] == ["RESTORE", "REPAY"]


def test_a_sale_without_a_member_gives_back_its_money(shop):
    order = till.sell("o-1", line("1", 10_000), phone=None)
    answer = till.give_back(order, "r-1", 4_000)
    assert (answer["money_amount"], answer["account"], answer["tier"]) == (4_000, None, None)
    assert Order.objects.get().refunded_amount == 4_000
