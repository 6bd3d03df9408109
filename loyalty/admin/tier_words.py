"""Progress between tiers, and why a tier changed, in the operator's words."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loyalty.admin import words
from loyalty.models import Tier, TierChange
from loyalty.rules import calendar, money
from loyalty.rules.tier_progress import Missing
from loyalty.selectors.accounts import AccountView


def to_next(account: AccountView) -> str:
    """What is missing to the next tier: `¥200 more by 30 Jun to reach Gold`."""
    ahead = account.progress
    if ahead.next is None:
        return _("Highest tier reached")
    lack = Missing(
        ahead.missing_amount, ahead.missing_orders, ahead.missing_qualifying_points, ahead.percent
    )
    what = _missing(lack, ahead.next, account.currency)
    if not what:
        return _("Reaches %(tier)s with the next purchase") % {"tier": ahead.next.name}
    told = {"what": what, "tier": ahead.next.name, "day": _day(ahead.by_on)}
    if ahead.by_on is None:
        return _("%(what)s to reach %(tier)s") % told
    return _("%(what)s by %(day)s to reach %(tier)s") % told


def to_keep(account: AccountView) -> str:
    """What is missing to keep the present tier, or that it is safe; empty where nothing ends."""
    keep = account.progress.keep
    if keep is None:
        return ""
    told = {"tier": account.tier.name, "day": _day(keep.by_on)}
    if keep.is_safe:
        return _("%(tier)s is safe beyond %(day)s") % told
    told["what"] = _missing(keep.missing, account.tier, account.currency)
    if not told["what"]:
        return _("%(tier)s ends after %(day)s") % told
    pattern = (
        _("In grace: %(what)s by %(day)s to keep %(tier)s")
        if account.is_in_grace
        else _("%(what)s by %(day)s to keep %(tier)s")
    )
    return pattern % told


def floor(account: AccountView) -> str:
    """That a tier stands by hand, or was bought, and through which day."""
    if account.floor is None or account.floor_until_at is None:
        return ""
    return _("At least %(tier)s through %(day)s") % {
        "tier": account.floor.name,
        "day": _day(calendar.last_day(account.floor_until_at, timezone.get_current_timezone())),
    }


def figures(change: TierChange, currency: str) -> str:
    """What the figures were when the tier changed, since when they counted, and what a person
    said; empty where neither decided."""
    shown = change.figures
    parts = []
    if change.reason not in _WITHOUT_FIGURES and "spend_amount" in shown:
        parts = [
            money.text(shown["spend_amount"], currency, short=True),
            words.orders(shown.get("orders_count", 0)),
        ]
        if "qualifying_points" in shown:
            parts.append(_growth(shown["qualifying_points"]))
        if shown.get("clv_amount"):
            value = money.text(shown["clv_amount"], currency, short=True)
            parts.append(_("lifetime value %(amount)s") % {"amount": value})
    told = _(" · ").join(parts)
    if told and shown.get("from"):
        day = _day(date.fromisoformat(shown["from"]))
        told = _("%(figures)s since %(day)s") % {"figures": told, "day": day}
    return " – ".join(part for part in (told, words.reason(shown.get("reason", ""))) if part)


_WITHOUT_FIGURES = ("JOINED", "HAND", "INVITED", "BOUGHT", "PRIZE", "ENDED", "MERGED")


def _missing(lack: Missing, tier: Tier, currency: str) -> str:
    """`¥200 and 2 orders more`; empty where nothing can be named."""
    parts = []
    if lack.amount:
        parts.append(money.text(lack.amount, currency, short=True))
    if lack.orders:
        parts.append(words.orders(lack.orders))
    if lack.qualifying_points:
        parts.append(_growth(lack.qualifying_points))
    if not parts:
        return ""
    link = _(" and ") if tier.match == Tier.Match.ALL else _(" or ")
    return _("%(things)s more") % {"things": link.join(parts)}


def _growth(count: int) -> str:
    return ngettext("%(count)s qualifying point", "%(count)s qualifying points", count) % {
        "count": f"{count:,}"
    }


def _day(day: date | None) -> Any:
    return date_format(day, "SHORT_DATE_FORMAT") if day else ""
