"""Concentration, lifetime value and profit by tier, drawn."""

from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from analytics.admin.dashboards import cells, tier_words
from analytics.admin.dashboards.charts import As, Chart, Column, Kind, Part
from analytics.admin.dashboards.dashboards import Asked
from analytics.rules import lifetime as lifetimes
from analytics.rules import ratios
from analytics.selectors import concentrations, policies
from analytics.selectors.filters import Filters
from analytics.selectors.measures import tiers as tier_measures
from analytics.selectors.measures import worth


def concentration(filters: Filters) -> Chart:
    found = concentrations.concentration(filters)
    return Chart(
        code="concentration",
        kind=Kind.BAR,
        title=_("Who the sales come from"),
        definition=_(
            "The share of the period's member sales that the members who bought most account for. "
            "So many per cent of the buying members, rounded up to whole members."
        ),
        numerator=_("net sales to the members who bought most"),
        denominator=_("net sales to all members who bought in the period"),
        source=_("members' days"),
        columns=(
            Column(label=_("Who"), shown_as=As.TEXT),
            Column(label=_("Share of sales"), shown_as=As.PERCENT, is_drawn=True),
            Column(label=_("Members")),
            Column(label=_("Sales"), shown_as=As.AMOUNT),
        ),
        rows=tuple(
            (
                _("Top %(percent)s %%") % {"percent": one.percent},
                Part(one.sales, found.sales).percent,
                one.members,
                one.sales,
            )
            for one in found.tops
        ),
        totals=(None, None, found.members, found.sales),
        empty_hint=_("No member bought in these days: choose a longer period or fewer filters."),
    )


def lifetime(asked: Asked) -> Chart:
    year, margin = worth.year(asked.filters), policies.current().margin_percent
    value = lifetimes.value(year, Fraction(margin))
    churn = year.churn
    parts = (
        (_("Average order"), _amount(ratios.each(year.sales, year.orders), asked),
         _("net sales of the 364 days divided by their paid orders")),
        (_("Orders a year"), _plain(ratios.factor(year.orders, year.buyers)),
         _("paid orders of the 364 days divided by buying members")),
        (_("Churn of a year"), _percent(None if churn is None else ratios.percent(churn, 1)),
         _("from those of the first 26 weeks who didn't buy in the last 26")),
        (_("Expected years"), _plain(ratios.factor(1, churn) if churn else None),
         _("one divided by the churn")),
        (_("Margin"), _percent(margin), _("a setting")),
        (_("Lifetime value, simple"),
         _amount(None if value is None else ratios.each(value, 1), asked),
         _("all of these multiplied, without the churn itself")),
    )  # fmt: skip
    return Chart(
        code="lifetime",
        kind=Kind.TABLE,
        title=_("Lifetime value and its parts"),
        definition=_(
            "Average order × orders a year × expected years × margin, of members over the 364 "
            "days that end with the period. It is multiplied exactly and rounded at the end."
        ),
        source=_("members' days"),
        columns=(
            Column(label=_("Part"), shown_as=As.TEXT),
            Column(label=_("Figure"), shown_as=As.TEXT),
            Column(label=_("What it is"), shown_as=As.TEXT),
        ),
        rows=parts if year.buyers else (),
        empty_hint=_("No member bought in the 364 days that end with the period."),
    )


def tiers(asked: Asked) -> Chart:
    found = tier_measures.worths(asked.filters)
    figures = [
        (
            tier_words.name(asked, one.tier),
            one.buyers,
            one.sales,
            ratios.each(one.margin, 1),
            ratios.each(one.cost, 1),
            ratios.each(one.profit, 1),
            ratios.each(one.profit, one.buyers),
        )
        for one in found
    ]
    buyers = sum(one.buyers for one in found)
    profit = sum((one.profit for one in found), Fraction())
    return Chart(
        code="tiers",
        kind=Kind.BAR,
        is_wide=True,
        title=_("Profit and cost by tier"),
        definition=_(
            "Of the members of each tier now: net sales of the period times the margin, which is "
            "a setting, less the points earned with these orders at the value that they pay with, "
            "less the expected breakage."
        ),
        source=_("members' days, accounts"),
        columns=(
            Column(label=_("Tier"), shown_as=As.TEXT),
            Column(label=_("Buying members")),
            Column(label=_("Sales"), shown_as=As.AMOUNT),
            Column(label=_("Gross margin"), shown_as=As.AMOUNT, is_drawn=True),
            Column(label=_("Cost of points"), shown_as=As.AMOUNT, is_drawn=True),
            Column(label=_("Profit"), shown_as=As.AMOUNT, is_drawn=True),
            Column(label=_("Profit each"), shown_as=As.AMOUNT),
        ),
        rows=tuple(figures),
        totals=(
            None,
            buyers,
            sum(one.sales for one in found),
            ratios.each(sum((one.margin for one in found), Fraction()), 1),
            ratios.each(sum((one.cost for one in found), Fraction()), 1),
            ratios.each(profit, 1),
            ratios.each(profit, buyers),
        ),
        empty_hint=_("No member bought in these days: choose a longer period or fewer filters."),
    )


def _amount(amount: int | None, asked: Asked) -> str:
    return cells.text(amount, As.AMOUNT, asked.currency)


def _percent(value: Decimal | None) -> str:
    return cells.NONE if value is None else f"{value}%"


def _plain(value: Decimal | None) -> str:
    return cells.NONE if value is None else f"{value:,}"
