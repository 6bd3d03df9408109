"""A discount made ready to be judged: what of its scope is asked of the order, what of a line,
and under which keys it is found.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from campaigns.rules.quote_shapes import BEST_OF, COUPON, EXCLUSIVE, Discount, Form, Layer, Step
from loyalty.rules import order_fields
from members.rules.conditions import All, AnyOf, Condition, Leaf, Node, Op
from members.rules.conditions_matching import compile_test
from members.rules.conditions_shapes import Test

# The fields by which an offer is found, the most telling first.
KEYS = ("line.sku", "line.category", "line.brand")
Key = tuple[str, str]
MEMBERS_ONLY = frozenset({"MEMBER_PRICE", "FIRST_ORDER", "BENEFIT"})
# An exchange comes first, then parts of a hundred, then money: best for the member.
_FORMS = {Form.PRICE: 0, Form.PERCENT_OFF: 1, Form.AMOUNT_OFF: 2}
# How what it takes is worked out: the names of the functions in quote_layers.
FREIGHT, BUNDLE, MULTIPLIER, STEPS = "freight", "bundle", "multiplier", "steps"
GIFT, EXCHANGE, HUNDREDTHS, PRICE, MONEY = "gift", "exchange", "hundredths", "price", "money"
ITEM = "item"


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A discount with its scope taken apart. `order_tests` are judged once for the cart, each
    with the first field that it asks for; `line_test` for each line, on its own facts, or with
    those of the order when it `is_mixed`; None: every line. `keys` name the lines that may be in
    scope, all of which are when `is_keyed_exactly`; None: any line may."""

    discount: Discount
    order_tests: tuple[tuple[Test, Node], ...] = ()
    line_test: Test | None = None
    is_mixed: bool = False
    keys: tuple[Key, ...] | None = None
    is_keyed_exactly: bool = False
    part_tests: tuple[Test, ...] = ()
    # What its gifts are worth where it is known, by step; 0: not known.
    gift_values: tuple[int, ...] = ()
    # The least amount in scope that it can apply to.
    threshold: int = 0
    # Freight comes last, whoever pays it.
    layer: Layer = Layer.ORDER
    # How what it takes is worked out.
    way: str = ""
    has_gifts: bool = False
    # The group of which it must be the only one; "": it goes with all that aren't exclusive.
    group: str = ""
    is_exclusive: bool = False
    # Whether nothing is asked of the store, the member or the order.
    is_for_all: bool = True
    # Its place in the evaluation: layer, rank of bundles, form, offers first, id.
    order: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)


def read(discount: Discount, gift_values: Sequence[int] = ()) -> Entry:
    """The entry of a discount."""
    of_order, of_line, mixed = _sorted_out(discount.condition)
    keyed = [keys for node in of_line if (keys := _keys(node)) is not None]
    keys = min(keyed, key=len) if keyed else None
    layer = _layer(discount)
    return Entry(
        discount=discount,
        order_tests=tuple((compile_test(node), node) for node in of_order),
        line_test=compile_test(All((*of_line, *mixed))) if of_line or mixed else None,
        is_mixed=bool(mixed),
        keys=keys if keys is not None else _part_keys(discount),
        is_keyed_exactly=keys is not None and len(of_line) == 1 and not mixed,
        part_tests=tuple(part.condition.test for part in discount.parts),
        gift_values=tuple(gift_values),
        threshold=_threshold(discount),
        layer=layer,
        way=_way(discount, layer),
        has_gifts=bool(discount.gift_sku) or any(map(_gives, discount.steps)),
        group=discount.group if discount.stacking == BEST_OF else "",
        is_exclusive=discount.stacking == EXCLUSIVE,
        is_for_all=not (of_order or discount.store_ids or discount.kind in MEMBERS_ONLY),
        order=(
            layer,
            0,
            _FORMS.get(discount.form, 3),
            discount.what == COUPON,
            discount.id,
        ),
    )


def test_of(node: Node) -> Test:
    """The test of a part of a tree."""
    return compile_test(node)


def leaves(node: Node) -> Iterable[Leaf]:
    """All comparisons of a tree, in its order."""
    if isinstance(node, Leaf):
        yield node
    elif isinstance(node, (All, AnyOf)):
        for part in node.parts:
            yield from leaves(part)
    else:
        yield from leaves(node.part)


def _layer(discount: Discount) -> Layer:
    return Layer.SHIPPING if discount.form is Form.FREE_SHIPPING else discount.layer


def _gives(step: Step) -> bool:
    return bool(step.gift_sku or step.gift_coupon_type)


def _way(discount: Discount, layer: Layer) -> str:
    by_layer = {Layer.ITEM: ITEM, Layer.BUNDLE: BUNDLE, Layer.SHIPPING: FREIGHT}
    if layer in by_layer:
        return by_layer[layer]
    if discount.form is Form.MULTIPLIER:
        return MULTIPLIER
    if discount.steps:
        return STEPS
    if discount.form is Form.PRICE:
        return EXCHANGE if discount.what == COUPON else PRICE
    return {Form.GIFT: GIFT, Form.PERCENT_OFF: HUNDREDTHS}.get(discount.form, MONEY)


def _sorted_out(condition: Condition) -> tuple[list[Node], list[Node], list[Node]]:
    """What must hold together, by what it asks: of the order, of a line, of both."""
    found: tuple[list[Node], list[Node], list[Node]] = ([], [], [])
    for node in _together(condition.root):
        scopes = {leaf.field.scope for leaf in leaves(node)}
        place = 2 if len(scopes) > 1 else 1 if order_fields.LINE in scopes else 0
        found[place].append(node)
    return found


def _together(node: Node | None) -> Iterable[Node]:
    if node is None:
        return
    if not isinstance(node, All):
        yield node
        return
    for part in node.parts:
        yield from _together(part)


def _keys(node: Node) -> tuple[Key, ...] | None:
    """The values one of which a line must have; None: the tree doesn't say."""
    if isinstance(node, Leaf):
        if node.field.code not in KEYS or node.op not in (Op.EQ, Op.IN):
            return None
        values = node.value if node.op is Op.IN else (node.value,)
        return tuple((node.field.code, value) for value in values)
    if not isinstance(node, AnyOf):
        return None
    found: dict[Key, None] = {}
    for part in node.parts:
        keys = _keys(part)
        if keys is None:
            return None
        found.update(dict.fromkeys(keys))
    return tuple(found)


def _part_keys(discount: Discount) -> tuple[Key, ...] | None:
    """A bundle needs pieces of every part: it is found by those of the one with fewest keys."""
    found = []
    for part in discount.parts:
        nodes = [_keys(node) for node in _together(part.condition.root)]
        keyed = [keys for keys in nodes if keys is not None]
        if keyed:
            found.append(min(keyed, key=len))
    return min(found, key=len) if found else None


def _threshold(discount: Discount) -> int:
    lowest = min((step.min_amount for step in discount.steps), default=0)
    return max(discount.min_amount, lowest)
