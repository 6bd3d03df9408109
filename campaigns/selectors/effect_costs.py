"""What a campaign cost, and what of its gifts is still promised."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analytics.selectors import asking
from campaigns.selectors.effect_scopes import Scope
from loyalty.models import CouponType
from loyalty.rules import coupons as rules
from loyalty.selectors import coupons
from loyalty.services import programs


@dataclass(frozen=True, kw_only=True)
class Channel:
    """Messages by one channel; here each message counts."""

    medium: str
    messages_count: int
    sent_count: int
    delivered_count: int
    opened_count: int
    clicked_count: int
    cost_amount: int


@dataclass(frozen=True, kw_only=True)
class Gift:
    """Coupons of one type; one that was passed on is what became of it with the friend.
    `open_count` can still be used, and may cost `liability_amount` at most; None where the cart
    decides what that is."""

    name: str
    code: str
    given_count: int
    redeemed_count: int
    discount_amount: int
    open_count: int
    liability_amount: int | None


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Amounts in minor units. `points_amount` is the worth of all points given; what is left of
    them, and of coupons, is `liability_amount`, without an estimate of what will lapse."""

    channels: tuple[Channel, ...]
    gifts: tuple[Gift, ...]
    given_points: int
    left_points: int
    points_amount: int
    points_liability_amount: int

    @property
    def messages_amount(self) -> int:
        return sum(channel.cost_amount for channel in self.channels)

    @property
    def discount_amount(self) -> int:
        return sum(gift.discount_amount for gift in self.gifts)

    @property
    def liability_amount(self) -> int:
        """Without gifts whose worth the cart decides."""
        coupons = sum(gift.liability_amount or 0 for gift in self.gifts)
        return coupons + self.points_liability_amount

    @property
    def spent_amount(self) -> int:
        """Messages, what coupons took off, and points that were given and aren't there any more
        (they were spent, or lapsed)."""
        gone = self.points_amount - self.points_liability_amount
        return self.messages_amount + self.discount_amount + gone


def cost(scope: Scope, coupon_rows: Sequence[tuple[Any, ...]]) -> Cost:
    """`coupon_rows` are what the scope's whole statement says of coupons, by type."""
    parts, params = scope.parts, scope.params
    channels = asking.rows(scope.messages(), params) if parts.has_messages else []
    given, left = asking.row(scope.points(), params) if parts.point_steps else (0, 0)
    terms = programs.current()
    return Cost(
        channels=tuple(_channel(row) for row in channels),
        gifts=_gifts(coupon_rows),
        given_points=int(given),
        left_points=int(left),
        points_amount=terms.amount_of(int(given)),
        points_liability_amount=terms.amount_of(int(left)),
    )


def _channel(row: tuple[Any, ...]) -> Channel:
    medium, messages, sent, delivered, opened, clicked, amount = row
    return Channel(
        medium=medium,
        messages_count=messages,
        sent_count=sent,
        delivered_count=delivered,
        opened_count=opened,
        clicked_count=clicked,
        cost_amount=int(amount),
    )


def _gifts(rows: Sequence[tuple[Any, ...]]) -> tuple[Gift, ...]:
    types = CouponType.objects.in_bulk([row[1] for row in rows])
    gifts = [_gift(types[row[1]], row) for row in rows]
    return tuple(sorted(gifts, key=lambda gift: (-gift.redeemed_count, gift.code)))


def _gift(kind: CouponType, row: tuple[Any, ...]) -> Gift:
    _, _, _, _, given, redeemed, still_open, discount = row
    return Gift(
        name=kind.name,
        code=kind.code,
        given_count=given,
        redeemed_count=redeemed,
        discount_amount=int(discount),
        open_count=int(still_open),
        liability_amount=_liability(kind, int(still_open)),
    )


def _liability(kind: CouponType, open_count: int) -> int | None:
    worth = coupons.worth(kind)
    one = rules.cost(worth)
    is_known = one or worth.kind == "MONEY_OFF" or not open_count
    return open_count * one if is_known else None
