"""RFM: how lately, how often and for how much members bought; their classes, and who moved."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.admin.dashboards import class_charts, class_words, rfm_charts
from analytics.admin.dashboards.charts import As, Chart, Part
from analytics.admin.dashboards.dashboards import Asked, Content, Dashboard
from analytics.admin.dashboards.rfm_charts import Scored
from analytics.admin.dashboards.tiles import Tile
from analytics.models import ClassKind
from analytics.registry.measures import Value
from analytics.rules import ratios
from analytics.selectors import class_figures, class_moves, policies
from analytics.selectors.class_moves import Flows
from analytics.selectors.measures.classes import Cell, Classes

KINDS = (ClassKind.RFM_8, ClassKind.RFM_4, ClassKind.RFM_10)
_PEOPLE = frozenset({"tier", "segment"})
_TITLES = {
    ClassKind.RFM_4: gettext_lazy("Four classes"),
    ClassKind.RFM_8: gettext_lazy("Eight classes"),
    ClassKind.RFM_10: gettext_lazy("Ten segments"),
}


def read(asked: Asked) -> Content:
    filters = asked.filters
    found, is_of_night = class_figures.rfm(filters)
    seen = Scored(
        classes=found,
        said=class_words.as_of(found.as_of, is_of_night=is_of_night),
        window_days=policies.current().rfm_window_days,
    )
    days = class_moves.by_day(filters.period, KINDS)
    eight = class_moves.flows(filters, ClassKind.RFM_8)
    flows = {
        ClassKind.RFM_8: eight,
        ClassKind.RFM_4: class_moves.of_four(eight),
        ClassKind.RFM_10: class_moves.flows(filters, ClassKind.RFM_10),
    }
    return Content(
        tiles=_tiles(seen, eight),
        charts=(
            *rfm_charts.grids(seen),
            *(chart for kind in KINDS for chart in _of_kind(seen, kind, flows[kind], days[kind])),
        ),
    )


def _tiles(seen: Scored, eight: Flows) -> tuple[Tile, ...]:
    whole = _whole(seen.classes)
    window = {"days": seen.window_days}
    return (
        Tile(
            code="scored",
            label=_("Scored members"),
            definition=_("Members with a paid order within the %(days)s days of the window.")
            % window,
            shown_as=As.COUNT,
            value=Value(value=whole.members),
        ),
        Tile(
            code="orders_each",
            label=_("Orders each"),
            definition=_("Paid orders within the window, divided by scored members."),
            shown_as=As.DECIMAL,
            value=Value(
                value=ratios.factor(whole.orders, whole.members),
                numerator=whole.orders,
                denominator=whole.members,
            ),
            numerator=_("paid orders of the window"),
            denominator=_("scored members"),
        ),
        Tile(
            code="sales_each",
            label=_("Sales each"),
            definition=_("Net sales within the window, divided by scored members."),
            shown_as=As.AMOUNT,
            parts_shown_as=(As.AMOUNT, As.COUNT),
            value=Value(
                value=ratios.each(whole.sales, whole.members),
                numerator=whole.sales,
                denominator=whole.members,
            ),
            numerator=_("net sales of the window"),
            denominator=_("scored members"),
        ),
        _moved(eight),
    )


def _moved(eight: Flows) -> Tile:
    return Tile(
        code="moved",
        label=_("Moved to another class"),
        definition=_(
            "Members whose one of the eight classes was another on the period's last day than "
            "on its first; to and from no class too."
        ),
        shown_as=As.PERCENT,
        value=Value(
            value=Part(eight.moved, eight.members).percent,
            numerator=eight.moved,
            denominator=eight.members,
        ),
        numerator=_("members who moved"),
        denominator=_("members in a class on either day"),
        narrowed_by=_PEOPLE,
    )


def _whole(found: Classes) -> Cell:
    whole = Cell()
    for group in found.groups:
        if group.scores[0] is not None:
            whole = whole.plus(group)
    return whole


def _of_kind(
    seen: Scored, kind: ClassKind, flows: Flows, days: class_moves.Days
) -> tuple[Chart, ...]:
    title = _TITLES[kind]
    return (
        rfm_charts.of_classes(seen, kind, title=title),
        class_charts.flow(kind, flows, title=_("%(title)s: who moved where") % {"title": title}),
        class_charts.matrix(
            kind, flows, title=_("%(title)s: moves, as a matrix") % {"title": title}
        ),
        class_charts.trend(kind, days, title=_("%(title)s by day") % {"title": title}),
    )


DASHBOARD = Dashboard(
    code="rfm",
    title=gettext_lazy("RFM"),
    lead=gettext_lazy(
        "How lately, how often and for how much members bought, and who moved between classes."
    ),
    icon="grid_on",
    read=read,
    is_compared=False,
    how_to_read=gettext_lazy(
        "Scores are relative: each member is judged among all who bought within the window, so a "
        "class can change because others bought. Members who objected to being profiled are in no "
        "class. The window, the way of scoring and all cuts are settings."
    ),
)
