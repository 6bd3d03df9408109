"""Rules with conditions, caps, budgets and lives of their own, through orders and refunds."""

from datetime import timedelta

import pytest

from loyalty.models import (
    EarningRule,
    Lot,
    Order,
    OrderBonus,
    Program,
    RuleBudget,
    RuleUse,
    StackingGroup,
)
from loyalty.selectors import ledger_checks
from loyalty.services import orders
from members.models import Member, Tag
from members.services import tags
from tests.loyalty import till
from tests.loyalty.till import line

pytestmark = pytest.mark.django_db


def publish(code, **settings):
    return EarningRule.objects.create(
        **{
            "program": Program.objects.get(),
            "code": code,
            "name_en": code,
            "state": "PUBLISHED",
            "valid_from": till.NOW - timedelta(days=400),
            **settings,
        }
    )


def is_(field, value):
    return {"field": field, "op": "eq", "value": value}


def trace_of(number, code):
    return next(
        row for row in Order.objects.get(external_id=number).trace["rules"] if row["rule"] == code
    )


def test_a_category_counts_as_the_catalogue_has_it_and_else_as_the_till_names_it(alice):
    publish("skincare", effect="MULTIPLIER", percent=300,
            condition=is_("line.category", "skincare"))  # fmt: skip
    answer = till.sell(
        "o-1",
        line("1", 10_000, sku="CREAM", category="skincare"),
        line("2", 5_000, sku="SOAP", category="soap"),
    )
    assert answer["points"]["earned"] == 350
    assert answer["points"]["breakdown"] == [
        {"id": "rule:base", "points": 150},
        {"id": "rule:skincare", "points": 200},
    ]
    # The till forgets the category; the catalogue doesn't.
    assert till.sell("o-2", line("1", 10_000, sku="CREAM"))["points"]["earned"] == 300
    assert ledger_checks.findings() == []


def test_a_birthday_month_doubles_every_order_in_it(alice):
    publish("birthday", effect="MULTIPLIER", percent=200,
            condition={"field": "member.is_birthday_month", "op": "is", "value": True})  # fmt: skip
    assert till.sell("o-1", line("1", 10_000))["points"]["earned"] == 100
    Member.objects.filter(pk=alice.pk).update(birthday_md=1105)
    assert till.sell("o-2", line("1", 10_000))["points"]["earned"] == 200
    assert till.sell("o-3", line("1", 10_000))["points"]["earned"] == 200
    Member.objects.filter(pk=alice.pk).update(birthday_counts_from_on="2027-01-01")
    assert till.sell("o-4", line("1", 10_000))["points"]["earned"] == 100
    assert trace_of("o-4", "birthday")["seen"] is False


def test_tags_and_the_first_order_count(alice):
    publish("vip", effect="MULTIPLIER", percent=150,
            condition={"field": "member.tags", "op": "contains", "value": ["vip"]})  # fmt: skip
    publish("first", effect="FIXED", points=50,
            condition={"field": "member.is_first_order", "op": "is", "value": True})  # fmt: skip
    assert till.sell("o-1", line("1", 10_000))["points"]["earned"] == 150
    Tag.objects.create(code="vip", name_en="VIP")
    tags.give(members=[alice], code="vip", at=till.NOW)
    assert till.sell("o-2", line("1", 10_000))["points"]["earned"] == 150
    assert trace_of("o-2", "first")["why"] == "condition"


def test_a_daily_cap_trims_says_so_and_has_room_again_after_a_refund_of_that_day(alice):
    publish("double", effect="MULTIPLIER", percent=200, cap_day_points=150)
    assert till.sell("o-1", line("1", 10_000))["points"]["earned"] == 200
    second = till.sell("o-2", line("1", 10_000))
    assert second["points"]["earned"] == 150
    assert trace_of("o-2", "double")["trimmed"] == {"by": "daily_cap", "points": 50}
    third = till.sell("o-3", line("1", 10_000))
    assert third["points"]["earned"] == 100
    assert trace_of("o-3", "double")["why"] == "daily_cap"
    till.give_back(second, "r-1")
    assert till.sell("o-4", line("1", 10_000))["points"]["earned"] == 150
    tomorrow = till.NOW + timedelta(days=1)
    assert till.sell("o-5", line("1", 10_000), when=tomorrow)["points"]["earned"] == 200
    assert ledger_checks.findings() == []


def test_a_cap_of_the_programme_holds_within_a_batch_too(alice):
    Program.objects.update(cap_day_points=250)
    sent = [till.document(f"o-{number}", line("1", 10_000)) for number in range(4)]
    recorded = orders.record_batch(orders=sent, source=till.TILL, at=till.NOW)
    assert [one.answer["points"]["earned"] for one in recorded] == [100, 100, 50, 0]
    assert recorded[2].answer["points"]["breakdown"] == [
        {"id": "rule:base", "points": 100},
        {"id": "cap:daily_cap", "points": -50},
    ]


