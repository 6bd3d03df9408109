"""What the demo's people do beside buying: they pay with points and bring things back.

The data has neither. Who does what depends on the receipt's number alone, so that the same
demo is the same story every time; how many points are spent depends on what they hold then.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from config.demo import calendars
from config.demo.baskets import Baskets
from config.demo.documents import ISSUER, order
from config.demo.editions import Edition
from config.demo.people import Dice
from loyalty.models import Order
from loyalty.selectors import accounts
from loyalty.services import orders, programs, refunds
from loyalty.services.documents import (
    OrderDocument,
    PaymentDocument,
    RefundDocument,
    RefundLineDocument,
    Source,
)
from members.models import Identity
from members.selectors import members

_REDEEM_PERCENT = 9
_REFUND_PERMILLE = 28
_WHOLE_PERCENT = 40
_MOST_DAYS_LATER = 6
# Points are spent by the ten units of the currency, for at most half of an order.
_STEP_AMOUNT = 1_000
_REASONS = ("不想要了", "商品破损", "临近保质期", "买错了", "changed mind", "damaged")


@dataclass(frozen=True)
class Day:
    """The rows of one day of a shard, and those of earlier orders that are brought back on it.
    `at` is when the last order of the day was paid."""

    first: int
    last: int
    at: datetime
    returned: tuple[int, ...]


def day(shard: Baskets, first: int, *, edition: Edition) -> Day:
    """The day that begins with row `first`."""
    zone = ZoneInfo(edition.time_zone)
    today = calendars.moment(int(shard.seconds[first]), zone).date()
    last = first + 1
    while last < len(shard) and _date(shard, last, zone) == today:
        last += 1
    at = calendars.moment(int(shard.seconds[last - 1]), zone)
    return Day(first, last, at, tuple(_returned(shard, first, today, zone)))


def live(shard: Baskets, day: Day, *, edition: Edition, source: Source) -> list[orders.Recorded]:
    """Records the day's orders, some of them paid with points, then its refunds."""
    bought = [order(shard, row, edition=edition) for row in range(day.first, day.last)]
    outcomes = orders.record_batch(
        orders=_with_points(bought, day.at), source=source, at=day.at
    )
    for row in day.returned:
        _bring_back(str(shard.basket[row]), source, day.at)
    return outcomes


def _returned(shard: Baskets, first: int, today: date, zone: ZoneInfo) -> Iterator[int]:
    """Rows of orders that come back today, or came back on a day without orders just before."""
    yesterday = _date(shard, first - 1, zone) if first else date.min
    for row in range(first - 1, -1, -1):
        bought_on = _date(shard, row, zone)
        if bought_on < yesterday - timedelta(days=_MOST_DAYS_LATER):
            return
        due = _returned_on(int(shard.basket[row]), bought_on)
        if due is not None and yesterday < due <= today:
            yield row


def _date(shard: Baskets, row: int, zone: ZoneInfo) -> date:
    return calendars.moment(int(shard.seconds[row]), zone).date()


def _returned_on(basket: int, bought_on: date) -> date | None:
    dice = Dice(basket, about="refund")
    if dice.number("is returned", 1_000) >= _REFUND_PERMILLE:
        return None
    return bought_on + timedelta(days=1 + dice.number("days", _MOST_DAYS_LATER))


def _with_points(bought: Sequence[OrderDocument], at: datetime) -> list[OrderDocument]:
    """The same orders; those whose members like to spend points are paid with some."""
    terms = programs.current()
    spent: set[str] = set()
    found = []
    for document in bought:
        assert document.member is not None
        household = document.member.value
        wants = Dice(int(document.external_id), about="points").percent("redeem", _REDEEM_PERCENT)
        if wants and household not in spent:
            spent.add(household)
            document = _paid_with_points(document, terms, at)
        found.append(document)
    return found


def _paid_with_points(
    document: OrderDocument, terms: programs.Terms, at: datetime
) -> OrderDocument:
    assert document.member is not None
    member = members.find(
        kind=Identity.Kind.EXTERNAL, value=document.member.value, issuer=ISSUER
    )
    if member is None or not document.paid:
        return document
    points = accounts.available(member_ids=[member.pk], at=at).get(member.pk, 0)
    due = document.paid[0].amount
    amount = min(terms.amount_of(points), due // 2) // _STEP_AMOUNT * _STEP_AMOUNT
    if amount == 0:
        return document
    rest = msgspec.structs.replace(document.paid[0], amount=due - amount)
    paid = (PaymentDocument(method="points", kind="POINTS", amount=amount), rest)
    return msgspec.structs.replace(document, paid=paid)


def _bring_back(external_id: str, source: Source, at: datetime) -> None:
    bought = Order.objects.filter(source=source.name, external_id=external_id).first()
    if bought is None or bought.net_amount == 0:
        return
    dice = Dice(int(external_id), about="refund")
    is_whole = dice.percent("whole", _WHOLE_PERCENT)
    document = RefundDocument(
        external_id=f"R-{external_id}",
        occurred_at=at,
        lines=msgspec.UNSET if is_whole else _some_lines(bought, dice),
        reason=dice.one_of("reason", _REASONS),
    )
    refunds.record(order_uid=bought.uid, refund=document, source=source, at=at)


def _some_lines(bought: Order, dice: Dice) -> tuple[RefundLineDocument, ...]:
    """One line of the order, or two."""
    lines = [line for line in bought.lines.order_by("number") if line.net_amount > 0]
    start = dice.number("line", len(lines))
    chosen = lines[start : start + 1 + dice.number("more", 2)]
    return tuple(
        RefundLineDocument(
            line_id=line.line_id, quantity=line.quantity, refund_amount=line.net_amount
        )
        for line in chosen
    )
