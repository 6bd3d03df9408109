"""What happened to a coupon, step by step."""

from dataclasses import dataclass

from loyalty.models import CouponMove, Order
from loyalty.selectors import coupons
from members.models import User

# One coupon may be locked and let go often; the page shows the last ones.
MOST = 100


@dataclass(frozen=True)
class Step:
    """A step, who took it, and the number of its order."""

    move: CouponMove
    actor: str
    order_number: str


def steps(*, coupon_id: int) -> list[Step]:
    """The last steps of a coupon, newest first; three queries."""
    moves = list(coupons.moves(coupon_id=coupon_id).reverse()[:MOST])
    actors = User.objects.in_bulk({move.actor_id for move in moves} - {None})
    orders = Order.objects.filter(pk__in={move.order_id for move in moves} - {None})
    numbers = dict(orders.values_list("pk", "external_id"))
    return [
        Step(
            move,
            actors[move.actor_id].get_username() if move.actor_id in actors else "",
            numbers.get(move.order_id or 0, ""),
        )
        for move in moves
    ]
