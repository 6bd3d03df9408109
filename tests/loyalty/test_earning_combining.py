"""Several rules on one order: groups, caps, lots, bonuses. No database."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.earning_caps import Limits, Used
from loyalty.rules.earning_compile import Caps, Group, Life
from tests.loyalty import rules
from tests.loyalty.rules import Line, award, bonus, brought, buyer, per_amount, times, why

GOLD = buyer("gold", 150)


@pytest.mark.parametrize(("mode", "points"), [("MULTIPLY", 300), ("ADD", 250), ("BEST", 200)])
def test_tier_and_weekend_in_one_group_are_combined_by_its_mode(mode, points):
    group = Group("group:usual", mode)
    given = award(
        [per_amount(), times("weekend", 200, group=group)], [10_000], buyer=GOLD, tier_group=group
    )
    assert given.points == points
    assert sum(brought(given).values()) == points


def test_groups_multiply_each_other_and_the_floor_comes_last():
    given = award([per_amount(), times("weekend", 130), times("app", 110)], [9_990], buyer=GOLD)
    # 99.9 × 1.5 × 1.3 × 1.1 = 214.2855
    assert given.points == 214
    assert brought(given) == {
        "rule:base": 99, "tier:gold": 50, "rule:app": 15, "rule:weekend": 50,
    }  # fmt: skip


def test_base_rules_of_different_groups_add_up():
    skincare = per_amount("skincare", _is("line.category", "skincare"), points=2)
    given = award([per_amount(), skincare], [Line(10_000, category="skincare"), Line(5_000)])
    assert given.points == 150 + 200
    assert given.line_points == (300, 50)


def test_of_base_rules_in_a_best_group_each_line_keeps_the_better():
    group = Group("group:base", "BEST")
    plain = per_amount(group=group)
    skincare = per_amount("skincare", _is("line.category", "skincare"), points=3, group=group)
    given = award([plain, skincare], [Line(10_000, category="skincare"), Line(5_000)])
    assert given.line_points == (300, 50)
    assert brought(given) == {"rule:base": 50, "rule:skincare": 300}


def test_who_loses_in_a_best_group_on_every_line_is_told_to_whom():
    group = Group("group:base", "BEST")
    given = award([per_amount(group=group), per_amount("double", points=2, group=group)], [10_000])
    assert given.points == 200
    assert brought(given) == {"rule:double": 200}
    assert (why(given, "base")["why"], why(given, "base")["to"]) == ("lost", "double")


def test_a_multiplier_of_lines_touches_no_other_line():
    given = award(
        [per_amount(), times("skincare", 300, _is("line.category", "skincare"))],
        [Line(10_000, category="skincare"), Line(5_000, category="food")],
    )
    assert given.line_points == (300, 50)
    assert why(given, "skincare")["lines"] == [1]


def test_a_bonus_is_not_multiplied_and_belongs_to_no_line():
    given = award([per_amount(), bonus("welcome", 88)], [10_000], buyer=GOLD)
    assert (given.points, given.line_points) == (150 + 88, (150,))
    assert brought(given)["rule:welcome"] == 88


def test_of_bonuses_in_a_best_group_only_the_largest_counts():
    group = Group("group:gifts", "BEST")
    given = award([per_amount(), bonus("a", 50, group=group), bonus("b", 80, group=group)], [100])
    assert given.points == 81
    assert why(given, "a")["to"] == "b"


def test_a_threshold_counts_money_of_the_lines_that_match():
    skincare = bonus("skincare", 50, _is("line.category", "skincare"), min_amount=10_000)
    given = award([per_amount(), skincare], [Line(9_999, category="skincare"), Line(10_000)])
    assert given.points == 199
    row = why(given, "skincare")
    assert (row["hit"], row["why"], row["wanted"], row["seen"]) == (
        False, "min_amount", 10_000, 9_999,
    )  # fmt: skip


def test_a_quantity_may_be_asked_for_as_well():
    three = bonus("three", 50, min_quantity=3)
    lines = [Line(100, quantity=Decimal("1.500")), Line(100, quantity=Decimal("1.5"))]
    assert award([per_amount(), three], lines).points == 52
    assert award([per_amount(), three], lines[:1]).points == 1


def test_a_condition_that_fails_says_which_comparison_and_what_it_saw():
    given = award([per_amount(), times("silver", 200, _is("member.tier", "silver"))], [100])
    assert why(given, "silver") == {
        "rule": "silver",
        "version": 1,
        "effect": "MULTIPLIER",
        "hit": False,
        "percent": 200,
        "why": "condition",
        "field": "member.tier",
        "op": "eq",
        "wanted": "silver",
        "seen": "member",
    }


def test_a_trace_never_says_the_birthday_nor_the_tags():
    rule = times("vip", 200, {"field": "member.tags", "op": "contains", "value": ["vip"]})
    who = buyer(tags=frozenset({"churn-risk"}), birthday_md=517)
    given = award([per_amount(), rule], [100], buyer=who)
    assert why(given, "vip")["seen"] is None
    assert "517" not in str(given.trace)
    assert "churn" not in str(given.trace)


def test_a_rule_that_is_live_elsewhere_misses():
    pilot = times("pilot", 200, store_ids=frozenset({7}))
    assert award([per_amount(), pilot], [10_000], store_id=7).points == 200
    elsewhere = award([per_amount(), pilot], [10_000], store_id=8)
    assert elsewhere.points == 100
    assert why(elsewhere, "pilot")["why"] == "store"


def test_a_rule_that_ended_yesterday_is_told_and_one_of_last_year_is_not():
    ended = times("sale", 200, valid_until=rules.at("2026-11-20"))
    old = times("old", 200, valid_until=rules.at("2026-02-01"))
    given = award([per_amount(), ended, old], [10_000])
    assert given.points == 100
    assert why(given, "sale")["why"] == "not_in_force"
    assert [row["rule"] for row in given.trace["rules"]] == ["base", "sale"]


def test_an_older_version_does_not_come_to_life_when_the_newer_ends():
    first = per_amount(points=5)
    second = per_amount(version=2, valid_from=rules.at("2026-06-01"),
                        valid_until=rules.at("2026-07-01"))  # fmt: skip
    assert award([first, second], [10_000], when=rules.at("2026-05-31")).points == 500
    assert award([first, second], [10_000], when=rules.at("2026-06-30")).points == 100
    assert award([first, second], [10_000], when=rules.at("2026-07-01")).points == 0


@pytest.mark.parametrize(
    ("used", "points", "reason"),
    [
        (Used(), 80, "order_cap"),
        (Used(day=50, month=50, member=50), 50, "daily_cap"),
        (Used(day=50, month=280, member=280), 20, "monthly_cap"),
        (Used(day=0, month=0, member=990), 10, "member_cap"),
    ],
)
def test_the_tightest_cap_of_a_rule_trims_and_is_named(used, points, reason):
    base = per_amount(caps=Caps(80, 100, 300, 1_000))
    given = award([base], [10_000], limits=Limits({"base": used}))
    assert given.points == points
    assert why(given, "base")["trimmed"] == {"by": reason, "points": 100 - points}


def test_a_cap_that_is_used_up_is_a_miss_and_leaves_the_field_to_others():
    group = Group("group:base", "BEST")
    dear = per_amount("dear", points=5, group=group, caps=Caps(day=100))
    given = award([per_amount(group=group), dear], [10_000], limits=Limits({"dear": Used(day=100)}))
    assert given.points == 100
    assert why(given, "dear")["why"] == "daily_cap"


def test_a_base_is_capped_before_the_tier_multiplies_it():
    given = award([per_amount(caps=Caps(order=500))], [100_000, 100_000], buyer=GOLD)
    assert given.points == 750
    assert given.line_points == (375, 375)
    assert brought(given) == {"rule:base": 500, "tier:gold": 250}


def test_a_capped_multiplier_adds_no_more_than_its_cap():
    given = award([per_amount(), times("double", 200, caps=Caps(order=30))], [10_000], buyer=GOLD)
    assert brought(given) == {"rule:base": 100, "tier:gold": 50, "rule:double": 30}
    assert given.line_points == (180,)


def test_what_lowers_points_never_takes_away_what_a_cap_has_cut():
    capped = times("double", 300, caps=Caps(order=1))
    given = award([per_amount(), capped, times("none", 0, caps=Caps(order=5))], [300], buyer=GOLD)
    assert given.points == 0
    assert given.line_points == (0,)


def test_the_programmes_cap_cuts_bonuses_first():
    given = award(
        [per_amount(), bonus("gift", 50)], [10_000], caps=Caps(day=200),
        limits=Limits({"": Used(day=80)}),
    )  # fmt: skip
    assert (given.points, given.line_points) == (120, (100,))
    assert given.trace["trimmed"] == {"by": "daily_cap", "points": 30}
    assert sum(brought(given).values()) == 120


def test_the_programmes_cap_cuts_lines_when_bonuses_are_gone():
    given = award([per_amount(), bonus("gift", 50)], [10_000, 5_000], caps=Caps(order=60))
    assert (given.points, given.line_points) == (60, (40, 20))
    assert sum(brought(given).values()) == 60


def test_a_budget_gives_no_more_than_it_grants():
    base = per_amount(budget_id=1, is_strict=False)
    given = award([base], [10_000], limits=Limits(grants={base.id: 40}))
    assert given.points == 40
    assert why(given, "base")["trimmed"] == {"by": "budget", "points": 60}
    empty = award([base], [10_000], limits=Limits(grants={base.id: 0}))
    assert (empty.points, why(empty, "base")["why"]) == (0, "budget")


def test_points_with_a_life_of_their_own_make_a_lot_of_their_own():
    short = times("sale", 200, life=Life(pending_days=0))
    given = award([per_amount(), short, bonus("gift", 7)], [6_000, 4_000], buyer=GOLD)
    assert [(lot.points, lot.line_points) for lot in given.lots] == [
        (157, (90, 60)), (150, (90, 60)),
    ]  # fmt: skip
    assert given.line_points == (180, 120)


@pytest.mark.parametrize(
    ("day", "month", "is_day"),
    [("2027-02-28", True, True), ("2028-02-28", True, False), ("2028-02-29", True, True),
     ("2027-03-01", False, False)],
)  # fmt: skip
def test_the_29th_of_february_falls_on_the_28th_in_common_years(day, month, is_day):
    seen = rules.facts([1], who=buyer(birthday_md=229), when=rules.at(f"{day}T12:00")).of_order()
    assert (seen["member.is_birthday_month"], seen["member.is_birthday"]) == (month, is_day)


def test_a_birthday_that_does_not_count_yet_is_none():
    who = buyer(birthday_md=1121, birthday_counts_from_on=rules.at("2027-01-01").date())
    assert rules.facts([1], who=who).of_order()["member.is_birthday"] is False


_MODES = st.sampled_from(["MULTIPLY", "ADD", "BEST"])


@st.composite
def _sets(draw):
    groups = [Group(f"group:{name}", draw(_MODES)) for name in "ab"]
    found = []
    for number in range(draw(st.integers(1, 5))):
        settings = {"group": draw(st.sampled_from([None, *groups]))}
        if draw(st.booleans()):
            settings["caps"] = Caps(order=draw(st.integers(1, 300)))
        condition = draw(st.sampled_from([None, _is("line.category", "x")]))
        kind = draw(st.sampled_from(["base", "times", "bonus"]))
        if kind == "base":
            settings["points"] = draw(st.integers(1, 5))
            settings["per_amount"] = draw(st.sampled_from([100, 300, 1_000]))
            made = per_amount(f"r{number}", condition, **settings)
        elif kind == "times":
            made = times(f"r{number}", draw(st.integers(0, 300)), condition, **settings)
        else:
            made = bonus(f"r{number}", draw(st.integers(1, 90)), condition, **settings)
        found.append(made)
    return [per_amount(), *found], groups


@given(
    made=_sets(),
    amounts=st.lists(st.tuples(st.integers(0, 90_000), st.booleans()), min_size=1, max_size=6),
    percent=st.sampled_from([100, 120, 150, 200]),
    cap=st.sampled_from([None, 50, 1_000]),
    dice=st.randoms(),
)
def test_the_order_of_lines_or_rules_never_changes_the_total_and_parts_sum(
    made, amounts, percent, cap, dice
):
    found, groups = made
    lines = [Line(amount, category="x" if is_x else "y") for amount, is_x in amounts]
    options = {
        "buyer": buyer("t", percent), "caps": Caps(order=cap), "tier_group": groups[0],
    }  # fmt: skip
    first = award(found, lines, **options)
    assert sum(first.line_points) + sum(one.points for one in first.bonuses) == first.points
    assert sum(lot.points for lot in first.lots) == first.points
    assert sum(brought(first).values()) == first.points
    assert all(points >= 0 for points in first.line_points)
    dice.shuffle(found)
    dice.shuffle(lines)
    assert award(found, lines, **options).points == first.points


def _is(field, value):
    return {"field": field, "op": "eq", "value": value}
