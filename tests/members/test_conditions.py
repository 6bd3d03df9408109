"""Conditions: the grammar, its limits, its mistakes told at their place, and its meaning."""

from datetime import date

import pytest

from members.rules import conditions
from members.rules.conditions import OPS, BadCondition, Field, Type

FIELDS = {
    field.code: field
    for field in (
        Field("amount", Type.AMOUNT, OPS[Type.AMOUNT], "ORDER", 0),
        Field("weekday", Type.INTEGER, OPS[Type.INTEGER], "ORDER", 1, 7),
        Field("city", Type.TEXT, OPS[Type.TEXT], "ORDER"),
        Field("tier", Type.CHOICE, OPS[Type.CHOICE], "ORDER"),
        Field("is_first", Type.BOOLEAN, OPS[Type.BOOLEAN], "ORDER"),
        Field("day", Type.DATE, OPS[Type.DATE], "ORDER"),
        Field("tags", Type.SET, OPS[Type.SET], "ORDER"),
    )
}
GOLD = {"field": "tier", "op": "eq", "value": "gold"}


def leaf(field, op, value):
    return {"field": field, "op": op, "value": value}


def holds(tree, **facts):
    return conditions.matches(conditions.parse(tree, FIELDS), facts)


def refusal(tree):
    with pytest.raises(BadCondition) as refused:
        conditions.parse(tree, FIELDS)
    return refused.value.path, refused.value.problem


@pytest.mark.parametrize("tree", [{}, {"all": []}, {"any": []}])
def test_an_empty_condition_is_always_true_and_says_so(tree):
    condition = conditions.parse(tree, FIELDS)

    assert condition.is_always
    assert conditions.matches(condition, {})


@pytest.mark.parametrize(
    ("op", "value", "seen", "is_met"),
    [
        ("eq", 500, 500, True),
        ("eq", 500, 501, False),
        ("ne", 500, 501, True),
        ("lt", 500, 499, True),
        ("lt", 500, 500, False),
        ("lte", 500, 500, True),
        ("gt", 500, 500, False),
        ("gt", 500, 501, True),
        ("gte", 500, 500, True),
        ("between", [100, 200], 100, True),
        ("between", [100, 200], 200, True),
        ("between", [100, 200], 201, False),
    ],
)
def test_an_amount_is_compared(op, value, seen, is_met):
    assert holds(leaf("amount", op, value), amount=seen) is is_met


def test_names_days_flags_and_tags_are_compared():
    assert holds(leaf("city", "in", ["Jing'an", "Sanlitun"]), city="Sanlitun")
    assert not holds(leaf("city", "not_in", ["Jing'an", "Sanlitun"]), city="Sanlitun")
    assert holds(leaf("day", "between", ["2026-11-01", "2026-11-11"]), day=date(2026, 11, 11))
    assert not holds(leaf("day", "lt", "2026-11-11"), day=date(2026, 11, 11))
    assert holds(leaf("is_first", "is", False), is_first=False)
    assert not holds(leaf("is_first", "is", True), is_first=False)
    assert holds(leaf("tags", "contains", ["vip", "staff"]), tags={"staff", "new"})
    assert holds(leaf("tags", "contains", "vip"), tags=frozenset({"vip"}))
    assert not holds(leaf("tags", "contains", ["vip"]), tags=set())


@pytest.mark.parametrize("facts", [{}, {"tier": None}])
def test_a_missing_fact_meets_no_comparison_and_every_negation(facts):
    assert not holds(GOLD, **facts)
    assert holds({"not": GOLD}, **facts)
    assert holds(leaf("tier", "ne", "gold"), **facts)
    assert holds(leaf("tier", "not_in", ["gold"]), **facts)
    assert not holds(leaf("amount", "lt", 500), **facts)
    assert not holds({"not": {"not": GOLD}}, **facts)


def test_groups_nest():
    tree = {
        "all": [
            {"any": [leaf("city", "eq", "Shanghai"), leaf("city", "eq", "Beijing")]},
            {"not": leaf("weekday", "in", [6, 7])},
        ]
    }

    assert holds(tree, city="Beijing", weekday=5)
    assert not holds(tree, city="Beijing", weekday=6)
    assert not holds(tree, city="Chengdu", weekday=5)


def test_an_explanation_tells_each_comparison_with_what_it_saw():
    condition = conditions.parse({"all": [GOLD, {"not": leaf("amount", "gte", 500)}]}, FIELDS)

    told = conditions.explain(condition, {"tier": "silver", "amount": 600})

    assert [(one.path, one.field, one.op, one.value, one.seen, one.is_met) for one in told] == [
        ("all[0]", "tier", "eq", "gold", "silver", False),
        ("all[1].not", "amount", "gte", 500, 600, True),
    ]


