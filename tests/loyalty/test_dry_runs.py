"""A dry run says exactly what the order will earn, and writes nothing."""

from datetime import timedelta

import pytest

from loyalty.models import Account, EarningRule, Order, RuleBudget, RuleUse, Tier
from loyalty.services import dry_runs
from loyalty.services.dry_runs import Basket, BasketLine, Person
from members.errors import NotFound
from tests.loyalty import tier_shop, till
from tests.loyalty.test_rules_on_orders import is_, publish
from tests.loyalty.till import line

pytestmark = pytest.mark.django_db
CREAM = BasketLine(10_000, sku="CREAM", category="skincare")


def _run(basket, **options):
    return dry_runs.dry_run(basket=basket, at=till.NOW, **options)


def _draft(code, **settings):
    return publish(code, state="DRAFT", valid_from=till.NOW + timedelta(days=30), **settings)


def test_a_dry_run_says_what_the_order_then_earns(alice):
    publish("skincare", effect="MULTIPLIER", percent=300, cap_day_points=150,
            condition=is_("line.category", "skincare"))  # fmt: skip
    publish("gift", effect="FIXED", points=60, budget_points=100, budget_mode="PARTIAL")
    Account.objects.filter(member_id=alice.pk).update(tier=Tier.objects.get(code="gold"))
    for number, points in enumerate((150 + 150 + 60, 150 + 40, 150)):
        said = _run(Basket((CREAM,), "SH01", "pos", alice.pk))
        earned = till.sell(f"o-{number}", line("1", 10_000, sku="CREAM", category="skincare"))
        assert said.points == earned["points"]["earned"] == points
        assert list(said.breakdown) == earned["points"]["breakdown"]
        assert said.trace == Order.objects.get(external_id=f"o-{number}").trace


def test_a_dry_run_writes_nothing(alice):
    publish("gift", effect="FIXED", points=60, budget_points=100, cap_day_points=60)
    for _ in range(2):
        assert _run(Basket((CREAM,), "SH01", "pos", alice.pk)).points == 160
    assert RuleUse.objects.count() == RuleBudget.objects.count() == Order.objects.count() == 0


def test_a_draft_stands_for_all_versions_of_its_code_whatever_its_period(alice):
    draft = _draft("base", version=2, points=3)
    assert _run(Basket((CREAM,), "SH01", "pos", alice.pk)).points == 100
    assert _run(Basket((CREAM,), "SH01", "pos", alice.pk), draft_ids=[draft.pk]).points == 300
    assert EarningRule.objects.get(pk=draft.pk).state == "DRAFT"


def test_somebody_may_be_described_instead_of_named(shop):
    publish("birthday", effect="MULTIPLIER", percent=200,
            condition={"field": "member.is_birthday_month", "op": "is", "value": True})  # fmt: skip
    publish("first", effect="FIXED", points=50,
            condition={"field": "member.is_first_order", "op": "is", "value": True})  # fmt: skip
    gold = Person(tier="gold", order_number=2, is_birthday_month=True)
    assert _run(Basket((CREAM,), person=gold)).points == 300
    assert _run(Basket((CREAM,), person=Person())).points == 150
    with pytest.raises(NotFound):
        _run(Basket((CREAM,), person=Person(tier="iron")))
    with pytest.raises(NotFound):
        _run(Basket((CREAM,), store="XX99"))


def test_a_tier_whose_term_ended_counts_no_more_without_the_night(alice):
    tier_shop.set_up()
    tier_shop.buy("o-1", 3_000)
    basket = Basket((BasketLine(10_000),), "SH01", "pos", alice.pk)
    for day, points in (("2027-11-21T23:59:59", 120), ("2027-11-22T00:00", 100)):
        said = dry_runs.dry_run(basket=basket, at=till.at(day))
        assert said.points == points
    assert said.tier == "member"
    earned = tier_shop.buy("o-2", 100, till.at("2027-11-22T00:00"))
    assert earned["points"]["earned"] == said.points
    assert Order.objects.get(external_id="o-2").trace == said.trace
