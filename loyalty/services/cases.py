"""An order ready to be judged: checked, placed, with the ids that it will get."""

from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from loyalty.rules import baskets, earning_facts
from loyalty.rules.earning_facts import Facts
from loyalty.services.documents import OrderDocument
from loyalty.services.programs import Terms
from loyalty.services.rule_inputs import Inputs
from loyalty.services.states import State


@dataclass(frozen=True)
class Place:
    """Ids that the order's codes stand for, and the shop's zone and city."""

    channel_id: int
    store_id: int | None
    zone: ZoneInfo
    channel: str = ""
    city: str = ""


@dataclass(frozen=True)
class Settled:
    """What of an order's quote and coupons was honored, and what was not. `multipliers` are codes
    of coupon types with the percent by which this order's points are multiplied."""

    offers: tuple[dict[str, Any], ...] = ()
    coupons: tuple[dict[str, Any], ...] = ()
    gifts: tuple[dict[str, Any], ...] = ()
    refused: tuple[dict[str, Any], ...] = ()
    multipliers: tuple[tuple[str, int], ...] = ()

    def shown(self) -> dict[str, Any]:
        return {
            "offers": list(self.offers),
            "coupons": list(self.coupons),
            "gifts": list(self.gifts),
        }


@dataclass(frozen=True)
class Case:
    """An order with all that it is judged by."""

    document: OrderDocument
    sums: baskets.Sums
    place: Place
    order_id: int
    product_ids: dict[str, int]
    state: State | None
    member_uid: str | None
    refused: tuple[dict[str, Any], ...] = ()
    inputs: Inputs = field(default_factory=Inputs)
    source: str = ""
    # Of orders that name a quote or coupons.
    settled: Settled | None = None


def facts(case: Case, terms: Terms) -> Facts:
    """What the rules' conditions see."""
    document, place, state = case.document, case.place, case.state
    assert state is not None
    level = terms.level(state.tier_id)
    birthday, counts_from_on, tags = case.inputs.buyers.get(state.member_id, (None, None, ()))
    return Facts(
        lines=document.lines,
        eligible_amounts=case.sums.line_eligible_amounts,
        buyer=earning_facts.Buyer(
            tier=level.code,
            coefficient_percent=level.coefficient_percent,
            order_number=state.orders_count + 1,
            tags=frozenset(tags),
            birthday_md=birthday,
            birthday_counts_from_on=counts_from_on,
        ),
        place=earning_facts.Place(
            zone=place.zone,
            store_id=place.store_id,
            store_code=document.store,
            store_city=place.city,
            channel_code=place.channel,
        ),
        occurred_at=document.occurred_at,
        program_zone=terms.zone,
        kinds=case.inputs.kinds,
    )
