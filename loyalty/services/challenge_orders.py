"""Orders as challenges see them: what is left of their lines after returns."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db.models import F

from loyalty.models import Order, OrderLine
from loyalty.rules import challenges as rules
from loyalty.rules.challenges import Rule
from loyalty.rules.earning_facts import Buyer, Facts, Place
from loyalty.selectors import past_orders
from loyalty.selectors.past_orders import Shelf
from loyalty.services.challenge_steps import Told
from loyalty.services.programs import Terms

_COLUMNS = (
    "pk", "member_id", "store_id", "channel_id", "business_date", "occurred_at",
    "net_amount", "refunded_amount", "refunded_shipping_amount",
)  # fmt: skip
_LINE = (
    "order_id", "net_amount", "refunded_amount", "quantity", "refunded_quantity",
    "product__sku", "product__category", "product__brand",
)  # fmt: skip


class Left(NamedTuple):
    """What is left of one line."""

    net_amount: int
    quantity: Decimal = Decimal(1)
    sku: str = ""
    category: str = ""
    brand: str = ""


@dataclass(frozen=True)
class _Shop:
    """Where orders were placed; an empty one where no condition asks."""

    terms: Terms
    shelf: Shelf | None

    def place(self, order: Order) -> Place:
        if self.shelf is None:
            return Place(zone=self.terms.zone)
        code, city, zone = self.shelf.stores.get(order.store_id or 0, ("", "", None))
        channel = self.shelf.channels.get(order.channel_id, "")
        return Place(zone or self.terms.zone, order.store_id, code, city, channel)


def buyers(order_ids: Collection[int]) -> set[int]:
    """The members whose orders these are now."""
    rows = Order.objects.filter(pk__in=order_ids, member_id__isnull=False)
    return {member_id for member_id in rows.values_list("member_id", flat=True) if member_id}


def first_of(member_id: int) -> int | None:
    """The member's first order that stands, by business day and instant."""
    standing = Order.objects.filter(member_id=member_id).annotate(
        left=F("net_amount") - F("refunded_amount") + F("refunded_shipping_amount")
    )
    found = standing.filter(left__gt=0).order_by("business_date", "occurred_at", "pk")
    return found.values_list("pk", flat=True).first()


def told(
    order_ids: Collection[int], member_ids: Collection[int], known: Sequence[Rule], terms: Terms
) -> tuple[list[Told], list[Rule]]:
    """These orders of these members, and the challenges that they may count in. Two queries and
    three of places, however many orders."""
    found = list(
        Order.objects.filter(pk__in=order_ids, member_id__in=member_ids)
        .only(*_COLUMNS)
        .order_by("pk")
    )
    concerned = [rule for rule in known if any(_concerns(rule, order) for order in found)]
    lines = _lines(found) if any(rule.needs_lines for rule in concerned) else {}
    asks = any(not rule.is_unconditional for rule in concerned)
    shop = _Shop(terms, past_orders.shelf() if asks else None)
    return [_told(order, lines.get(order.pk), concerned, shop) for order in found], concerned


def _concerns(rule: Rule, order: Order) -> bool:
    if not rule.of_orders:
        return False
    if rule.counts == rules.REPEAT_ORDERS:
        # Before it began it may have been, or may become, the member's first.
        return rule.is_before_end(order.occurred_at)
    return rule.holds_at(order.occurred_at)


def _told(order: Order, lines: list[Left] | None, concerned: Iterable[Rule], shop: _Shop) -> Told:
    assert order.member_id is not None
    facts = _facts(order, lines, shop)
    return Told(
        ref=f"order:{order.pk}",
        member_id=order.member_id,
        business_date=order.business_date,
        occurred_at=order.occurred_at,
        values={rule.id: rules.order_value(rule, facts) for rule in concerned},
    )


def _facts(order: Order, lines: list[Left] | None, shop: _Shop) -> Facts:
    """Without lines, the order's goods as one."""
    net = order.net_amount - order.refunded_amount + order.refunded_shipping_amount
    left = [Left(net)] if lines is None else lines
    return Facts(
        lines=left,
        eligible_amounts=[line.net_amount for line in left],
        buyer=Buyer(),
        place=shop.place(order),
        occurred_at=order.occurred_at,
        program_zone=shop.terms.zone,
    )


def _lines(orders: Iterable[Order]) -> dict[int, list[Left]]:
    found: dict[int, list[Left]] = {order.pk: [] for order in orders}
    rows = OrderLine.objects.filter(order_id__in=list(found)).order_by("order_id", "number")
    for order_id, net, back, quantity, returned, sku, category, brand in rows.values_list(*_LINE):
        if net - back > 0:
            found[order_id].append(Left(net - back, quantity - returned, sku, category, brand))
    return found
