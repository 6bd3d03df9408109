"""Conditions over facts: one grammar for earning rules, tiers, segments and triggers.

A tree is `{"all": […]}`, `{"any": […]}`, `{"not": …}` or `{"field": …, "op": …, "value": …}` over
a closed registry of fields, some of which take `days` and `of` besides; `{}` is always true. Pure:
who asks brings the facts, each under the `key` of its leaf.
Source: docs/algorithms/conditions.md.
"""

from collections.abc import Mapping
from typing import Any

from members.rules import conditions_matching as matching
from members.rules.conditions_parsing import Reader
from members.rules.conditions_shapes import (
    OPS,
    All,
    AnyOf,
    BadCondition,
    Codes,
    Condition,
    Days,
    Field,
    Leaf,
    LeafResult,
    Node,
    Not,
    Op,
    Type,
)

__all__ = [
    "OPS",
    "All",
    "AnyOf",
    "BadCondition",
    "Codes",
    "Condition",
    "Days",
    "Field",
    "Leaf",
    "LeafResult",
    "Node",
    "Not",
    "Op",
    "Type",
    "explain",
    "fields_of",
    "matches",
    "parse",
    "problems",
]


def parse(tree: Mapping[str, Any], fields: Mapping[str, Field]) -> Condition:
    """The checked and compiled condition.

    Raises: BadCondition, for the first mistake; see `problems` for all of them.
    """
    reader = Reader(fields)
    root = reader.read(tree)
    if reader.problems:
        raise reader.problems[0]
    return Condition(root, tuple(reader.leaves), matching.compile_test(root))


def problems(tree: Any, fields: Mapping[str, Field]) -> tuple[BadCondition, ...]:
    """All that is wrong with a tree, each at its place; empty for a good one."""
    reader = Reader(fields)
    reader.read(tree)
    return tuple(reader.problems)


def matches(condition: Condition, facts: Mapping[str, Any]) -> bool:
    """Whether the facts meet the condition. What they don't name is missing, as is None: it
    meets no comparison, and so it meets every `not` of one (`ne` and `not_in` are such)."""
    return condition.test(facts)


def explain(condition: Condition, facts: Mapping[str, Any]) -> tuple[LeafResult, ...]:
    """Each comparison with what it saw, in the order of the tree."""
    return tuple(
        LeafResult(
            field=leaf.field.code,
            op=leaf.op.value,
            value=leaf.value,
            seen=facts.get(leaf.key),
            is_met=matching.compile_test(leaf)(facts),
            path=leaf.path,
            days=leaf.days,
            of=leaf.of,
        )
        for leaf in condition.leaves
    )


def fields_of(condition: Condition) -> frozenset[str]:
    """The codes of the fields it asks for."""
    return frozenset(leaf.field.code for leaf in condition.leaves)