def test_a_strict_budget_gives_all_or_nothing_and_a_refund_fills_it_again(alice):
    rule = publish("gift", effect="FIXED", points=60, budget_points=100, budget_mode="STRICT")
    first = till.sell("o-1", line("1", 10_000))
    assert first["points"]["earned"] == 160
    assert till.sell("o-2", line("1", 10_000))["points"]["earned"] == 100
    assert trace_of("o-2", "gift")["why"] == "budget"
    till.give_back(first, "r-1")
    assert sum(RuleBudget.objects.filter(rule=rule).values_list("left_points", flat=True)) == 100
    assert till.sell("o-3", line("1", 10_000))["points"]["earned"] == 160


def test_a_partial_budget_gives_what_is_left(alice):
    publish("gift", effect="FIXED", points=60, budget_points=100, budget_mode="PARTIAL")
    earned = [till.sell(f"o-{n}", line("1", 10_000))["points"]["earned"] for n in range(3)]
    assert earned == [160, 140, 100]
    assert trace_of("o-1", "gift")["trimmed"] == {"by": "budget", "points": 20}


def test_an_order_may_form_several_lots_and_a_refund_takes_of_each(alice):
    publish("sale", effect="MULTIPLIER", percent=200, pending_days=10, validity="DAYS",
            validity_count=30)  # fmt: skip
    answer = till.sell("o-1", line("1", 6_000), line("2", 4_000))
    lots = list(Lot.objects.order_by("id"))
    assert [(lot.earned_points, lot.is_pending) for lot in lots] == [(100, False), (100, True)]
    assert [lot["points"] for lot in answer["points"]["lots"]] == [100, 100]
    assert (answer["points"]["earned"], answer["points"]["pending"]) == (200, 100)
    told = till.give_back(answer, "r-1", {"1": 3_000})["points"]
    assert told["clawed_back"] == 60
    assert [lot.remaining_points for lot in Lot.objects.order_by("id")] == [70, 70]
    till.give_back(answer, "r-2")
    assert till.balances(alice) == (0, 0, 0)
    assert ledger_checks.findings() == []


def test_a_bonus_that_no_longer_qualifies_goes_back_whole(alice):
    publish("over100", effect="FIXED", points=50, min_amount=10_000)
    answer = till.sell("o-1", line("1", 8_000), line("2", 4_000))
    assert answer["points"]["earned"] == 170
    assert till.give_back(answer, "r-1", {"2": 2_000})["points"]["clawed_back"] == 20
    assert till.give_back(answer, "r-2", {"2": 1})["points"]["clawed_back"] == 50 + 1
    assert till.give_back(answer, "r-3")["points"]["clawed_back"] == 99
    assert OrderBonus.objects.get().clawed_points == 50
    assert till.balances(alice) == (0, 0, 0)
    assert ledger_checks.findings() == []


def test_a_bonus_may_go_back_pro_rata(alice):
    publish("gift", effect="FIXED", points=50, on_return="PRORATE")
    answer = till.sell("o-1", line("1", 10_000))
    assert till.give_back(answer, "r-1", {"1": 3_333})["points"]["clawed_back"] == 34 + 17
    assert till.give_back(answer, "r-2")["points"]["clawed_back"] == 66 + 33
    assert ledger_checks.findings() == []


def test_a_bonus_for_a_category_is_judged_again_on_what_is_left_of_it(alice):
    publish("skincare", effect="FIXED", points=50, min_quantity=2,
            condition=is_("line.category", "skincare"))  # fmt: skip
    answer = till.sell(
        "o-1",
        line("1", 6_000, category="skincare", quantity="2"),
        line("2", 4_000, category="food"),
    )
    assert answer["points"]["earned"] == 150
    assert till.give_back(answer, "r-1", {"2": 4_000})["points"]["clawed_back"] == 40
    bonus = OrderBonus.objects.get()
    assert bonus.facts["lines"] == {"line.category": ["skincare", "food"]}
    told = till.give_back(answer, "r-2", {"1": 6_000})["points"]
    assert told["clawed_back"] == 60 + 50


def test_qualifying_points_come_with_the_money_and_go_with_it(alice):
    Program.objects.update(qualifying_points=1, qualifying_per_amount=1_000)
    answer = till.sell("o-1", line("1", 10_990))
    order = Order.objects.get()
    assert order.qualifying_points == 10
    till.give_back(answer, "r-1", {"1": 990})
    till.give_back(answer, "r-2", {"1": 100})
    order.refresh_from_db()
    assert order.returned_qualifying_points == 1
    till.give_back(answer, "r-3")
    order.refresh_from_db()
    assert order.returned_qualifying_points == 10
    alice.account.refresh_from_db()
    assert alice.account.window_qualifying_points == 0


def test_how_a_group_combines_is_seen_by_the_next_order(alice):
    group = StackingGroup.objects.create(program=Program.objects.get(), code="g", mode="ADD")
    for code in ("a", "b"):
        publish(code, effect="MULTIPLIER", percent=200, group=group)
    assert till.sell("o-1", line("1", 10_000))["points"]["earned"] == 300
    group.mode = "BEST"
    group.save()
    assert till.sell("o-2", line("1", 10_000))["points"]["earned"] == 200


def test_a_sale_without_a_member_uses_no_cap_and_no_budget(shop):
    publish("gift", effect="FIXED", points=60, budget_points=100, cap_day_points=100)
    till.sell("o-1", line("1", 10_000), phone=None)
    assert RuleUse.objects.count() == 0
