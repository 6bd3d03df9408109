"""What a discount covered when it was sold, as a scope that asks for products only.

A refund judges the rest of a cart again. Where it was sold, when and to whom can't have changed
by that, and isn't known any more to the last tag: what a condition asks of these was met, since
the discount applied. Source: docs/algorithms/settlements.md, "The rest is judged again".
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from campaigns.rules.quote_shapes import CartLine, Discount
from loyalty.rules import cart_fields, earning_facts
from members.rules import conditions, conditions_matching
from members.rules.conditions import All, Condition, Leaf, Node, Not

_FROM_LINES = frozenset({"order.lines_count", "order.quantity"})
_KNOWN = frozenset(cart_fields.LINE_FIELDS) | _FROM_LINES


def as_sold(
    discount: Discount,
    *,
    sold: Sequence[CartLine],
    left: Sequence[CartLine],
    line_amounts: Mapping[str, int],
) -> Discount | None:
    """The discount for what is `left` of the lines that were `sold`; None when no line in its
    scope is. `line_amounts` are what it took off, by line id.

    What can't be known of a line counts as met, unless the discount took something off and
    nothing of any such line.
    """
    root = discount.condition.root
    if root is None:
        return discount
    unknown = [line.line_id for line in sold if _verdict(root, line, sold) is None]
    counts = not line_amounts or any(line_amounts.get(line_id) for line_id in unknown)
    covered = []
    for line in left:
        verdict = _verdict(root, line, left)
        if verdict or (verdict is None and counts):
            covered.append(line.sku)
    if not covered:
        return None
    return replace(discount, condition=_products(covered, left))


def _products(covered: Sequence[str], left: Sequence[CartLine]) -> Condition:
    tree: dict[str, Any] = {}
    if len(covered) < len(left):
        tree = {"field": "line.sku", "op": "in", "value": sorted(set(covered))}
    return conditions.parse(tree, cart_fields.FIELDS)


def _verdict(root: Node, line: CartLine, lines: Sequence[CartLine]) -> bool | None:
    facts = {
        "line.sku": line.sku,
        "line.category": line.category or None,
        "line.brand": line.brand or None,
        "order.lines_count": len(lines),
        "order.quantity": earning_facts.whole(sum((one.quantity for one in lines), Decimal(0))),
    }
    return _judge(root, facts)


def _judge(node: Node, facts: Mapping[str, Any]) -> bool | None:
    """True, False, or None where it hangs on what isn't known."""
    if isinstance(node, Leaf):
        if node.field.code not in _KNOWN:
            return None
        return conditions_matching.compile_test(node)(facts)
    if isinstance(node, Not):
        inner = _judge(node.part, facts)
        return None if inner is None else not inner
    verdicts = [_judge(part, facts) for part in node.parts]
    decides = not isinstance(node, All)
    if decides in verdicts:
        return decides
    return None if None in verdicts else not decides
