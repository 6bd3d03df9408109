"""Conditions against their naive meaning, and against whatever may come."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from members.rules import conditions
from members.rules.conditions import BadCondition, Type
from tests.members.test_conditions import FIELDS, leaf


# The naive meaning, written apart from the compiler: it walks the tree for each question.
def naive(tree, facts):
    if not tree:
        return True
    if "all" in tree:
        return all(naive(part, facts) for part in tree["all"])
    if "any" in tree:
        return any(naive(part, facts) for part in tree["any"])
    if "not" in tree:
        return not naive(tree["not"], facts)
    return naive_leaf(tree["op"], tree["value"], facts.get(tree["field"]))


def naive_leaf(op, value, seen):
    if op in {"ne", "not_in"}:
        return not naive_leaf({"ne": "eq", "not_in": "in"}[op], value, seen)
    if seen is None:
        return False
    if isinstance(seen, date):
        value = [date.fromisoformat(one) for one in value] if op == "between" else value
        value = date.fromisoformat(value) if isinstance(value, str) else value
    meanings = {
        "eq": lambda: seen == value,
        "is": lambda: seen == value,
        "lt": lambda: seen < value,
        "lte": lambda: seen <= value,
        "gt": lambda: seen > value,
        "gte": lambda: seen >= value,
        "between": lambda: value[0] <= seen <= value[1],
        "in": lambda: seen in value,
        "contains": lambda: any(one in seen for one in value),
    }
    return meanings[op]()


VALUES = {
    Type.AMOUNT: st.integers(0, 9),
    Type.INTEGER: st.integers(1, 7),
    Type.TEXT: st.sampled_from("abc"),
    Type.CHOICE: st.sampled_from("abc"),
    Type.SET: st.sampled_from("abc"),
    Type.BOOLEAN: st.booleans(),
    Type.DATE: st.dates(date(2026, 1, 1), date(2026, 1, 9)).map(date.isoformat),
}
FACTS = {
    code: {
        Type.SET: st.sets(st.sampled_from("abc")),
        Type.DATE: st.dates(date(2026, 1, 1), date(2026, 1, 9)),
    }.get(field.type, VALUES[field.type])
    for code, field in FIELDS.items()
}


@st.composite
def leaves(draw):
    field = draw(st.sampled_from(list(FIELDS.values())))
    op = draw(st.sampled_from(field.ops))
    value = VALUES[field.type]
    if op == "between":
        return leaf(field.code, "between", sorted(draw(st.tuples(value, value))))
    if op in {"in", "not_in", "contains"}:
        return leaf(field.code, op.value, draw(st.lists(value, min_size=1, max_size=4)))
    return leaf(field.code, op.value, draw(value))


def groups(inner):
    parts = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        parts.map(lambda found: {"all": found}),
        parts.map(lambda found: {"any": found}),
        inner.map(lambda found: {"not": found}),
    )


def trees(levels):
    return leaves() if levels == 0 else st.one_of(leaves(), groups(trees(levels - 1)))


@given(
    trees(4),
    st.fixed_dictionaries({}, optional={code: st.none() | made for code, made in FACTS.items()}),
)
def test_a_compiled_condition_means_what_its_tree_says(tree, facts):
    condition = conditions.parse(tree, FIELDS)

    assert conditions.matches(condition, facts) is naive(tree, facts)
    assert {one.path for one in conditions.explain(condition, facts)} == {
        one.path for one in condition.leaves
    }
    for told, seen in zip(conditions.explain(condition, facts), condition.leaves, strict=True):
        assert told.seen == facts.get(seen.field.code)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["all", "any", "not", "field", "op", "value", "x"]), inner, max_size=3
        )
    ),
    max_leaves=20,
)


@given(ANYTHING)
def test_whatever_comes_is_read_or_refused_in_words(tree):
    found = conditions.problems(tree, FIELDS)
    try:
        condition = conditions.parse(tree, FIELDS)
    except BadCondition as refused:
        assert found[0].path == refused.path
        assert found[0].message.endswith((".", "]."))
    else:
        assert found == ()
        assert conditions.matches(condition, {}) in {True, False}
