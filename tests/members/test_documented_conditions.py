"""docs/algorithms/conditions.md, run row by row."""

import json
from datetime import date

import pytest

from members.rules import conditions
from members.rules.conditions import OPS, BadCondition, Codes, Days, Field, Type
from tests import documented
from tests.documented import Row

PAGE = "algorithms/conditions.md"


def rows(heading: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", documented.rows(PAGE, heading), ids=str)


def seen(row: Row, kind: Type) -> dict[str, object]:
    if row.text("seen") == "missing":
        return {}
    value = json.loads(row.text("seen"))
    if kind == Type.DATE:
        value = date.fromisoformat(value)
    return {"fact": set(value) if kind == Type.SET else value}


@rows("Comparisons")
def test_a_comparison_is_met_as_the_page_says(row: Row) -> None:
    kind = Type(row.text("type"))
    fields = {"fact": Field("fact", kind, OPS[kind], "ORDER")}
    tree = {"field": "fact", "op": row.text("op"), "value": json.loads(row.text("value"))}

    condition = conditions.parse(tree, fields)
    opposite = conditions.parse({"not": tree}, fields)

    is_met = row.text("met") == "yes"
    assert conditions.matches(condition, seen(row, kind)) is is_met
    assert conditions.matches(opposite, seen(row, kind)) is not is_met


@rows("Limits")
def test_a_condition_of_the_largest_size_is_read_and_a_larger_one_is_not(row: Row) -> None:
    fields = {"fact": Field("fact", Type.TEXT, OPS[Type.TEXT], "ORDER")}
    size, width = row.number("characters"), row.number("values")
    values = [f"{number:0{size}d}"[:size] for number in range(width)]
    tree: dict[str, object] = {"field": "fact", "op": "in", "value": values}
    if row.number("comparisons") > 1:
        tree = {"all": [tree] * row.number("comparisons")}
    else:
        for _ in range(row.number("groups around a comparison")):
            tree = {"any": [tree]}

    if row.text("read") == "yes":
        assert not conditions.parse(tree, fields).is_always
        return
    with pytest.raises(BadCondition) as refused:
        conditions.parse(tree, fields)
    assert refused.value.problem == row.text("read")


@rows("Windows and codes")
def test_a_window_and_codes_are_read_where_the_field_takes_them(row: Row) -> None:
    days, of = row.text("the field's days"), row.text("the field's of")
    field = Field(
        "fact",
        Type.INTEGER,
        OPS[Type.INTEGER],
        "MEMBER",
        days=None if days == "none" else Days(most=365, is_needed=days == "needs"),
        of=None if of == "none" else Codes(most=3, is_needed=of == "needs"),
    )
    tree: dict[str, object] = {"field": "fact", "op": "gte", "value": 1}
    for name in ("days", "of"):
        if row.text(name) != "–":
            tree[name] = json.loads(row.text(name))

    found = [problem.problem for problem in conditions.problems(tree, {"fact": field})]

    assert found == ([] if row.text("read") == "yes" else [row.text("read")])
    if not found:
        leaf = conditions.parse(tree, {"fact": field}).leaves[0]
        assert leaf.days == tree.get("days")
        assert leaf.of == tuple(dict.fromkeys(json.loads(row.text("of")) if "of" in tree else ()))
