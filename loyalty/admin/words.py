"""Points, progress and the ledger's codes in the operator's words."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from loyalty.rules import money

# What the posting writes as an entry's reason, and what a person may choose.
REASONS: dict[str, Any] = {
    "purchase": gettext_lazy("Purchase"),
    "payment": gettext_lazy("Paid with points"),
    "refund": gettext_lazy("Return of goods"),
    "activated": gettext_lazy("Waiting time over"),
    "expired": gettext_lazy("Validity over"),
    "debt_repaid": gettext_lazy("New points repaid the debt"),
    "opening": gettext_lazy("Opening balance"),
    "goodwill": gettext_lazy("Goodwill"),
    "complaint": gettext_lazy("Complaint settled"),
    "missed_order": gettext_lazy("Purchase that was not credited"),
    "correction": gettext_lazy("Correction of a mistake"),
    "campaign": gettext_lazy("Campaign"),
}

ADJUSTMENT_REASONS = ("goodwill", "complaint", "missed_order", "correction", "campaign")


def points(count: int) -> str:
    """`1 point`, `1,234 points`; the sign is the sentence's business."""
    shown = abs(count)
    return ngettext("%(count)s point", "%(count)s points", shown) % {"count": f"{shown:,}"}


def orders(count: int) -> str:
    return ngettext("%(count)s order", "%(count)s orders", count) % {"count": f"{count:,}"}


def more_orders(count: int) -> str:
    return ngettext("%(count)s more order", "%(count)s more orders", count) % {
        "count": f"{count:,}"
    }


def reason(code: str) -> str:
    """The reason's words; an unknown code as it is, so that nothing is hidden."""
    return str(REASONS.get(code, code))


def progress(
    *, missing_amount: int, missing_orders: int, needs_all: bool, tier: str, currency: str
) -> str:
    """What is still missing to `tier`: `¥200 more to Gold`."""
    words = {
        "amount": money.text(missing_amount, currency, short=True),
        "orders": more_orders(missing_orders),
        "tier": tier,
    }
    if missing_amount and missing_orders:
        both = _("%(amount)s and %(orders)s to %(tier)s")
        return (both if needs_all else _("%(amount)s or %(orders)s to %(tier)s")) % words
    if missing_amount:
        return _("%(amount)s more to %(tier)s") % words
    if missing_orders:
        return _("%(orders)s to %(tier)s") % words
    return _("Reaches %(tier)s with the next purchase") % words
