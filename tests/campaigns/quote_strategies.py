"""Random carts and the offers and coupons that touch them, small enough to try everything."""

from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import strategies as st

from campaigns.rules.quote_shapes import (
    BEST_OF,
    COUPON,
    EXCLUSIVE,
    INITIAL,
    RUNNING,
    STACKABLE,
    Cart,
    CartLine,
    Discount,
    Floor,
    Form,
    HeldCoupon,
    Left,
    Part,
    Step,
    Wallet,
)
from members.rules.conditions import Condition
from tests.campaigns import carts

SKUS = "ABCD"
# Few prices, so that carts come near thresholds, and ties are frequent.
PRICES = st.sampled_from([1, 99, 1_000, 1_999, 3_333, 5_000, 7_000, 10_000, 19_900])
AMOUNTS = st.sampled_from([1, 500, 1_000, 2_000, 3_300])
THRESHOLDS = st.sampled_from([0, 1_000, 5_000, 9_900, 10_000, 12_000])
HUNDREDTHS = st.sampled_from([500, 1_000, 1_250, 2_000, 3_333, 5_000, 10_000])
KINDS = (
    "STEPPED", "STEPPED", "PERCENT", "LIMITED_PRICE", "BUNDLE", "NTH_ITEM", "FREE_SHIPPING", "GIFT",
)  # fmt: skip
TYPES = ("MONEY_OFF", "MONEY_OFF", "PERCENT_OFF", "EXCHANGE", "FREE_SHIPPING", "GIFT")


@dataclass(frozen=True)
class Case:
    cart: Cart
    discounts: tuple[Discount, ...]
    coupons: tuple[HeldCoupon, ...]
    floors: dict[tuple[str, str], Floor]
    budgets: dict[str, int]

    def __repr__(self) -> str:
        parts = (*self.cart.lines, *map(_told, self.discounts), *self.coupons)
        more = (self.floors, self.budgets, self.cart.shipping_amount, self.cart.percent_base)
        return "\n".join(str(one) for one in (*parts, *more))

    @property
    def wallet(self) -> Wallet:
        left = {code: Left(budget_amount=amount) for code, amount in self.budgets.items()}
        return Wallet(self.coupons, left)


def _told(one: Discount) -> str:
    """What of a discount isn't as always."""
    fields = {name: getattr(one, name) for name in one.__slots__ if name != "condition"}
    told = {name: field for name, field in fields.items() if field}
    return f"{told} on {[leaf.value for leaf in one.condition.leaves]}"


@st.composite
def cases(draw: st.DrawFn, *, most: int = 5) -> Case:
    """A cart with up to `most` offers and coupons."""
    offers = draw(st.lists(st.sampled_from(KINDS), max_size=most))
    types = draw(st.lists(st.sampled_from(TYPES), max_size=most - len(offers)))
    discounts = [_offer(draw, kind, f"o{number}") for number, kind in enumerate(offers)]
    discounts += [_type(draw, kind, f"t{number}") for number, kind in enumerate(types)]
    budgeted = draw(st.lists(st.sampled_from(discounts), max_size=1)) if offers else []
    return Case(
        cart=draw(carts_of_some_lines()),
        discounts=tuple(discounts),
        coupons=tuple(_coupons(draw, [one for one in discounts if one.what == COUPON], most)),
        floors=draw(
            st.sampled_from(
                [{}, {}, {("A", ""): Floor(amount=4_000)}, {("", "tea"): Floor(cost_percent=100)}]
            )
        ),
        budgets={one.code: draw(AMOUNTS) for one in budgeted if one.what != COUPON},
    )


@st.composite
def carts_of_some_lines(draw: st.DrawFn, most: int = 4) -> Cart:
    names = draw(st.lists(st.sampled_from(SKUS), min_size=1, max_size=most))
    return carts.of_lines(
        *(_line(draw, str(number + 1), name) for number, name in enumerate(names)),
        shipping_amount=draw(st.sampled_from([0, 800])),
        percent_base=draw(st.sampled_from([RUNNING, RUNNING, INITIAL])),
    )


def _line(draw: st.DrawFn, line_id: str, sku: str) -> CartLine:
    quantity = draw(st.sampled_from(["1", "1", "2", "0.350", "2.5"]))
    category = "tea" if sku in "AB" else ""
    return carts.line(line_id, sku, draw(PRICES), quantity, category=category, cost_amount=3_000)


