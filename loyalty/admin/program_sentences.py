"""Programme, tiers and earning rules as sentences that a manager can check at a glance."""

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loyalty.admin import words
from loyalty.models import EarningRule, Program, Tier
from loyalty.rules import money


def worth(program: Program) -> str:
    """`100 points pay ¥1.`"""
    return _("%(points)s pay %(amount)s") % {
        "points": words.points(program.redeem_points),
        "amount": money.text(program.redeem_amount, program.currency, short=True),
    }


def life(program: Program) -> str:
    """When points become usable, and when they lapse."""
    return _("%(start)s; %(end)s") % {"start": _start(program), "end": _end(program)}


def tiers(program: Program) -> str:
    """`Counted over 12 months, held for 12 months.`"""
    if program.tier_window == Program.Window.CALENDAR_YEAR:
        window = _("counted per calendar year")
    else:
        window = ngettext(
            "counted over %(count)s month",
            "counted over %(count)s months",
            program.tier_window_months,
        ) % {"count": program.tier_window_months}
    held = ngettext(
        "held for %(count)s month", "held for %(count)s months", program.tier_term_months
    ) % {"count": program.tier_term_months}
    return _("%(window)s, %(held)s") % {"window": window, "held": held}


def needs(tier: Tier) -> str:
    """What a member must reach: `from ¥3,000 and 5 orders`."""
    amount = money.text(tier.spend_amount, tier.program.currency, short=True)
    orders = words.orders(tier.orders_count)
    if not tier.spend_amount and not tier.orders_count:
        return _("everyone starts here")
    if not tier.orders_count:
        return _("from %(amount)s net") % {"amount": amount}
    if not tier.spend_amount:
        return _("from %(orders)s") % {"orders": orders}
    pattern = (
        _("from %(amount)s net and %(orders)s")
        if tier.match == Tier.Match.ALL
        else _("from %(amount)s net or %(orders)s")
    )
    return pattern % {"amount": amount, "orders": orders}


def gives(tier: Tier) -> str:
    """`points × 1.5`"""
    return _("points × %(factor)s") % {"factor": f"{tier.coefficient_percent / 100:g}"}


def rule(rule: EarningRule) -> str:
    """`1 point per ¥1 of eligible money, from 1 Jan 2026`"""
    words_of_rule = {
        "points": words.points(rule.points),
        "amount": money.text(rule.per_amount, rule.program.currency, short=True),
        "start": _day(rule.valid_from),
    }
    if rule.valid_until is None:
        return _("%(points)s per %(amount)s paid in money, from %(start)s") % words_of_rule
    words_of_rule["end"] = _day(rule.valid_until)
    return (
        _("%(points)s per %(amount)s paid in money, from %(start)s until %(end)s") % words_of_rule
    )


def _start(program: Program) -> str:
    if not program.pending_days:
        return _("usable at once")
    return ngettext(
        "usable %(count)s day after the order",
        "usable %(count)s days after the order",
        program.pending_days,
    ) % {"count": program.pending_days}


def _end(program: Program) -> str:
    count = program.validity_count
    if program.validity == Program.Validity.NEVER:
        return _("never lapse")
    if program.validity == Program.Validity.DAYS:
        text = ngettext("lapse after %(count)s day", "lapse after %(count)s days", count)
    else:
        text = ngettext("lapse after %(count)s month", "lapse after %(count)s months", count)
    return text % {"count": count}


def _day(moment: object) -> str:
    return date_format(localtime(moment), "DATE_FORMAT")  # type: ignore[arg-type]
