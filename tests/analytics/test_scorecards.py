"""Scorecards: what is attained, what it comes to, and the pages of both."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from django.urls import reverse

from analytics.models import Scorecard, ScorecardItem
from analytics.registry.measures import Value
from analytics.rules import ratios
from analytics.rules.scorecards import Goal, attained, score
from analytics.selectors import scorecards
from analytics.selectors.figures import Unit
from analytics.selectors.filters import Filters, Period
from analytics.services import scorecards as service
from loyalty.models import Program
from tests import documented
from tests.analytics.shop import bought
from tests.console import staff

PAGE = "algorithms/scorecards.md"
MARCH = Filters(period=Period(from_on=date(2026, 3, 1), to_on=date(2026, 3, 31)))


def number(text):
    return None if text == "unknown" else Fraction(text)


def percent(part):
    return "unknown" if part is None else str(ratios.percent(part, 1))


@pytest.mark.parametrize(
    "row", documented.rows(PAGE, "The part of a target that is reached (run)"), ids=str
)
def test_the_part_of_a_target_is_what_the_page_says(row):
    goal = Goal(
        target=Fraction(row.text("target")),
        weight=1,
        is_lower_better=row.text("better") == "lower",
    )
    assert percent(attained(goal, number(row.text("figure")))) == row.text("reached, %")


@pytest.mark.parametrize("row", documented.rows(PAGE, "The score (run)"), ids=str)
def test_a_score_is_what_the_page_says(row):
    weights = [int(one) for one in row.text("weights").split(", ")]
    parts = [number(one) for one in row.text("reached, %").split(", ")]
    goals = [Goal(target=Fraction(1), weight=weight) for weight in weights]
    found = score(
        (goal, None if part is None else part / 100)
        for goal, part in zip(goals, parts, strict=True)
    )
    assert percent(found) == row.text("score, %")


def test_a_percentage_is_judged_before_it_is_rounded():
    # 59.96 %, shown as 60.0.
    value = Value(value=Decimal("60.0"), numerator=1_499, denominator=2_500)
    assert scorecards.exact(Unit.PERCENT, value) == Fraction("59.96")
    assert attained(Goal(target=Fraction(60), weight=1), Fraction("59.96")) < 1


@pytest.mark.django_db
def test_a_new_installation_has_one_card_and_a_repeat_leaves_what_was_changed(shop):
    assert service.install()
    ScorecardItem.objects.filter(measure="nps").update(target=50)
    assert not service.install()
    assert list(ScorecardItem.objects.values_list("measure", "weight_percent", "target")) == [
        ("member_share", 25, Decimal(60)),
        ("points_used_rate", 15, Decimal(30)),
        ("returning_rate", 20, Decimal(50)),
        ("repurchase_first_90", 20, Decimal(40)),
        ("nps", 20, Decimal(50)),
    ]


@pytest.mark.django_db
def test_a_card_leaves_out_what_can_not_be_told_and_names_what_is_no_longer_defined(shop):
    card = Scorecard.objects.create(code="own", name_en="Own")
    for code, weight in (("member_share", 60), ("nps", 20), ("gone", 20)):
        ScorecardItem.objects.create(scorecard=card, measure=code, weight_percent=weight, target=50)
    found = scorecards.read(card, MARCH)
    assert [(line.measure.code, line.part) for line in found.lines] == [
        ("member_share", None),
        ("nps", None),
    ]
    assert (found.score, found.unknown) == (None, ["gone"])


def form(weight="100", target="199.00"):
    return {
        "code": "own", "name_en": "Own", "name_zh": "",
        "items-TOTAL_FORMS": "1", "items-INITIAL_FORMS": "0",
        "items-0-measure": "aov", "items-0-target": target,
        "items-0-weight_percent": weight, "items-0-order": "0",
    }  # fmt: skip


@pytest.mark.django_db
def test_an_amount_is_typed_in_yuan_and_kept_in_fen(shop, empty_cache):
    browser = staff.logged_in("chief", "administrator")
    answer = browser.post(reverse("admin:analytics_scorecard_add"), form())
    assert answer.status_code == 302
    item = ScorecardItem.objects.get()
    assert (item.measure, item.target) == ("aov", Decimal(19_900))
    shown = staff.text(
        browser.get(reverse("admin:analytics_scorecard_change", args=[item.scorecard_id]))
    )
    assert 'value="199' in shown


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("currency", "right", "kept", "wrong"),
    [("JPY", "1200", 1_200, "5.5"), ("KWD", "1.234", 1_234, "1.2345"), ("CNY", "0", 0, "0.001")],
)
def test_a_target_has_as_many_decimals_as_its_currency(
    shop, empty_cache, currency, right, kept, wrong
):
    Program.objects.update(currency=currency)
    browser = staff.logged_in("chief", "administrator")
    add = reverse("admin:analytics_scorecard_add")
    assert browser.post(add, form(target=wrong)).status_code == 200
    assert not Scorecard.objects.exists()

    assert browser.post(add, form(target=right)).status_code == 302
    item = ScorecardItem.objects.get()
    assert item.target == kept
    change = reverse("admin:analytics_scorecard_change", args=[item.scorecard_id])
    assert f'value="{right}"' in staff.text(browser.get(change))


@pytest.mark.django_db
def test_weights_that_are_no_whole_are_refused_and_nothing_is_kept(shop, empty_cache):
    browser = staff.logged_in("chief", "administrator")
    shown = staff.text(browser.post(reverse("admin:analytics_scorecard_add"), form(weight="90")))
    assert "The weights are 90 % together: make them 100 %." in shown
    assert not Scorecard.objects.exists()


@pytest.mark.django_db
def test_the_page_says_what_each_target_came_to(shop, alice, empty_cache):
    bought(alice, 10_000)
    browser = staff.logged_in("chief", "administrator")
    browser.post(reverse("admin:analytics_scorecard_add"), form(target="400.00"))
    shown = staff.text(browser.get(reverse("admin:analytics_dashboard_scorecard")))
    assert "≥ ¥400.00" in shown
