"""What the plain reckoning of quotes starts from: the cart, scopes, floors, shares."""

from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from campaigns.rules.quote_shapes import Cart, Discount, Floor, Form, HeldCoupon

NEVER = datetime.max.replace(tzinfo=UTC)
Pick = tuple[Discount, HeldCoupon | None]


class DoesNotApply(Exception):
    """One of the combination takes nothing: the combination without it is another one."""


def expiry(pick: Pick) -> datetime:
    one, held = pick
    return (held and held.expires_at) or one.valid_until or NEVER


def half_up(number: Fraction) -> int:
    return int((number * 2 + 1) // 2)


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


class Shop:
    """The cart as it is before any discount."""

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
