"""Points, progress and the ledger's codes in the operator's words."""

from typing import Any

from django.utils.translation import gettext_lazy, ngettext

# What the posting writes as an entry's reason, and what a person may choose.
REASONS: dict[str, Any] = {
    "purchase": gettext_lazy("Purchase"),
    "payment": gettext_lazy("Paid with points"),
    "refund": gettext_lazy("Return of goods"),
    "activated": gettext_lazy("Waiting time over"),
    "completed": gettext_lazy("Order completed"),
    "expired": gettext_lazy("Validity over"),
    "transfer": gettext_lazy("Between members"),
    "merge": gettext_lazy("Two cards became one"),
    "merge_undone": gettext_lazy("The two cards were parted again"),
    "debt_repaid": gettext_lazy("New points repaid the debt"),
    "opening": gettext_lazy("Opening balance"),
    "operation_undone": gettext_lazy("A grant to many was undone"),
    "register": gettext_lazy("Registered"),
    "check_in": gettext_lazy("Checked in"),
    "share": gettext_lazy("Shared something"),
    "profile_complete": gettext_lazy("Completed the profile"),
    "review": gettext_lazy("Wrote a review"),
    "survey": gettext_lazy("Answered a survey"),
    "other": gettext_lazy("Another behavior"),
    "goodwill": gettext_lazy("Goodwill"),
    "complaint": gettext_lazy("Complaint settled"),
    "missed_order": gettext_lazy("Purchase that was not credited"),
    "correction": gettext_lazy("Correction of a mistake"),
    "campaign": gettext_lazy("Campaign"),
    "invitation": gettext_lazy("Personal invitation"),
    "other_program": gettext_lazy("Status in another programme"),
    "tier": gettext_lazy("Bought a tier"),
    "tier_gift": gettext_lazy("Gift on an upgrade"),
    "reward": gettext_lazy("A reward"),
    "referral": gettext_lazy("Recommended a friend"),
    "challenge": gettext_lazy("A challenge was reached"),
    "challenge_undone": gettext_lazy("The challenge is no longer reached"),
    "referral_step_lost": gettext_lazy("A step of recommending was lost"),
    "referral_refused": gettext_lazy("The friend doesn't count"),
    "order_returned": gettext_lazy("The friend's order came back"),
}

ADJUSTMENT_REASONS = ("goodwill", "complaint", "missed_order", "correction", "campaign")
TIER_REASONS = (
    "invitation",
    "goodwill",
    "complaint",
    "other_program",
    "campaign",
    "correction",
)


def points(count: int) -> str:
    """`1 point`, `1,234 points`; the sign is the sentence's business."""
    shown = abs(count)
    return ngettext("%(count)s point", "%(count)s points", shown) % {"count": f"{shown:,}"}


def orders(count: int) -> str:
    return ngettext("%(count)s order", "%(count)s orders", count) % {"count": f"{count:,}"}


def reason(code: str) -> str:
    """The reason's words; an unknown code as it is, so that nothing is hidden."""
    return str(REASONS.get(code, code))
