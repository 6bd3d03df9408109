"""Judging a condition: compiled once to closures, since a till waits for it per line."""

from collections.abc import Callable, Mapping
from typing import Any

from members.rules.conditions_shapes import All, Facts, Leaf, Node, Not, Op, Test


def compile_test(root: Node | None) -> Test:
    """A function of the facts. A fact that is missing meets no leaf but `ne` and `not_in`, which
    are `not` of `eq` and `in`: so `not` is never unknown."""
    if root is None:
        return _always
    return _node(root)


def _node(node: Node) -> Test:
    if isinstance(node, Leaf):
        return _LEAVES[node.op](node.key, node.value)
    if isinstance(node, Not):
        return _negated(_node(node.part))
    parts = tuple(_node(part) for part in node.parts)
    if len(parts) == 1:
        return parts[0]
    return _all(parts) if isinstance(node, All) else _any(parts)


def _always(facts: Facts) -> bool:
    return True


def _negated(test: Test) -> Test:
    return lambda facts: not test(facts)


def _all(parts: tuple[Test, ...]) -> Test:
    def test(facts: Facts) -> bool:
        # A loop costs less than all() over a generator, and this runs per line and rule.
        for part in parts:  # noqa: SIM110
            if not part(facts):
                return False
        return True

    return test


def _any(parts: tuple[Test, ...]) -> Test:
    def test(facts: Facts) -> bool:
        for part in parts:  # noqa: SIM110
            if part(facts):
                return True
        return False

    return test


def _compared(is_met: Callable[[Any, Any], bool]) -> Callable[[str, Any], Test]:
    def leaf(code: str, value: Any) -> Test:
        def test(facts: Facts) -> bool:
            seen = facts.get(code)
            return seen is not None and is_met(seen, value)

        return test

    return leaf


def _equal(code: str, value: Any) -> Test:
    return lambda facts: bool(facts.get(code) == value)


def _among(code: str, value: Any) -> Test:
    values = frozenset(value)
    return lambda facts: facts.get(code) in values


def _contains(code: str, value: Any) -> Test:
    values = frozenset(value)

    def test(facts: Facts) -> bool:
        seen = facts.get(code)
        return seen is not None and not values.isdisjoint(seen)

    return test


_LEAVES: Mapping[Op, Callable[[str, Any], Test]] = {
    Op.EQ: _equal,
    Op.NE: lambda code, value: _negated(_equal(code, value)),
    Op.LT: _compared(lambda seen, value: seen < value),
    Op.LTE: _compared(lambda seen, value: seen <= value),
    Op.GT: _compared(lambda seen, value: seen > value),
    Op.GTE: _compared(lambda seen, value: seen >= value),
    Op.BETWEEN: _compared(lambda seen, value: value[0] <= seen <= value[1]),
    Op.IN: _among,
    Op.NOT_IN: lambda code, value: _negated(_among(code, value)),
    Op.CONTAINS: _contains,
    Op.IS: _equal,
}


def is_compared(op: Op, seen: Any, value: Any) -> bool:
    """Whether one value that is known meets a comparison."""
    return _LEAVES[op]("seen", value)({"seen": seen})
