"""The stores side by side: what each sells, to whom, and who comes back to it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics.admin.dashboards import place_words, tiles
from analytics.admin.dashboards.charts import As, Cell, Chart, Column, Kind, Part
from analytics.admin.dashboards.dashboards import Asked, Content, Dashboard
from analytics.rules import comparisons, ratios
from analytics.selectors import filter_choices, places
from analytics.selectors.places import Buyers, Place

STORES_DRAWN = 20
_MONEY = (As.AMOUNT, As.AMOUNT)


def read(asked: Asked) -> Content:
    filters = asked.filters
    return Content(
        tiles=(
            tiles.measured("sales", filters),
            tiles.measured("paid_orders", filters),
            tiles.measured("aov", filters),
            tiles.measured("member_share", filters, parts_shown_as=_MONEY),
            tiles.measured("new_members", filters),
            tiles.measured("returning_rate", filters),
        ),
        charts=(_bars(asked), _table(asked)),
    )


def _bars(asked: Asked) -> Chart:
    found = _sold(places.sums(asked.filters, by=places.STORE))
    return Chart(
        code="sales",
        kind=Kind.STACKED,
        is_horizontal=True,
        is_wide=True,
        title=_("Sales by store"),
        most_drawn=STORES_DRAWN,
        definition=_(
            "Net sales of the period by the store of the order: to members, and to others."
        ),
        source=_("days' figures"),
        columns=(
            Column(label=_("Store"), shown_as=As.TEXT),
            Column(label=_("To members"), shown_as=As.AMOUNT, is_drawn=True),
            Column(label=_("To others"), shown_as=As.AMOUNT, is_drawn=True),
            Column(label=_("Sales"), shown_as=As.AMOUNT),
        ),
        rows=tuple(
            (
                place_words.store(asked, one.id),
                one.member_sales,
                one.sales - one.member_sales,
                one.sales,
            )
            for one in found
        ),
        totals=(
            None,
            sum(one.member_sales for one in found),
            sum(one.sales - one.member_sales for one in found),
            sum(one.sales for one in found),
        ),
        links=_links(asked, found),
    )


def _table(asked: Asked) -> Chart:
    found = places.sums(asked.filters, by=places.STORE)
    bought = places.buyers(asked.filters)
    earlier = _sales_before(asked)
    return Chart(
        code="stores",
        kind=Kind.TABLE,
        is_wide=True,
        title=_("Store by store"),
        definition=_(
            "Most sales first. Returning: members with two or more paid orders in that store, of "
            "those with one or more there. New members count where they joined. The change is that "
            "of sales against the compared period. A click on a store narrows the page to it."
        ),
        numerator=_("member share: member sales; returning: members with two or more paid orders"),
        denominator=_("member share: sales; returning: members with a paid order"),
        source=_("days' figures, members' days"),
        columns=(
            Column(label=_("Store"), shown_as=As.TEXT),
            Column(label=_("Sales"), shown_as=As.AMOUNT),
            Column(label=_("Change of sales"), shown_as=As.PERCENT),
            Column(label=_("Paid orders")),
            Column(label=_("Average order"), shown_as=As.AMOUNT),
            Column(label=_("Member share"), shown_as=As.PERCENT),
            Column(label=_("New members")),
            Column(label=_("Buying members")),
            Column(label=_("Returning"), shown_as=As.SHARE),
        ),
        rows=tuple(
            _row(place_words.store(asked, one.id), one, bought.get(one.id), earlier)
            for one in found
        ),
        totals=_totals(found, earlier),
        links=_links(asked, found),
    )


def _row(
    name: str, one: Place, bought: Buyers | None, earlier: Mapping[int | None, int]
) -> tuple[Cell, ...]:
    bought = bought or Buyers()
    return (
        name,
        one.sales,
        comparisons.change_percent(one.sales, earlier[one.id]) if one.id in earlier else None,
        one.orders,
        _average(one),
        Part(one.member_sales, one.sales).percent,
        one.joined,
        bought.buyers,
        Part(bought.returning, bought.buyers),
    )


def _totals(found: tuple[Place, ...], earlier: Mapping[int | None, int]) -> tuple[Cell, ...]:
    """Buyers have no sum: one member may buy in two stores."""
    whole = sum(found, Place(id=None))
    before = sum(earlier.values())
    return (
        None,
        whole.sales,
        comparisons.change_percent(whole.sales, before),
        whole.orders,
        _average(whole),
        Part(whole.member_sales, whole.sales).percent,
        whole.joined,
        None,
        None,
    )


def _average(one: Place) -> int | None:
    return ratios.each(one.sales, one.orders)


def _sales_before(asked: Asked) -> dict[int | None, int]:
    before = tiles.of_compared(asked.filters)
    if before is None:
        return {}
    return {one.id: one.sales for one in places.sums(before, by=places.STORE)}


def _sold(found: tuple[Place, ...]) -> tuple[Place, ...]:
    return tuple(one for one in found if one.orders or one.sales)


def _links(asked: Asked, found: tuple[Place, ...]) -> tuple[Any, ...]:
    return tuple(place_words.link(asked, filter_choices.STORE, one.id) for one in found)


DASHBOARD = Dashboard(
    code="stores",
    title=_("Stores"),
    lead=_("The stores side by side: what each sells, to whom, and who comes back to it."),
    icon="storefront",
    read=read,
)
