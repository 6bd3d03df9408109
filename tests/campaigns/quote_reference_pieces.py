"""Bundles and n-th items once more: every choice of pieces is tried."""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations, permutations
from typing import Any

from campaigns.rules.quote_shapes import INITIAL, Discount, Form
from tests.campaigns.quote_reference_shop import DoesNotApply, Shop, half_up, split


class Pieces:
    """An evaluation as far as single pieces go. `free` is what no bundle has used: of each line
    an amount and a quantity."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.after_items: dict[str, int] = {}
        self.free: dict[str, tuple[Fraction, Fraction]] = {}

    def price(self, amounts: Mapping[str, int]) -> None:
        """The amounts after item prices."""
        self.after_items = dict(amounts)
        self.free = {
            key: (Fraction(amount), Fraction(self.shop.lines[key].quantity))
            for key, amount in amounts.items()
        }

    def thresholds(self, one: Discount, base: Mapping[str, int]) -> None:
        scope = self.shop.scope(one)
        quantity = sum(Fraction(self.shop.lines[key].quantity) for key in scope)
        amount = sum(base[key] for key in scope)
        if not scope or amount < one.min_amount or quantity < one.min_quantity:
            raise DoesNotApply

    def bundle(self, one: Discount) -> dict[str, int]:
        self.thresholds(one, self.after_items)
        scope = self.shop.scope(one)
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
        skus = [self.shop.lines[key].sku for key in keys]
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
        if self.shop.cart.percent_base == INITIAL:
            line = self.shop.lines[key]
            base = half_up(Fraction(self.shop.gross[key]) * count / Fraction(line.quantity))
        return min(cost, base - half_up(Fraction(base * (10_000 - one.off_basis_points), 10_000)))

    def _use(self, counts: Counter[str]) -> None:
        for key, count in counts.items():
            amount, quantity = self.free[key]
            self.free[key] = (amount - self._share(key, count), quantity - count)
