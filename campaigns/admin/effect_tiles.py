"""The effect of a campaign in a few figures, each with what it counts."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.admin.dashboards.charts import As
from analytics.admin.dashboards.tiles import Tile
from analytics.registry.measures import Value
from campaigns.admin import effect_words as words
from campaigns.rules.effects import Rung
from campaigns.selectors.effects import Effect

_NO_FILTERS: frozenset[str] = frozenset({"store"})


def tiles(effect: Effect) -> Iterator[Tile]:
    yield _count("targeted", _("Targeted"), words.DEFINITIONS[Rung.TARGETED], effect.targeted_count)
    if (rate := effect.redemption_rate) is not None:
        yield Tile(
            code="redemption_rate",
            label=_("Redemption rate"),
            definition=_(
                "Distinct targeted members who redeemed ÷ distinct targeted members, whether they "
                "opened a message or not."
            ),
            shown_as=As.PERCENT,
            value=rate,
            numerator=_("Redeemed"),
            denominator=_("Targeted"),
            narrowed_by=_NO_FILTERS,
        )
    if effect.redeemer_sales is not None:
        yield _amount(
            "redeemer_sales",
            _("Net sales of redeemers"),
            of_redeemers(effect),
            effect.redeemer_sales.net_amount,
        )
    if effect.attributed is not None:
        yield _amount(
            "attributed", _("Attributed net sales"), of_touch(effect), effect.attributed.net_amount
        )
    yield _amount("sales", _("Net sales of all targeted"), of_all(effect), effect.sales.net_amount)
    yield from _money_tiles(effect)


def _money_tiles(effect: Effect) -> Iterator[Tile]:
    cost = effect.cost
    yield _amount(
        "cost",
        _("Cost so far"),
        _(
            "Messages that left, what coupons took off, and given points that are not there any "
            "more, at their worth. Work and the margin of gifts are not in it."
        ),
        cost.spent_amount,
    )
    yield _amount(
        "liability",
        _("Still promised"),
        _(
            "What coupons that can still be used, and points that are left, may cost at most; "
            "without an estimate of what will lapse. What the cart decides (a gift, a percentage "
            "without a cap) is not in it."
        ),
        cost.liability_amount,
    )


def _count(code: str, label: str, definition: object, count: int) -> Tile:
    return Tile(
        code=code,
        label=label,
        definition=definition,
        shown_as=As.COUNT,
        value=Value(value=count),
        narrowed_by=_NO_FILTERS,
    )


def _amount(code: str, label: str, definition: str, amount: int) -> Tile:
    return Tile(
        code=code,
        label=label,
        definition=definition,
        shown_as=As.AMOUNT,
        value=Value(value=amount),
        narrowed_by=_NO_FILTERS,
    )


def of_redeemers(effect: Effect) -> str:
    return ngettext(
        "All orders of those on the ladder's step “Redeemed it”, within %(days)s day of coming in, "
        "net of refunds. Each order once.",
        "All orders of those on the ladder's step “Redeemed it”, within %(days)s days of coming "
        "in, net of refunds. Each order once.",
        effect.goal_days,
    ) % {"days": effect.goal_days}


def of_touch(effect: Effect) -> str:
    return ngettext(
        "Orders within %(days)s day of a message of this campaign that was the last one of any "
        "campaign before the order. It says what came after, not what came of it.",
        "Orders within %(days)s days of a message of this campaign that was the last one of any "
        "campaign before the order. It says what came after, not what came of it.",
        effect.attribution_days,
    ) % {"days": effect.attribution_days}


def of_all(effect: Effect) -> str:
    return ngettext(
        "All orders of all targeted members within %(days)s day of coming in, net of refunds, "
        "whatever led to them.",
        "All orders of all targeted members within %(days)s days of coming in, net of refunds, "
        "whatever led to them.",
        effect.goal_days,
    ) % {"days": effect.goal_days}
