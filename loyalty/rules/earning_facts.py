"""What the conditions of earning rules see of an order and its member."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from loyalty.rules import order_fields

Values = dict[str, Any]
# What follows from the lines; a refund works it out anew on what is left.
FROM_LINES = frozenset(
    {"order.eligible_amount", "order.net_amount", "order.lines_count", "order.quantity"}
)


class SoldLine(Protocol):
    """A line as far as conditions care; `quantity` is a decimal, `net_amount` minor units."""

    @property
    def sku(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def brand(self) -> str: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def net_amount(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Buyer:
    """The member as of the order. `birthday_md` is month × 100 + day, and brings nothing before
    `birthday_counts_from_on`; `order_number` is 1 for the first order."""

    tier: str = ""
    coefficient_percent: int = 100
    order_number: int = 1
    tags: frozenset[str] = frozenset()
    birthday_md: int | None = None
    birthday_counts_from_on: date | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where it was sold, and that place's zone."""

    zone: ZoneInfo
    store_id: int | None = None
    store_code: str = ""
    store_city: str = ""
    channel_code: str = ""


@dataclass(slots=True)
class Facts:
    """An order to be judged. `kinds` are category and brand by SKU where the catalogue knows
    better than the till; `program_zone` is that of birthdays."""

    lines: Sequence[SoldLine]
    eligible_amounts: Sequence[int]
    buyer: Buyer
    place: Place
    occurred_at: datetime
    program_zone: ZoneInfo
    kinds: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    _order: Values | None = None

    def of_order(self) -> Values:
        if self._order is None:
            self._order = {**self._amounts(), **self._time(), **self._member(), **self._place()}
        return self._order

    def of_line(self, index: int) -> Values:
        """The facts of one line, with those of the order."""
        line = self.lines[index]
        category, brand = self.kinds.get(line.sku, ("", ""))
        return {
            **self.of_order(),
            "line.sku": line.sku,
            "line.category": category or line.category or None,
            "line.brand": brand or line.brand or None,
            "line.net_amount": line.net_amount,
            "line.quantity": whole(line.quantity),
        }

    def _amounts(self) -> Values:
        return {
            "order.eligible_amount": sum(self.eligible_amounts),
            "order.net_amount": sum(line.net_amount for line in self.lines),
            "order.lines_count": len(self.lines),
            "order.quantity": whole(sum((line.quantity for line in self.lines), Decimal(0))),
        }

    def _time(self) -> Values:
        local = self.occurred_at.astimezone(self.place.zone)
        return {
            "time.weekday": local.isoweekday(),
            "time.hour": local.hour,
            "time.date": local.date(),
            "time.day_of_month": local.day,
        }

    def _member(self) -> Values:
        buyer = self.buyer
        day = self.occurred_at.astimezone(self.program_zone).date()
        month, is_day = birthday(buyer.birthday_md, buyer.birthday_counts_from_on, day)
        return {
            "member.tier": buyer.tier or None,
            "member.tags": buyer.tags,
            "member.is_birthday_month": month,
            "member.is_birthday": is_day,
            "member.order_number": buyer.order_number,
            "member.is_first_order": buyer.order_number == 1,
        }

    def _place(self) -> Values:
        return {
            "store.code": self.place.store_code or None,
            "store.city": self.place.store_city or None,
            "channel.code": self.place.channel_code or None,
        }


def birthday(month_day: int | None, counts_from_on: date | None, day: date) -> tuple[bool, bool]:
    """Whether `day` is in the birthday's month, and the birthday itself. 29 February falls on
    the 28th in common years; a birthday that doesn't count yet is none."""
    if month_day is None or (counts_from_on is not None and day < counts_from_on):
        return False, False
    month, number = divmod(month_day, 100)
    is_leap = day.year % 4 == 0 and (day.year % 100 != 0 or day.year % 400 == 0)
    if month_day == 229 and not is_leap:
        number = 28
    return day.month == month, (day.month, day.day) == (month, number)


def whole(quantity: Decimal) -> int | Decimal:
    """A quantity as people write it: 2, not 2.000."""
    return int(quantity) if quantity == quantity.to_integral_value() else quantity.normalize()


def needs_member(fields: frozenset[str]) -> bool:
    """Whether the member's birthday or tags have to be read."""
    return bool(fields & {"member.tags", "member.is_birthday_month", "member.is_birthday"})


def needs_catalogue(fields: frozenset[str]) -> bool:
    """Whether the catalogue's category and brand have to be read."""
    return bool(fields & {"line.category", "line.brand"})


LINE_FIELDS = frozenset(
    code for code, one in order_fields.FIELDS.items() if one.scope == order_fields.LINE
)
