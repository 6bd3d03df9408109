"""The effect of a campaign as tiles and tables, with definitions: of the page and of the file."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics.admin.dashboards.charts import As, Cell, Chart, Column, Kind, Part
from analytics.admin.dashboards.dashboards import Content
from campaigns.admin import effect_tiles
from campaigns.admin import effect_words as words
from campaigns.rules.effects import Rung
from campaigns.selectors.effects import ArmEffect, Effect, Sales

_MOST_GIFTS = 50


def content(effect: Effect, *, is_whole: bool) -> Content:
    """Tiles first, then the tables in the order in which they are read; of many gifts the page
    shows fifty, the file is whole."""
    tables = (_ladder, _losses, _sales, _arms, _channels)
    most_gifts = len(effect.cost.gifts) if is_whole else _MOST_GIFTS
    charts = [*(table(effect) for table in tables), _gifts(effect, most_gifts)]
    return Content(
        tiles=tuple(effect_tiles.tiles(effect)),
        charts=tuple(chart for chart in charts if chart.rows),
    )


def _ladder(effect: Effect) -> Chart:
    return Chart(
        code="ladder",
        kind=Kind.TABLE,
        title=_("Ladder"),
        definition=_(
            "Members, not messages; each step is part of the one before. Whoever came in twice "
            "stands where they came farthest."
        ),
        columns=(
            Column(label=_("Step"), shown_as=As.TEXT),
            Column(label=pgettext("how many", "Members")),
            Column(label=_("Of all targeted"), shown_as=As.SHARE),
            Column(label=_("Lost on the way to it")),
            Column(label=_("What it counts"), shown_as=As.TEXT),
        ),
        rows=tuple(
            (
                str(words.RUNGS[step.rung]),
                step.members_count,
                None
                if step.members_count is None
                else Part(step.members_count, effect.targeted_count),
                None if step.members_count is None else step.lost_count,
                str(words.ABSENT[step.absence] if step.absence else words.DEFINITIONS[step.rung]),
            )
            for step in effect.ladder
        ),
    )


def _losses(effect: Effect) -> Chart:
    return Chart(
        code="losses",
        kind=Kind.TABLE,
        title=_("Reasons for every loss"),
        definition=_("One reason for each member; they sum to the difference of the steps."),
        columns=(
            Column(label=_("On the way to"), shown_as=As.TEXT),
            Column(label=_("Reason"), shown_as=As.TEXT),
            Column(label=pgettext("how many", "Members")),
        ),
        rows=tuple(
            (str(words.RUNGS[step.rung]), words.reason(loss.reason), loss.members_count)
            for step in effect.ladder
            for loss in step.lost
        ),
    )


def _sales(effect: Effect) -> Chart:
    told: list[tuple[str, Sales | None, str]] = [
        (_("Redeemers"), effect.redeemer_sales, effect_tiles.of_redeemers(effect)),
        (_("Attributed to the last message"), effect.attributed, effect_tiles.of_touch(effect)),
        (_("All targeted"), effect.sales, effect_tiles.of_all(effect)),
    ]
    return Chart(
        code="sales",
        kind=Kind.TABLE,
        title=_("Net sales, three ways"),
        definition=_("Net of refunds. The three overlap: they are not to be added up."),
        empty_hint=_("No orders yet: they appear here as members buy."),
        columns=(
            Column(label=_("Whose"), shown_as=As.TEXT),
            Column(label=_("Buyers")),
            Column(label=pgettext("how many", "Orders")),
            Column(label=_("Net sales"), shown_as=As.AMOUNT),
            Column(label=_("What it counts"), shown_as=As.TEXT),
        ),
        rows=tuple(
            (name, sales.buyers_count, sales.orders_count, sales.net_amount, definition)
            for name, sales, definition in told
            if sales is not None
        ),
        is_wide=True,
    )


def _arms(effect: Effect) -> Chart:
    shown = [*effect.arms, *([effect.control] if effect.control else [])]
    has_gifts = effect.redeemed_count is not None
    return Chart(
        code="arms",
        kind=Kind.TABLE,
        title=_("Variants and control"),
        definition=_(
            "Members as they were drawn. Those held out went through the same gate and got nothing."
        ),
        columns=_columns(
            _("Variant"),
            *(pgettext("how many", "Members"), _("Sent a message"), _("Opened it"), _("Redeemed")),
            *(_("Reached the goal"), _("Buyers"), pgettext("how many", "Orders")),
            amount=_("Net sales"),
        ),
        rows=tuple(_arm_row(arm, effect, has_gifts) for arm in shown),
        note=_(
            "The comparison comes with the statistics: until then a difference between the rows "
            "may be chance."
        ),
        is_wide=True,
    )


def _arm_row(arm: ArmEffect, effect: Effect, has_gifts: bool) -> tuple[Cell, ...]:
    has_messages = effect.parts.has_messages
    return (
        words.arm(arm.arm),
        arm.members_count,
        arm.counts[Rung.SENT] if has_messages else None,
        arm.counts[Rung.OPENED] if has_messages else None,
        arm.redeemed_count if has_gifts else None,
        arm.converted_count if effect.parts.has_goal else None,
        arm.sales.buyers_count,
        arm.sales.orders_count,
        arm.sales.net_amount,
    )


def _channels(effect: Effect) -> Chart:
    return Chart(
        code="channels",
        kind=Kind.TABLE,
        title=_("Messages by channel"),
        definition=_("Here messages are counted: one member may have got several."),
        columns=_columns(
            _("Channel"),
            *(pgettext("how many", "Messages"), _("Sent"), _("Delivered")),
            *(pgettext("a message", "Opened"), _("Clicked")),
            amount=_("Cost"),
        ),
        rows=tuple(
            (
                words.medium(one.medium),
                one.messages_count,
                one.sent_count,
                one.delivered_count,
                one.opened_count,
                one.clicked_count,
                one.cost_amount,
            )
            for one in effect.cost.channels
        ),
        is_wide=True,
    )


def _gifts(effect: Effect, most: int) -> Chart:
    gifts = effect.cost.gifts
    rows: list[tuple[Cell, ...]] = [
        (
            one.name,
            one.given_count,
            one.redeemed_count,
            one.discount_amount,
            one.open_count,
            one.liability_amount,
        )
        for one in gifts[:most]
    ]
    if effect.cost.given_points:
        cost = effect.cost
        gone = cost.points_amount - cost.points_liability_amount
        rows.append(
            (
                _("Points"),
                cost.given_points,
                None,
                gone,
                cost.left_points,
                cost.points_liability_amount,
            )
        )
    return Chart(
        code="gifts",
        kind=Kind.TABLE,
        title=_("Gifts"),
        definition=_("What the campaign gave, what it cost so far, and what it may still cost."),
        columns=(
            Column(label=_("Gift"), shown_as=As.TEXT),
            Column(label=pgettext("gifts of a campaign", "Given")),
            Column(label=_("Redeemed")),
            Column(label=_("Cost so far"), shown_as=As.AMOUNT),
            Column(label=_("Still usable")),
            Column(label=_("At most"), shown_as=As.AMOUNT),
        ),
        rows=tuple(rows),
        note=_("The fifty that were redeemed most; the file has all.") if len(gifts) > most else "",
        is_wide=True,
    )


def _columns(of: str, *counts: str, amount: str) -> tuple[Column, ...]:
    """What a row is of, its counts, and its amount."""
    return (
        Column(label=of, shown_as=As.TEXT),
        *(Column(label=label) for label in counts),
        Column(label=amount, shown_as=As.AMOUNT),
    )
