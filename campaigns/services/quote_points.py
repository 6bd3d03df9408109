"""Points in a quote: what may pay, what pays, and what the order will earn on the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from campaigns.rules.quote_shapes import Cart, CartLine, Quote
from campaigns.services.quote_documents import CartDocument
from campaigns.services.quote_inputs import Desk
from campaigns.services.quote_members import Person
from campaigns.services.quote_promises import PointsUsed
from loyalty.rules import baskets, earning, earning_facts
from loyalty.rules.earning import Award
from loyalty.rules.earning_caps import Limits
from loyalty.services import budgets, rule_inputs
from loyalty.services.programs import Terms
from loyalty.services.rule_inputs import Uses

# More than anybody has: what the API takes at most.
_ALL = 10**12


@dataclass(frozen=True, slots=True)
class Points:
    """Points and what they pay in minor units: there are `available`, of which `usable` may pay
    for this cart, of which `used` do where `asked` are to."""

    available: int
    usable: PointsUsed
    used: PointsUsed
    asked: int = 0


def paying(cart: CartDocument, quote: Quote, person: Person, terms: Terms) -> Points:
    """How far points pay: at most the programme's share of the goods after all discounts, and
    never freight. Who asks for more gets as many as may."""
    most = quote.net_amount * terms.redeem_max_percent // 100
    usable = _worth(min(most, terms.amount_of(person.available_points)), terms)
    if cart.uses_most_points:
        return Points(person.available_points, usable, usable, _ALL)
    asked = cart.points_to_use or 0
    used = _worth(terms.amount_of(min(asked, usable.points)), terms)
    return Points(person.available_points, usable, used, asked)


def _worth(amount: int, terms: Terms) -> PointsUsed:
    """The points that pay an amount, as an order will spend them."""
    return PointsUsed(terms.points_for(amount), amount)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the order that the cart becomes, for the conditions of earning rules."""

    sku: str
    category: str
    brand: str
    quantity: Any
    net_amount: int


def forecast(desk: Desk, cart: Cart, quote: Quote, points: PointsUsed) -> Award:
    """What an order of this quote will earn, paid by these points and the rest in money. Budgets
    and caps as they stand; none of it is taken."""
    eligible = _eligible(desk.enquiry.cart, quote, points)
    member = desk.seen.member
    if member is None or desk.seen.account is None:
        return earning.missed(eligible, "no_member")
    terms, at = desk.terms, cart.at
    selection = terms.rules.at(at)
    multipliers = _multipliers(quote)
    if multipliers:
        selection = selection.with_multipliers(multipliers)
    used = Uses.of(desk.seen.rule_uses or ()).used(
        member[0], selection.capped_codes, rule_inputs.day_of(at, terms)
    )
    facts = _facts(cart, quote, eligible, terms)
    return budgets.within(
        lambda limits: earning.award(selection, facts, limits),
        Limits(used),
        budgets.Glance(desk.seen.rule_budgets),
        order_id=0,
    )


def _eligible(document: CartDocument, quote: Quote, points: PointsUsed) -> Sequence[int]:
    """What of each line is paid in money and earns: as an order's sums say it."""
    sums = baskets.add_up(
        [
            baskets.Line(quoted.net_amount, quoted.discount_amount, line.earns_points)
            for line, quoted in zip(document.lines, quote.lines, strict=True)
        ],
        [
            baskets.Payment("MONEY", quote.payable_amount - points.amount),
            baskets.Payment("POINTS", points.amount),
        ],
        quote.shipping_amount - quote.shipping_discount_amount,
        0,
    )
    return sums.line_eligible_amounts


def _multipliers(quote: Quote) -> list[tuple[str, int]]:
    return [
        (one.type_code or one.code, one.multiplier_percent)
        for one in quote.applied
        if one.multiplier_percent != 100
    ]


def _facts(cart: Cart, quote: Quote, eligible: Sequence[int], terms: Terms) -> earning_facts.Facts:
    return earning_facts.Facts(
        lines=[
            _line(line, quoted.net_amount)
            for line, quoted in zip(cart.lines, quote.lines, strict=True)
        ],
        eligible_amounts=eligible,
        buyer=cart.buyer,
        place=cart.place,
        occurred_at=cart.at,
        program_zone=terms.zone,
    )


def _line(line: CartLine, net_amount: int) -> Line:
    return Line(line.sku, line.category, line.brand, line.quantity, net_amount)
