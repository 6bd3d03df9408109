"""Orders and what came back of them."""

from dataclasses import dataclass

from members.registry.facts import Fact, fact


@fact("loyalty.order.recorded")
@dataclass(frozen=True, kw_only=True)
class OrderRecorded(Fact):
    order: str
    order_id: int
    net_amount: int
    earned_points: int
    spent_points: int
    is_late: bool


@fact("loyalty.order.refunded")
@dataclass(frozen=True, kw_only=True)
class OrderRefunded(Fact):
    order: str
    order_id: int
    refund: str
    value_amount: int
    money_amount: int
