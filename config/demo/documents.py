"""What a till sends: baskets as order documents.

Gross is what the shelf says: `net + discount`. It is not always a multiple of the quantity
(weighed goods, fuel in thousandths of a gallon, lines with quantity 0), so the unit price is
rounded half up and the discount is what makes gross into net (docs/decisions/0101).
"""

from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from config.demo import calendars, channels, shops, wares
from config.demo.baskets import Baskets
from config.demo.editions import Edition
from loyalty.services.documents import (
    LineDocument,
    MemberReference,
    OrderDocument,
    PaymentDocument,
)

ISSUER = "completejourney"


def order(baskets: Baskets, row: int, *, edition: Edition) -> OrderDocument:
    """One basket, paid at once with money; a basket worth nothing has no payment."""
    household, basket = int(baskets.household[row]), int(baskets.basket[row])
    lines = _lines(baskets, row, edition)
    net = sum(line.net_amount for line in lines)
    channel = channels.code_of(basket, household, edition=edition)
    method = channels.method_of(basket, channel, edition=edition)
    return OrderDocument(
        external_id=str(basket),
        channel=channel,
        store=_store(int(baskets.store[row]), household, edition),
        member=MemberReference("external", str(household), ISSUER),
        occurred_at=calendars.moment(int(baskets.seconds[row]), _zone(edition.time_zone)),
        currency=edition.currency,
        lines=lines,
        paid=(PaymentDocument(method=method, kind="MONEY", amount=net),) if net else (),
    )


def _lines(baskets: Baskets, row: int, edition: Edition) -> tuple[LineDocument, ...]:
    span = slice(baskets.first_line[row], baskets.last_line[row])
    columns = zip(
        baskets.product[span].tolist(),
        baskets.quantity[span].tolist(),
        baskets.net[span].tolist(),
        baskets.discount[span].tolist(),
        strict=True,
    )
    return tuple(
        LineDocument(
            line_id=str(number),
            sku=wares.sku_of(product, edition=edition),
            quantity=_decimal(quantity),
            unit_price_amount=unit_price(net + discount, quantity),
            discount_amount=discount,
            net_amount=net,
        )
        for number, (product, quantity, net, discount) in enumerate(columns, 1)
    )


def unit_price(gross: int, quantity: int) -> int:
    """Gross ÷ quantity, half up; the whole gross where the till counted none."""
    return (2 * gross + quantity) // (2 * quantity) if quantity else gross


_decimal = lru_cache(maxsize=4096)(Decimal)
_zone = lru_cache(ZoneInfo)
_store = lru_cache(maxsize=65_536)(
    lambda store, household, edition: shops.code_of(store, household, edition=edition)
)
