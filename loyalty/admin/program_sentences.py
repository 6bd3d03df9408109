"""Programme and tiers as sentences that a manager can check at a glance."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from loyalty.admin import words
from loyalty.models import Program
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
    elif program.tier_window == Program.Window.MEMBERSHIP_YEAR:
        window = _("counted per membership year")
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


def checkout(program: Program) -> str:
    """How discounts and points lower a purchase, and what a return gives back."""
    told = (
        _percent_base(program),
        _quoted(program),
        _points_pay(program),
        _return(program),
    )
    return pgettext("between the parts of a sentence", "; ").join(part for part in told if part)


def pending(days: int) -> str:
    """`usable 15 days after the order`"""
    if not days:
        return _("usable at once")
    return ngettext(
        "usable %(count)s day after the order", "usable %(count)s days after the order", days
    ) % {"count": days}


def lasting(kind: str, count: int, rounding: str, dates: Sequence[str]) -> str:
    """How long points live: `lapse after 12 months, at the end of the quarter`."""
    if kind == Program.Validity.NEVER:
        return _("never lapse")
    if kind == Program.Validity.FIXED_DATES:
        return _("lapse after the next of these days: %(days)s") % {"days": ", ".join(dates)}
    if kind == Program.Validity.DAYS:
        text = ngettext("lapse after %(count)s day", "lapse after %(count)s days", count)
    else:
        text = ngettext("lapse after %(count)s month", "lapse after %(count)s months", count)
    told = text % {"count": count}
    if rounding == Program.Rounding.NONE:
        return told
    return _("%(lapse)s, rounded up: %(rounding)s") % {
        "lapse": told,
        "rounding": lower_first(str(Program.Rounding(rounding).label)),
    }


def lower_first(text: str) -> str:
    """For a label within a sentence."""
    return text[:1].lower() + text[1:]


def _percent_base(program: Program) -> str:
    if program.percent_base == Program.PercentBase.INITIAL:
        return _("percent off the amount before any discount")
    return _("percent off what is left after the discounts before")


def _quoted(program: Program) -> str:
    text = ngettext(
        "a quote holds for %(count)s minute",
        "a quote holds for %(count)s minutes",
        program.quote_minutes,
    )
    return text % {"count": f"{program.quote_minutes:,}"}


def _points_pay(program: Program) -> str:
    if program.redeem_max_percent == 0:
        return _("points pay nothing")
    if program.redeem_max_percent == 100:
        return ""
    values = {"percent": program.redeem_max_percent}
    return _("points pay up to %(percent)s %% of an order") % values


def _return(program: Program) -> str:
    if program.refund_method == Program.RefundMethod.RECALCULATE:
        return _("when a part comes back, the rest is judged again")
    return _("when a part comes back, what was paid for it goes back")


def _start(program: Program) -> str:
    if program.pending_until == Program.PendingUntil.COMPLETION:
        return _("usable when the order is completed")
    return pending(program.pending_days)


def _end(program: Program) -> str:
    told = lasting(
        program.validity,
        program.validity_count,
        program.validity_rounding,
        program.validity_dates,
    )
    if not program.validity_slides:
        return told
    return _("%(lapse)s, begun anew by each earning and each redemption") % {"lapse": told}
