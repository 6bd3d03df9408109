"""What the rules in force need beside the order: the member's birthday and tags, the catalogue's
categories, what capped rules gave before. Asked of the database only where a rule asks for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from loyalty.rules import calendar, earning_facts
from loyalty.rules.earning_caps import Used
from loyalty.services.budgets import Purse
from loyalty.services.documents import OrderDocument
from loyalty.services.programs import Terms
from loyalty.services.rule_extras import BuyerRow, Extras, UseRow


@dataclass
class Uses:
    """What capped rules gave members so far, by day; grows with each order of the batch."""

    rows: dict[tuple[int, str], dict[date | None, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[UseRow]) -> "Uses":
        uses = cls()
        for member_id, code, day, points in rows:
            uses.add(member_id, code, day, points)
        return uses

    def add(self, member_id: int, code: str, day: date | None, points: int) -> None:
        days = self.rows.setdefault((member_id, code), {})
        days[day] = days.get(day, 0) + points

    def used(self, member_id: int, codes: Sequence[str], day: date) -> dict[str, Used]:
        return {code: self._used(member_id, code, day) for code in codes}

    def _used(self, member_id: int, code: str, day: date) -> Used:
        days = self.rows.get((member_id, code), {})
        month = sum(
            points
            for one, points in days.items()
            if one is not None and (one.year, one.month) == (day.year, day.month)
        )
        return Used(days.get(day, 0), month, sum(days.values()))


@dataclass
class Inputs:
    """Beside the orders of a batch, all that rules may ask for."""

    buyers: Mapping[int, BuyerRow] = field(default_factory=dict)
    kinds: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    uses: Uses = field(default_factory=Uses)
    purse: Purse = field(default_factory=Purse)


def request(orders: Sequence[OrderDocument], terms: Terms) -> dict[str, Any] | None:
    """What `loyalty_open` has to bring along; None: nothing."""
    wanted: dict[str, Any] = {}
    codes: set[str] = set()
    skus: set[str] = set()
    for order in orders:
        selection = terms.rules.at(order.occurred_at)
        if selection.plain is not None or order.member is None:
            continue
        if earning_facts.needs_member(selection.fields):
            wanted["buyers"] = True
        if earning_facts.needs_catalogue(selection.fields):
            skus |= {line.sku for line in order.lines}
        codes |= set(selection.capped_codes)
    if skus:
        wanted["skus"] = sorted(skus)
    if codes:
        first = min(calendar.local_day(order.occurred_at, terms.zone) for order in orders)
        wanted |= {"codes": sorted(codes), "since": first.replace(day=1), "ever": True}
    return wanted or None


def inputs(extras: Extras | None, orders: Sequence[OrderDocument], terms: Terms) -> Inputs:
    """Working copies for one batch."""
    found = extras or Extras()
    return Inputs(
        found.buyers or {},
        found.kinds or {},
        Uses.of(found.uses or ()),
        Purse(_locks(orders, terms) if len(orders) > 1 else ()),
    )


def _locks(orders: Sequence[OrderDocument], terms: Terms) -> tuple[int, ...]:
    budgets: set[int] = set()
    for order in orders:
        budgets |= set(terms.rules.at(order.occurred_at).budget_ids)
    return tuple(sorted(budgets))


def day_of(occurred_at: datetime, terms: Terms) -> date:
    """The day that caps count: the programme's."""
    return calendar.local_day(occurred_at, terms.zone)
