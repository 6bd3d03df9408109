"""Quotes once more, as slowly and plainly as can be: every allowed combination is tried, every
assignment of pieces to bundles, with fractions. What the engine is compared with; it shares
nothing with it but the shapes.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from typing import Any

from campaigns.rules.quote_shapes import (
    BEST_OF,
    COUPON,
    EXCLUSIVE,
    INITIAL,
    Cart,
    Discount,
    Floor,
    Form,
    HeldCoupon,
    Layer,
    Step,
)
from tests.campaigns.quote_reference_pieces import Pieces
from tests.campaigns.quote_reference_shop import (
    DoesNotApply,
    Pick,
    Shop,
    expiry,
    half_up,
    order,
    split,
)


@dataclass
class Tried:
    """What a combination comes to."""

    picks: Sequence[Pick]
    net: dict[str, int]
    shipping: int
    score: tuple[Fraction, int]
    off: dict[str, int] = field(default_factory=dict)

    @property
    def rank(self) -> tuple[Any, ...]:
        coupons = [one for one in self.picks if one[1]]
        offers = [one for one in self.picks if not one[1]]
        return (
            tuple(-one for one in self.score),
            len(coupons),
            sorted(expiry(one) for one in coupons),
            sorted(expiry(one) for one in offers),
            sorted((one.what, (held and held.id) or one.id) for one, held in self.picks),
        )

    @property
    def codes(self) -> set[str]:
        return {held.code if held else one.code for one, held in self.picks}


def best(
    cart: Cart,
    discounts: Sequence[Discount],
    coupons: Sequence[HeldCoupon] = (),
    floors: Mapping[tuple[str, str], Floor] | None = None,
    budgets: Mapping[str, int] | None = None,
) -> Tried:
    """The best of all allowed combinations in which everything applies."""
    types = {one.id: one for one in discounts if one.what == COUPON}
    picks: list[Pick] = [(one, None) for one in discounts if one.what != COUPON]
    picks += [(types[held.type_id], held) for held in coupons if held.type_id in types]
    shop = Shop(cart, floors or {}, budgets or {})
    return min(all_that_work(shop, picks), key=lambda one: one.rank)


def all_that_work(shop: Shop, picks: Sequence[Pick]) -> Iterator[Tried]:
    for size in range(len(picks) + 1):
        for some in combinations(picks, size):
            if not allowed(some):
                continue
            try:
                yield Evaluation(shop, some).run()
            except DoesNotApply:
                continue


def allowed(picks: Sequence[Pick]) -> bool:
    if len(picks) > 1 and any(one.stacking == EXCLUSIVE for one, _ in picks):
        return False
    groups = [one.group for one, _ in picks if one.stacking == BEST_OF]
    return len(groups) == len(set(groups))


class Evaluation(Pieces):
    """One combination, layer after layer."""

    def __init__(self, shop: Shop, picks: Sequence[Pick]) -> None:
        super().__init__(shop)
        self.picks = picks
        self.running = dict(shop.gross)
        self.shipping = shop.cart.shipping_amount
        self.before_coupons: dict[str, int] = {}
        self.off: dict[str, int] = {}
        self.beyond = 0
        self.gifts = Fraction(0)

    def run(self) -> Tried:
        self._items()
        self.price(self.running)
        for one in sorted(self._of(Layer.BUNDLE), key=self._bundle_order):
            self._apply(one, self.bundle(one[0]))
        for one in sorted(self._of(Layer.ORDER), key=order):
            self._apply(one, self._lowered(one[0], self.after_items))
        self.before_coupons = dict(self.running)
        for one in sorted(self._of(Layer.COUPON), key=order):
            self._apply(one, self._lowered(one[0], self.before_coupons))
        for one in sorted(self._of(Layer.SHIPPING), key=order):
            self._freight(one)
        whole = sum(self.shop.gross.values()) - sum(self.running.values())
        whole += self.shop.cart.shipping_amount - self.shipping
        return Tried(
            self.picks, self.running, self.shipping, (whole + self.gifts, self.beyond), self.off
        )

    def _of(self, layer: Layer) -> list[Pick]:
        return [
            one
            for one in self.picks
            if (Layer.SHIPPING if one[0].form is Form.FREE_SHIPPING else one[0].layer) is layer
        ]

    # Item prices

    def _items(self) -> None:
        offers = {one[0].code: self._item(one[0]) for one in self._of(Layer.ITEM)}
        by_code = {one[0].code: one for one in self._of(Layer.ITEM)}
        ranked = sorted(offers, key=lambda code: (expiry(by_code[code]), by_code[code][0].id))
        taken = dict.fromkeys(ranked, 0)
        for key in self.running:
            code = max(ranked, key=lambda code: offers[code].get(key, 0), default="")
            if code and offers[code].get(key, 0):
                self.running[key] -= offers[code][key]
                taken[code] += offers[code][key]
        for code, amount in taken.items():
            self._check(code, amount)

    def _item(self, one: Discount) -> dict[str, int]:
        scope, gross = self.shop.scope(one), self.shop.gross
        self.thresholds(one, gross)
        found = {}
        for key in scope:
            if one.form is Form.PERCENT_OFF:
                off = gross[key] - half_up(
                    Fraction(gross[key] * (10_000 - one.off_basis_points), 10_000)
                )
            elif one.form is Form.PRICE:
                off = gross[key] - self.shop.price(one.amount, key)
            else:
                off = min(gross[key], self.shop.price(one.amount, key))
            found[key] = max(0, min(off, gross[key] - self.shop.floors[key]))
        return found

    def _bundle_order(self, pick: Pick) -> tuple[Any, ...]:
        """What saves more by itself goes first."""
        alone = Evaluation(self.shop, [pick])
        alone.price(self.shop.gross)
        try:
            alone._apply(pick, alone.bundle(pick[0]))
        except DoesNotApply:
            return (0, *order(pick))
        return (-sum(alone.off.values()), *order(pick))

    # Orders and coupons

    def _lowered(self, one: Discount, base: Mapping[str, int]) -> dict[str, int]:
        scope = self.shop.scope(one)
        self.thresholds(one, base)
        amounts = {key: self.running[key] for key in scope}
        if one.kind == "EXCHANGE":
            return self._exchanged(one, scope)
        amount, basis_points = one.amount, one.off_basis_points
        if one.form is Form.AMOUNT_OFF:
            basis_points = 0
        if one.form is Form.PERCENT_OFF:
            amount = 0
        if one.steps:
            step, times = self._step(one, scope, base)
            amount, basis_points = step.amount * times, step.off_basis_points
            if step.gift_sku:
                self.beyond += 1
        elif one.form is Form.GIFT:
            self.beyond += 1
            return {}
        if basis_points and not amount:
            return self._hundredths(one, scope, basis_points)
        cap = amount if one.cap_amount is None else min(amount, one.cap_amount)
        return split(min(cap, sum(amounts.values())), amounts)

    def _step(self, one: Discount, scope: list[str], base: Mapping[str, int]) -> tuple[Step, int]:
        amount = sum(base[key] for key in scope)
        quantity = sum(Fraction(self.shop.lines[key].quantity) for key in scope)
        reached = [
            step
            for step in one.steps
            if amount >= step.min_amount and quantity >= step.min_quantity
        ]
        if not reached:
            raise DoesNotApply
        step = max(reached, key=lambda step: (step.min_amount, step.min_quantity))
        often = [one.max_times] if one.max_times is not None else []
        if step.min_amount:
            often.append(amount // step.min_amount)
        if step.min_quantity:
            often.append(int(quantity // step.min_quantity))
        return step, min(often) if one.is_repeated and often else 1

    def _hundredths(self, one: Discount, scope: list[str], basis_points: int) -> dict[str, int]:
        found = {}
        for key in scope:
            is_initial = self.shop.cart.percent_base == INITIAL
            of = self.shop.gross[key] if is_initial else self.running[key]
            off = of - half_up(Fraction(of * (10_000 - basis_points), 10_000))
            found[key] = min(off, self.running[key])
        if one.cap_amount is not None and sum(found.values()) > one.cap_amount:
            return split(one.cap_amount, {key: self.running[key] for key in scope})
        return found

    def _exchanged(self, one: Discount, scope: list[str]) -> dict[str, int]:
        lines = self.shop.lines
        pieces = sorted(
            (-Fraction(self.running[key]) / Fraction(lines[key].quantity), key)
            for key in scope
            for _ in range(int(lines[key].quantity))
        )
        found = {}
        for key, count in Counter(key for _, key in pieces[: one.quantity]).items():
            share = half_up(self.running[key] * count / Fraction(lines[key].quantity))
            found[key] = max(0, share - one.amount * count)
        return found

    def _freight(self, pick: Pick) -> None:
        one, held = pick
        self.thresholds(one, self.before_coupons if held else self.running)
        off = self.shipping if one.cap_amount is None else min(one.cap_amount, self.shipping)
        self.shipping -= off
        self._check(held.code if held else one.code, off)

    # What holds for all

    def _apply(self, pick: Pick, parts: Mapping[str, int]) -> None:
        one, held = pick
        taken = 0
        for key, part in parts.items():
            part = max(0, min(part, self.running[key] - self.shop.floors[key]))
            self.running[key] -= part
            taken += part
        gives = one.form in (Form.GIFT, Form.MULTIPLIER) or any(step.gift_sku for step in one.steps)
        if not gives:
            self._check(held.code if held else one.code, taken)

    def _check(self, code: str, taken: int) -> None:
        if taken <= 0 or taken > self.shop.budgets.get(code, taken):
            raise DoesNotApply
        self.off[code] = taken
