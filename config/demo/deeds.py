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

_REDEEM_PERCENT = 4
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


class Story:
    """The deeds of one shard; it remembers who the members are."""

    def __init__(self, shard: Baskets, *, edition: Edition, source: Source) -> None:
        self._shard, self._edition, self._source = shard, edition, source
        self._member_ids: dict[str, int] = {}

    def live(self, day: Day) -> list[orders.Recorded]:
        """Records the day's orders, some of them paid with points, then its refunds."""
        rows = range(day.first, day.last)
        bought = [order(self._shard, row, edition=self._edition) for row in rows]
        outcomes = orders.record_batch(
            orders=self._with_points(bought, day.at), source=self._source, at=day.at
        )
        for row in day.returned:
            _bring_back(str(self._shard.basket[row]), self._source, day.at)
        return outcomes

    def _with_points(self, bought: Sequence[OrderDocument], at: datetime) -> list[OrderDocument]:
        """The same orders; those whose members like to spend points are paid with some."""
        spending = {
            self._member_id(document): document.external_id
            for document in bought
            if document.paid and _wants_to_spend(document)
        }
        if not spending:
            return list(bought)
        terms = programs.kept()
        available = accounts.available(member_ids=list(spending), at=at)
        worth = {
            external_id: terms.amount_of(available.get(member_id, 0))
            for member_id, external_id in spending.items()
        }
        return [
            _paid_with_points(document, worth.get(document.external_id, 0)) for document in bought
        ]

    def _member_id(self, document: OrderDocument) -> int:
        assert document.member is not None
        household = document.member.value
        if household not in self._member_ids:
            member = members.find(kind=Identity.Kind.EXTERNAL, value=household, issuer=ISSUER)
            assert member is not None
            self._member_ids[household] = member.pk
        return self._member_ids[household]


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


def _wants_to_spend(document: OrderDocument) -> bool:
    return Dice(int(document.external_id), about="points").percent("redeem", _REDEEM_PERCENT)


def _paid_with_points(document: OrderDocument, worth: int) -> OrderDocument:
    due = document.paid[0].amount if document.paid else 0
    amount = min(worth, due // 2) // _STEP_AMOUNT * _STEP_AMOUNT
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