def _scope(draw: st.DrawFn) -> Condition:
    names = draw(st.sampled_from(["", "", "A", "AB", "BC", "tea"]))
    if names == "tea":
        return carts.where({"field": "line.category", "op": "eq", "value": "tea"})
    return carts.skus(*names) if names else carts.where()


def _stacking(draw: st.DrawFn) -> dict[str, str]:
    stacking = draw(st.sampled_from([STACKABLE, STACKABLE, BEST_OF, BEST_OF, EXCLUSIVE]))
    return (
        {"stacking": stacking, "group": draw(st.sampled_from("gh"))}
        if stacking == BEST_OF
        else {"stacking": stacking}
    )


def _offer(draw: st.DrawFn, kind: str, code: str) -> Discount:
    more = {"condition": _scope(draw), **_stacking(draw)}
    if kind == "STEPPED":
        return carts.offer(code, steps=_steps(draw), is_repeated=draw(st.booleans()), **more)
    if kind == "GIFT":
        step = Step(draw(THRESHOLDS), gift_sku="G")
        return carts.offer(code, kind, form=Form.GIFT, steps=(step,), **more)
    if kind == "PERCENT":
        cap = draw(st.sampled_from([None, 1_500]))
        minimum = draw(THRESHOLDS)
        return carts.percent(code, draw(HUNDREDTHS), cap_amount=cap, min_amount=minimum, **more)
    if kind == "LIMITED_PRICE":
        return _item(draw, code, more)
    if kind == "BUNDLE":
        return _bundle(draw, code, more)
    if kind == "NTH_ITEM":
        times = draw(st.sampled_from([None, 1]))
        return carts.nth(code, draw(HUNDREDTHS), max_times=times, **more)
    cap = draw(st.sampled_from([None, 500]))
    return carts.free_shipping(code, min_amount=draw(THRESHOLDS), cap_amount=cap, **more)


def _steps(draw: st.DrawFn) -> tuple[Step, ...]:
    def step() -> Step:
        if draw(st.booleans()):
            return Step(draw(THRESHOLDS), off_basis_points=draw(HUNDREDTHS))
        return Step(draw(THRESHOLDS), draw(st.sampled_from([0, 0, 2])), amount=draw(AMOUNTS))

    steps = {one.min_amount: one for one in (step() for _ in range(draw(st.integers(1, 2))))}
    return tuple(steps[at] for at in sorted(steps))


def _item(draw: st.DrawFn, code: str, more: dict[str, object]) -> Discount:
    form = draw(st.sampled_from([Form.PRICE, Form.PERCENT_OFF, Form.AMOUNT_OFF]))
    return carts.offer(
        code,
        "LIMITED_PRICE",
        form=form,
        amount=draw(AMOUNTS),
        off_basis_points=draw(HUNDREDTHS),
        **more,
    )


def _bundle(draw: st.DrawFn, code: str, more: dict[str, object]) -> Discount:
    parts = draw(st.sampled_from([("A", "B"), ("AB", "B"), ("AB", "BC"), ("ABCD", "A")]))
    return carts.offer(
        code,
        "BUNDLE",
        form=draw(st.sampled_from([Form.PRICE, Form.PERCENT_OFF, Form.AMOUNT_OFF])),
        amount=draw(AMOUNTS),
        off_basis_points=draw(HUNDREDTHS),
        parts=tuple(Part(carts.skus(*names)) for names in parts),
        **{**more, "condition": carts.where()},
    )


def _type(draw: st.DrawFn, kind: str, code: str) -> Discount:
    return carts.coupon_type(
        code,
        kind,
        condition=_scope(draw),
        amount=draw(AMOUNTS),
        off_basis_points=draw(HUNDREDTHS),
        cap_amount=draw(st.sampled_from([None, 1_500])) if kind == "PERCENT_OFF" else None,
        min_amount=draw(THRESHOLDS),
        quantity=draw(st.integers(1, 2)),
        gift_sku="G" if kind == "GIFT" else "",
        **_stacking(draw),
    )


def _coupons(draw: st.DrawFn, types: list[Discount], most: int) -> list[HeldCoupon]:
    """One of each type, and now and then a second one of the first."""
    found = [
        carts.coupon(one, expires_at=carts.AT + timedelta(days=draw(st.integers(1, 3))))
        for one in types
    ]
    if found and len(found) < most and draw(st.booleans()):
        found.append(replace(found[0], code="SECOND", id=7))
    return found
