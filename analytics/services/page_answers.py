"""Answers that take seconds where there are a million members, read in the night for the pages of
the day: who moved between classes in the usual periods, and what health foretold."""

from datetime import date

from analytics.models import ClassKind
from analytics.rules import periods
from analytics.selectors import asking, class_moves, health_reports
from analytics.selectors.filters import Filters, Period

_KINDS = (ClassKind.RFM_8, ClassKind.RFM_10)
_MOST_SECONDS = 600


def prepare(*, today: date) -> None:
    """Reads them as pages of `today` will ask: a minute at a million members. Nothing before the
    first night."""
    if class_moves.known() is None:
        return
    for name in (*periods.LAST_DAYS, *periods.CALENDAR):
        days = periods.named(name, today)
        filters = Filters(period=Period(from_on=days.from_on, to_on=days.to_on))
        with asking.together(timeout_seconds=_MOST_SECONDS):
            for kind in _KINDS:
                class_moves.flows(filters, kind)
    health_reports.prepare()
