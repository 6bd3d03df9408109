"""Who stays: cohorts, repurchase, the life cycle by month, and who never came a second time."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics.admin.dashboards import tiles
from analytics.admin.dashboards.charts import As, Cell, Chart, Column, Kind, Part
from analytics.admin.dashboards.dashboards import Asked, Content, Dashboard
from analytics.selectors.filters import Filters
from analytics.selectors.measures import months, repurchase

# Two years of cohorts and of months are read on one screen; files hold what the page shows.
MOST_COHORTS = MOST_MONTHS = 24
_NO_ORDERS = _(
    "No member has bought by the period's end: figures appear with the orders that tills and "
    "shops send for members."
)


def read(asked: Asked) -> Content:
    filters = asked.filters
    return Content(
        tiles=(
            tiles.measured("returning_rate", filters),
            # They compare two months as it is, and a second time would read all months again.
            tiles.measured("month_retention", filters, is_compared=False),
            tiles.measured("month_churn", filters, is_compared=False),
            tiles.measured("bounce_rate", filters),
        ),
        charts=(_cohorts(filters), _repurchase(filters), _life_cycle(filters)),
    )


def _cohorts(filters: Filters) -> Chart:
    found = months.cohorts(filters)[-MOST_COHORTS:]
    longest = max((len(one.active) for one in found), default=0)
    return Chart(
        code="cohorts",
        kind=Kind.HEAT_MAP,
        title=_("Cohorts"),
        is_wide=True,
        definition=_(
            "A row is the members whose first paid order was in that month; the columns say how "
            "many of them had a paid order so many months later. The month of the period's last "
            "day may not be over."
        ),
        numerator=_("members of the cohort with a paid order in that month"),
        denominator=_("members of the cohort"),
        source=_("members' months, over the whole history up to the period's last day"),
        columns=(
            Column(label=_("First order in"), shown_as=As.MONTH),
            Column(label=_("Members")),
            *(
                Column(label=f"+{number}", shown_as=As.SHARE, is_drawn=True)
                for number in range(longest)
            ),
        ),
        rows=tuple((one.month, one.size, *_shares(one.active, one.size, longest)) for one in found),
        totals=(None, sum(one.size for one in found), *_together(found, longest)),
        note=_(
            "The last row counts, for each column, only cohorts that have come that far. At most "
            "24 cohorts are shown, the latest ones."
        ),
        empty_hint=_NO_ORDERS,
    )


def _shares(active: tuple[int, ...], size: int, longest: int) -> list[Cell]:
    """Cells of a row; nothing where the month has yet to come."""
    return [*(Part(count, size) for count in active), *[None] * (longest - len(active))]


def _together(found: Any, longest: int) -> list[Part]:
    """Of all cohorts old enough."""
    totals = []
    for number in range(longest):
        old_enough = [one for one in found if len(one.active) > number]
        totals.append(
            Part(sum(one.active[number] for one in old_enough), sum(one.size for one in old_enough))
        )
    return totals


def _repurchase(filters: Filters) -> Chart:
    found = repurchase.repurchase(filters)
    return Chart(
        code="repurchase",
        kind=Kind.BAR,
        title=_("Bought again within N days"),
        definition=_(
            "First orders: of the members whose first purchase day is N or more days before the "
            "period's last day, those whose next purchase day is within N days. All orders: the "
            "same of every purchase day. Two orders on one day are no repurchase."
        ),
        numerator=_("first orders, or purchase days, followed within N days"),
        denominator=_("all of them that are N or more days ago"),
        source=_("purchase days, over the whole history up to the period's last day"),
        columns=(
            Column(label=_("Within"), shown_as=As.TEXT),
            Column(label=_("First orders"), shown_as=As.SHARE, is_drawn=True),
            Column(label=_("First orders of then")),
            Column(label=_("All orders"), shown_as=As.SHARE, is_drawn=True),
            Column(label=_("Purchase days of then")),
        ),
        rows=tuple(
            (
                _("%(days)s days") % {"days": one.days},
                Part(one.first_repeated, one.first_base),
                one.first_base,
                Part(one.all_repeated, one.all_base),
                one.all_base,
            )
            for one in found
        ),
        empty_hint=_NO_ORDERS,
    )


def _life_cycle(filters: Filters) -> Chart:
    found = months.life_cycle(filters)[-MOST_MONTHS:]
    return Chart(
        code="life-cycle",
        kind=Kind.STACKED,
        title=_("Life cycle by month"),
        definition=_(
            "New: first paid order in the month. Returning: bought in it and in the month before. "
            "Back: bought in it, not in the month before, but earlier. Stayed away: bought in the "
            "month before, not in it; drawn below the line. New, returning and back together are "
            "the month's active members."
        ),
        source=_("members' months, up to the period's last day"),
        columns=(
            Column(label=_("Month"), shown_as=As.MONTH),
            Column(label=_("New"), is_drawn=True),
            Column(label=_("Returning"), is_drawn=True),
            Column(label=_("Back"), is_drawn=True),
            Column(label=_("Stayed away"), is_drawn=True, is_below=True),
            Column(label=_("Active")),
        ),
        rows=tuple(
            (one.month, one.new, one.returning, one.resurrecting, one.dormant, one.active)
            for one in found
        ),
        note=_("The month of the period's last day may not be over. At most 24 months are shown."),
        empty_hint=_NO_ORDERS,
    )


DASHBOARD = Dashboard(
    code="retention",
    title=_("Member retention"),
    lead=_("Who stays, who comes back, and who never came a second time."),
    icon="repeat",
    read=read,
    how_to_read=_(
        "Cohorts begin with the first order that this system knows. Where a shop's earlier "
        "customers were brought in at once, as in the demo's data (a panel of existing shoppers: "
        "only its first two months are meaningful), first cohorts are old customers and later ones "
        "mostly late comers among them."
    ),
)
