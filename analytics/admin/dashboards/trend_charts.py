"""Figures along the period, beside the period that is compared with."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from analytics.admin.dashboards.charts import As, Cell, Chart, Column, Kind
from analytics.admin.dashboards.dashboards import Asked
from analytics.selectors import trends
from analytics.selectors.trends import Grain, Point

_HEADINGS = {Grain.DAY: _("Day"), Grain.WEEK: _("Week from"), Grain.MONTH: _("Month")}
_BEFORE = _("{what}, compared")


@dataclass(frozen=True, kw_only=True)
class Line:
    """Sums that add up along the period; `before` is drawn pale."""

    label: Any
    shown_as: As
    values: Sequence[int]
    is_before: bool = False


def sales(asked: Asked) -> Chart:
    now, before = _points(asked)
    return _chart(
        asked,
        code="sales",
        title=_("Sales"),
        definition=_(
            "Net sales along the period, to all and to members; a refund lowers the day of its "
            "order."
        ),
        lines=[
            Line(label=_("Sales"), shown_as=As.AMOUNT, values=[one.sales for one in now]),
            _before(_("Sales"), As.AMOUNT, [one.sales for one in before]),
            Line(
                label=_("Member sales"),
                shown_as=As.AMOUNT,
                values=[one.member_sales for one in now],
            ),
        ],
    )


def orders(asked: Asked) -> Chart:
    now, before = _points(asked)
    return _chart(
        asked,
        code="orders",
        title=_("Paid orders"),
        definition=_(
            "Orders along the period whose net sales are above zero, of all and of members."
        ),
        lines=[
            Line(label=_("Paid orders"), shown_as=As.COUNT, values=[one.orders for one in now]),
            _before(_("Paid orders"), As.COUNT, [one.orders for one in before]),
            Line(
                label=_("Of members"),
                shown_as=As.COUNT,
                values=[one.member_orders for one in now],
            ),
        ],
    )


def joined(asked: Asked) -> Chart:
    filters = asked.filters
    grain = trends.grain_of(filters.period)
    now = trends.joined(filters, filters.period, grain)
    before = trends.joined(filters, filters.compared, grain) if filters.compared else ()
    return _chart(
        asked,
        code="joined",
        title=_("New members"),
        definition=_("Members who joined, by the store and channel of joining."),
        lines=[
            Line(label=_("New members"), shown_as=As.COUNT, values=now),
            _before(_("New members"), As.COUNT, before),
        ],
    )


def _points(asked: Asked) -> tuple[Sequence[Point], Sequence[Point]]:
    filters = asked.filters
    grain = trends.grain_of(filters.period)
    now = trends.sales(filters, filters.period, grain)
    before = trends.sales(filters, filters.compared, grain) if filters.compared else ()
    return now, before


def _before(label: Any, shown_as: As, values: Sequence[int]) -> Line:
    return Line(
        label=format_lazy(_BEFORE, what=label), shown_as=shown_as, values=values, is_before=True
    )


def _chart(asked: Asked, *, code: str, title: Any, definition: Any, lines: list[Line]) -> Chart:
    """Day by day, the first day beside the first one of the compared period."""
    period = asked.filters.period
    grain = trends.grain_of(period)
    starts = trends.starts_of(period, grain)
    told = [line for line in lines if line.values or not line.is_before]
    rows: list[tuple[Cell, ...]] = [
        (start, *values)
        for start, *values in zip_longest(starts, *(line.values[: len(starts)] for line in told))
    ]
    return Chart(
        code=code,
        kind=Kind.LINE,
        title=title,
        definition=definition,
        source=_("days' figures"),
        is_wide=True,
        columns=(
            Column(label=_HEADINGS[grain], shown_as=As.MONTH if grain == Grain.MONTH else As.DAY),
            *(_column(line) for line in told),
        ),
        rows=tuple(rows),
        totals=(None, *(sum(line.values) for line in told)),
        empty_hint=_(
            "Nothing was sold in these days: choose a longer period or fewer filters. Figures "
            "appear with the orders that tills and shops send."
        ),
    )


def _column(line: Line) -> Column:
    return Column(label=line.label, shown_as=line.shown_as, is_drawn=True, is_before=line.is_before)
