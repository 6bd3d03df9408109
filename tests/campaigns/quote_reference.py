"""Quotes once more, as slowly and plainly as can be: every allowed combination is tried, every
assignment of pieces to bundles, with fractions. What the engine is compared with; it shares
nothing with it but the shapes.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from itertools import combinations, permutations
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

NEVER = datetime.max.replace(tzinfo=UTC)
Pick = tuple[Discount, HeldCoupon | None]


class DoesNotApply(Exception):
    """One of the combination takes nothing: the combination without it is another one."""


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
    pipeline = Pipeline(cart, floors or {}, budgets or {})
    return min(pipeline.all_that_work(picks), key=lambda one: one.rank)


def expiry(pick: Pick) -> datetime:
    one, held = pick
    return (held and held.expires_at) or one.valid_until or NEVER


def allowed(picks: Sequence[Pick]) -> bool:
    if len(picks) > 1 and any(one.stacking == EXCLUSIVE for one, _ in picks):
        return False
    groups = [one.group for one, _ in picks if one.stacking == BEST_OF]
    return len(groups) == len(set(groups))


def half_up(number: Fraction) -> int:
    return int((number * 2 + 1) // 2)


class Pipeline:
    def __init__(
        self,
        cart: Cart,
        floors: Mapping[tuple[str, str], Floor],
        budgets: Mapping[str, int],
    ) -> None:
        self.cart, self.budgets = cart, budgets
        self.lines = {one.line_id: one for one in sorted(cart.lines, key=lambda one: one.line_id)}
        self.gross = {key: one.gross_amount for key, one in self.lines.items()}
        self.floors = {
            key: self._floor(floors.get((one.sku, "")) or floors.get(("", one.category)), key)
            for key, one in self.lines.items()
        }

    def _floor(self, floor: Floor | None, key: str) -> int:
        line = self.lines[key]
        quantity = Fraction(line.quantity)
        by_amount = by_cost = 0
        if floor and floor.amount:
            by_amount = half_up(floor.amount * quantity)
        if floor and floor.cost_percent is not None and line.cost_amount is not None:
            by_cost = half_up(line.cost_amount * quantity * floor.cost_percent / 100)
        return max(by_amount, by_cost)

    def all_that_work(self, picks: Sequence[Pick]) -> Iterator[Tried]:
        for size in range(len(picks) + 1):
            for some in combinations(picks, size):
                if not allowed(some):
                    continue
                try:
                    yield Evaluation(self, some).run()
                except DoesNotApply:
                    continue

    def scope(self, one: Discount) -> list[str]:
        found = []
        for key, line in self.lines.items():
            facts = {
                "line.sku": line.sku,
                "line.category": line.category or None,
                "line.brand": line.brand or None,
                "channel.code": self.cart.place.channel_code or None,
            }
            fits = one.condition.test(facts)
            if one.parts:
                fits = fits and any(part.condition.test(facts) for part in one.parts)
            if fits:
                found.append(key)
        return found

    def price(self, amount: int, key: str) -> int:
        return half_up(amount * Fraction(self.lines[key].quantity))


class Evaluation:
    """One combination, layer after layer."""

    def __init__(self, pipeline: Pipeline, picks: Sequence[Pick]) -> None:
        self.pipeline, self.picks = pipeline, picks
        self.running = dict(pipeline.gross)
        self.shipping = pipeline.cart.shipping_amount
        self.after_items: dict[str, int] = {}
        self.before_coupons: dict[str, int] = {}
        # Pieces that no bundle has used: what is left of a line's amount, and of its quantity.
        self.free: dict[str, tuple[Fraction, Fraction]] = {}
        self.off: dict[str, int] = {}
        self.beyond = 0
        self.gifts = Fraction(0)

    def run(self) -> Tried:
        self._items()
        self.after_items = dict(self.running)
        self.free = {
            key: (Fraction(amount), Fraction(self.pipeline.lines[key].quantity))
            for key, amount in self.running.items()
        }
        for one in sorted(self._of(Layer.BUNDLE), key=self._bundle_order):
            self._apply(one, self._bundle(one[0]))
        for one in sorted(self._of(Layer.ORDER), key=order):
            self._apply(one, self._lowered(one[0], self.after_items))
        self.before_coupons = dict(self.running)
        for one in sorted(self._of(Layer.COUPON), key=order):
            self._apply(one, self._lowered(one[0], self.before_coupons))
        for one in sorted(self._of(Layer.SHIPPING), key=order):
            self._freight(one)
        whole = sum(self.pipeline.gross.values()) - sum(self.running.values())
        whole += self.pipeline.cart.shipping_amount - self.shipping
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
        scope, gross = self.pipeline.scope(one), self.pipeline.gross
        self._thresholds(one, gross)
        found = {}
        for key in scope:
            if one.form is Form.PERCENT_OFF:
                off = gross[key] - half_up(
                    Fraction(gross[key] * (10_000 - one.off_basis_points), 10_000)
                )
            elif one.form is Form.PRICE:
                off = gross[key] - self.pipeline.price(one.amount, key)
            else:
                off = min(gross[key], self.pipeline.price(one.amount, key))
            found[key] = max(0, min(off, gross[key] - self.pipeline.floors[key]))
        return found

    # Bundles and n-th items

    def _bundle_order(self, pick: Pick) -> tuple[Any, ...]:
        alone = Evaluation(self.pipeline, [pick])
        alone.after_items = dict(self.pipeline.gross)
        alone.free = {
            key: (Fraction(amount), Fraction(self.pipeline.lines[key].quantity))
            for key, amount in self.pipeline.gross.items()
        }
        try:
            alone._apply(pick, alone._bundle(pick[0]))
        except DoesNotApply:
            return (0, *order(pick))
        return (-sum(alone.off.values()), *order(pick))

    def _bundle(self, one: Discount) -> dict[str, int]:
        self._thresholds(one, self.after_items)
        scope = self.pipeline.scope(one)
        pieces = [
            (self.free[key][0] / self.free[key][1], key)
            for key in scope
            for _ in range(int(self.free[key][1]))
        ]
        return self._parts(one, pieces) if one.parts else self._nth(one, pieces)

    def _nth(self, one: Discount, pieces: list[tuple[Fraction, str]]) -> dict[str, int]:
        pieces.sort()
        times = len(pieces) // one.nth
        times = times if one.max_times is None else min(times, one.max_times)
        lowered = Counter(key for _, key in pieces[:times])
        found = {key: self._off_pieces(one, key, count) for key, count in lowered.items()}
        self._use(Counter(key for _, key in pieces[: times * one.nth]))
        return found

    def _parts(self, one: Discount, pieces: list[tuple[Fraction, str]]) -> dict[str, int]:
        pieces.sort(key=lambda piece: (-piece[0], piece[1]))
        chosen, saved = None, Fraction(-1)
        for times in range(1, len(pieces) + 1):
            if one.max_times is not None and times > one.max_times:
                break
            some = self._dearest(one, pieces, times)
            if some is None:
                break
            cost = sum((price for price, _ in some), Fraction(0))
            now = {
                Form.PRICE: cost - one.amount * times,
                Form.AMOUNT_OFF: min(cost, Fraction(one.amount * times)),
                Form.PERCENT_OFF: cost,
            }[one.form]
            if now > saved or chosen is None:
                chosen, saved = (some, times), now
        if chosen is None:
            raise DoesNotApply
        return self._saved(one, Counter(key for _, key in chosen[0]), chosen[1])

    def _dearest(
        self, one: Discount, pieces: list[tuple[Fraction, str]], times: int
    ) -> list[tuple[Fraction, str]] | None:
        places = [part for part in one.parts for _ in range(part.quantity * times)]
        found, cost = None, Fraction(-1)
        for some in combinations(pieces, len(places)):
            whole = sum((price for price, _ in some), Fraction(0))
            if whole > cost and self._fit([key for _, key in some], places):
                found, cost = list(some), whole
        return found

    def _fit(self, keys: list[str], places: Sequence[Any]) -> bool:
        skus = [self.pipeline.lines[key].sku for key in keys]
        return any(
            all(
                place.condition.test({"line.sku": sku})
                for sku, place in zip(some, places, strict=True)
            )
            for some in set(permutations(skus))
        )

    def _saved(self, one: Discount, counts: Counter[str], times: int) -> dict[str, int]:
        shares = {key: self._share(key, count) for key, count in sorted(counts.items())}
        if one.form is Form.PERCENT_OFF:
            found = {key: self._off_pieces(one, key, count) for key, count in counts.items()}
        else:
            whole = sum(shares.values())
            total = one.amount * times
            found = split(whole - total if one.form is Form.PRICE else min(whole, total), shares)
        self._use(counts)
        return found

    def _share(self, key: str, count: int) -> int:
        amount, quantity = self.free[key]
        return half_up(amount * count / quantity)

    def _off_pieces(self, one: Discount, key: str, count: int) -> int:
        cost = self._share(key, count)
        if one.form is Form.PRICE:
            return max(0, cost - one.amount * count)
        if one.form is Form.AMOUNT_OFF:
            return min(cost, one.amount * count)
        base = cost
        if self.pipeline.cart.percent_base == INITIAL:
            line = self.pipeline.lines[key]
            base = half_up(Fraction(self.pipeline.gross[key]) * count / Fraction(line.quantity))
        return min(cost, base - half_up(Fraction(base * (10_000 - one.off_basis_points), 10_000)))

    def _use(self, counts: Counter[str]) -> None:
        for key, count in counts.items():
            amount, quantity = self.free[key]
            self.free[key] = (amount - self._share(key, count), quantity - count)

    # Orders and coupons

    def _lowered(self, one: Discount, base: Mapping[str, int]) -> dict[str, int]:
        scope = self.pipeline.scope(one)
        self._thresholds(one, base)
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
        quantity = sum(Fraction(self.pipeline.lines[key].quantity) for key in scope)
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
            is_initial = self.pipeline.cart.percent_base == INITIAL
            of = self.pipeline.gross[key] if is_initial else self.running[key]
            off = of - half_up(Fraction(of * (10_000 - basis_points), 10_000))
            found[key] = min(off, self.running[key])
        if one.cap_amount is not None and sum(found.values()) > one.cap_amount:
            return split(one.cap_amount, {key: self.running[key] for key in scope})
        return found

    def _exchanged(self, one: Discount, scope: list[str]) -> dict[str, int]:
        lines = self.pipeline.lines
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
        self._thresholds(one, self.before_coupons if held else self.running)
        off = self.shipping if one.cap_amount is None else min(one.cap_amount, self.shipping)
        self.shipping -= off
        self._check(held.code if held else one.code, off)

    # What holds for all

    def _thresholds(self, one: Discount, base: Mapping[str, int]) -> None:
        scope = self.pipeline.scope(one)
        quantity = sum(Fraction(self.pipeline.lines[key].quantity) for key in scope)
        amount = sum(base[key] for key in scope)
        if not scope or amount < one.min_amount or quantity < one.min_quantity:
            raise DoesNotApply

    def _apply(self, pick: Pick, parts: Mapping[str, int]) -> None:
        one, held = pick
        taken = 0
        for key, part in parts.items():
            part = max(0, min(part, self.running[key] - self.pipeline.floors[key]))
            self.running[key] -= part
            taken += part
        gives = one.form in (Form.GIFT, Form.MULTIPLIER) or any(step.gift_sku for step in one.steps)
        if not gives:
            self._check(held.code if held else one.code, taken)

    def _check(self, code: str, taken: int) -> None:
        if taken <= 0 or taken > self.pipeline.budgets.get(code, taken):
            raise DoesNotApply
        self.off[code] = taken


def order(pick: Pick) -> tuple[Any, ...]:
    one, held = pick
    rank = {Form.PRICE: 0, Form.PERCENT_OFF: 1, Form.AMOUNT_OFF: 2}.get(one.form, 3)
    return rank, bool(held), one.id, expiry(pick), held.id if held else 0


def split(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """By the largest remainder, ties by line id."""
    whole = sum(weights.values())
    if total <= 0 or whole <= 0:
        return {}
    shares = {key: Fraction(total * weight, whole) for key, weight in weights.items()}
    parts = {key: int(share) for key, share in shares.items()}
    missing = total - sum(parts.values())
    for key in sorted(shares, key=lambda key: (parts[key] - shares[key], key))[:missing]:
        parts[key] += 1
    return parts