def test_the_fields_of_a_condition_are_named_once():
    condition = conditions.parse({"any": [GOLD, GOLD, leaf("amount", "gt", 1)]}, FIELDS)

    assert conditions.fields_of(condition) == {"tier", "amount"}


def test_values_are_trimmed_and_listed_once():
    condition = conditions.parse(leaf("city", "in", [" Shanghai ", "Shanghai"]), FIELDS)

    assert condition.leaves[0].value == ("Shanghai",)


@pytest.mark.parametrize(
    ("tree", "path", "problem"),
    [
        ([], "", "not_an_object"),
        ("tier", "", "not_an_object"),
        ({"all": [GOLD], "field": "tier"}, "", "mixed_keys"),
        ({"all": {}}, "all", "not_a_list"),
        ({"all": [GOLD, {"any": []}]}, "all[1].any", "empty_group"),
        ({"not": {}}, "not", "empty_group"),
        ({"none": [GOLD]}, "", "unknown_key"),
        ({"field": "tier", "op": "eq"}, "", "missing_key"),
        (GOLD | {"note": "x"}, "", "unknown_key"),
        ({"all": [GOLD, {"not": leaf("price", "eq", 1)}]}, "all[1].not.field", "unknown_field"),
        (leaf([], "eq", 1), "field", "unknown_field"),
        (leaf("tier", "gte", "gold"), "op", "unknown_op"),
        (leaf("tier", ["eq"], "gold"), "op", "unknown_op"),
        (leaf("tier", "eq", ""), "value", "not_a_text"),
        (leaf("tier", "eq", None), "value", "not_a_text"),
        (leaf("tier", "eq", "g" * 201), "value", "text_too_long"),
        (leaf("tier", "eq", "g\x00ld"), "value", "text_unprintable"),
        (leaf("tier", "in", "gold"), "value", "not_values"),
        (leaf("tier", "in", []), "value", "no_values"),
        (leaf("tier", "in", ["gold", 3]), "value[1]", "not_a_text"),
        (leaf("tier", "in", [str(one) for one in range(501)]), "value", "too_many_values"),
        (leaf("amount", "gte", 10.0), "value", "not_an_amount"),
        (leaf("amount", "gte", True), "value", "not_an_amount"),
        (leaf("amount", "gte", "100"), "value", "not_an_amount"),
        (leaf("amount", "gte", -1), "value", "out_of_range"),
        (leaf("amount", "gte", 10**15 + 1), "value", "out_of_range"),
        (leaf("amount", "between", [1]), "value", "not_a_range"),
        (leaf("amount", "between", [2, 1]), "value", "range_reversed"),
        (leaf("weekday", "eq", 8), "value", "out_of_range"),
        (leaf("weekday", "in", [1, 0]), "value[1]", "out_of_range"),
        (leaf("weekday", "eq", "1"), "value", "not_a_number"),
        (leaf("is_first", "is", 1), "value", "not_a_boolean"),
        (leaf("day", "eq", "2026-02-29"), "value", "not_a_date"),
        (leaf("day", "eq", "2026-W05-1"), "value", "not_a_date"),
        (leaf("day", "between", ["2026-01-01", 5]), "value[1]", "not_a_date"),
    ],
)
def test_a_mistake_is_refused_at_its_place(tree, path, problem):
    assert refusal(tree) == (path, problem)


def nested(depth):
    tree = GOLD
    for _ in range(depth):
        tree = {"not": tree}
    return tree


def test_groups_nest_five_deep_and_not_six():
    assert holds(nested(4), tier="gold")
    assert not holds(nested(5), tier="gold")
    assert refusal(nested(6)) == ("not.not.not.not.not", "too_deep")


def test_a_hundred_comparisons_are_read_and_one_more_is_not():
    assert holds({"all": [GOLD] * 100}, tier="gold")
    assert refusal({"all": [GOLD] * 101}) == ("all", "too_many")
    assert refusal({"all": [{"any": [GOLD] * 60}, {"any": [GOLD] * 60}]}) == (
        "all[1].any[40]",
        "too_many",
    )


def test_all_mistakes_are_told_and_each_says_how_to_mend_it():
    found = conditions.problems(
        {"all": [leaf("price", "eq", 1), GOLD, leaf("tier", "gte", "gold")]}, FIELDS
    )

    assert [(one.path, one.message) for one in found] == [
        ("all[0].field", "There is no field “price”: choose one of the list."),
        ("all[2].op", "“tier” can't be compared with “gte”: use eq, ne, in, not_in."),
    ]


def test_a_mistake_can_be_shown_whatever_was_sent():
    """Half a sign, as JSON can have it, is in no page."""
    found = conditions.problems({"field": "\ud800", "op": "eq", "value": 1}, FIELDS)

    assert [one.message for one in found] == ["There is no field “?”: choose one of the list."]
