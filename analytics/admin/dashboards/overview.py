"""How the shop does: members, sales, their trend, tiers, channels and stores."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics.admin.dashboards import place_words, tiles, trend_charts
from analytics.admin.dashboards.charts import As, Chart, Column, Kind, Part
from analytics.admin.dashboards.dashboards import Asked, Content, Dashboard
from analytics.selectors import filter_choices, places
from analytics.selectors import tiers as tier_figures

STORES_DRAWN = 10
_MONEY = (As.AMOUNT, As.AMOUNT)


def read(asked: Asked) -> Content:
    filters = asked.filters
    return Content(
        tiles=(
            tiles.measured("members", filters),
            tiles.measured("new_members", filters),
            tiles.measured("active_members", filters),
            tiles.measured("sales", filters),
            tiles.measured("paid_orders", filters),
            tiles.measured("aov", filters),
            tiles.measured("arpu", filters),
            tiles.measured("member_share", filters, parts_shown_as=_MONEY),
            tiles.measured("mau_orders", filters),
            tiles.measured("dau_orders", filters),
            # Apps tell of a day as it happens: there is nothing to compare before they did.
            tiles.measured("mau_events", filters, is_compared=False),
            tiles.measured("dau_events", filters, is_compared=False),
        ),
        charts=(
            trend_charts.sales(asked),
            trend_charts.orders(asked),
            _tiers(asked),
            _channels(asked),
            _stores(asked),
        ),
    )


def _tiers(asked: Asked) -> Chart:
    counts = tier_figures.holders(asked.filters)
    whole = sum(counts.values())
    shown = asked.choices[filter_choices.TIER]
    return Chart(
        code="tiers",
        kind=Kind.RING,
        title=_("Members by tier"),
        definition=_(
            "Members by the tier that they hold now, whatever the period; by the store and channel "
            "of joining. Merged and erased members are left out."
        ),
        source=_("accounts and members"),
        columns=(
            Column(label=_("Tier"), shown_as=As.TEXT),
            Column(label=_("Members"), is_drawn=True),
            Column(label=_("Share"), shown_as=As.PERCENT),
        ),
        rows=tuple(
            (one.name(asked.language), count, Part(count, whole).percent)
            for one in shown
            if (count := counts.get(one.id, 0)) or whole
        ),
        colors=tuple(one.color for one in shown),
        totals=(None, whole, None),
        empty_hint=_("Nobody has joined yet: members enroll at the counter or by an app."),
    )


def _channels(asked: Asked) -> Chart:
    found = places.sums(asked.filters, by=places.CHANNEL)
    return Chart(
        code="channels",
        kind=Kind.BAR,
        title=_("Sales by channel"),
        is_horizontal=True,
        definition=_("Net sales of the period by the channel of the order, to members and others."),
        source=_("days' figures"),
        columns=_columns(_("Channel")),
        rows=tuple(
            _row(place_words.channel(asked, one.id), one)
            for one in found
            if one.orders or one.sales
        ),
        totals=_totals(found),
        links=tuple(
            place_words.link(asked, filter_choices.CHANNEL, one.id)
            for one in found
            if one.orders or one.sales
        ),
    )


def _stores(asked: Asked) -> Chart:
    found = [one for one in places.sums(asked.filters, by=places.STORE) if one.orders or one.sales]
    return Chart(
        code="stores",
        kind=Kind.BAR,
        title=_("Top stores"),
        is_horizontal=True,
        is_wide=True,
        most_drawn=STORES_DRAWN,
        definition=_("Net sales of the period by the store of the order, to members and others."),
        source=_("days' figures"),
        columns=_columns(_("Store")),
        rows=tuple(_row(place_words.store(asked, one.id), one) for one in found),
        totals=_totals(found),
        links=tuple(place_words.link(asked, filter_choices.STORE, one.id) for one in found),
    )


def _columns(named: Any) -> tuple[Column, ...]:
    return (
        Column(label=named, shown_as=As.TEXT),
        Column(label=_("Sales"), shown_as=As.AMOUNT, is_drawn=True),
        Column(label=_("Paid orders")),
        Column(label=_("Member sales"), shown_as=As.AMOUNT),
        Column(label=_("Member share"), shown_as=As.PERCENT),
    )


def _row(name: str, one: places.Place) -> tuple[Any, ...]:
    share = Part(one.member_sales, one.sales).percent
    return name, one.sales, one.orders, one.member_sales, share


def _totals(found: Any) -> tuple[Any, ...]:
    whole = sum(found, places.Place(id=None))
    return (None, *_row("", whole)[1:])


DASHBOARD = Dashboard(
    code="overview",
    title=_("Overview"),
    lead=_("How the shop does: members, what they buy, and what everybody buys."),
    icon="monitoring",
    read=read,
)
