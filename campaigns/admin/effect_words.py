"""The effect of a campaign in words: rungs, what each counts, and why somebody went no further."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaigns.admin import campaign_words
from campaigns.rules.effects import Absence, Rung
from campaigns.selectors.effects import Effect
from members.models import Consent

RUNGS: Mapping[Rung, Any] = {
    Rung.TARGETED: gettext_lazy("Targeted"),
    Rung.ELIGIBLE: gettext_lazy("Let through by the gate"),
    Rung.SENT: gettext_lazy("Sent a message"),
    Rung.DELIVERED: gettext_lazy("It was delivered"),
    Rung.OPENED: gettext_lazy("Opened it"),
    Rung.CLAIMED: gettext_lazy("Have the coupon"),
    Rung.REDEEMED: gettext_lazy("Redeemed it"),
    Rung.BOUGHT: gettext_lazy("Bought"),
}
# The same words as in docs/algorithms/effects.md.
DEFINITIONS: Mapping[Rung, Any] = {
    Rung.TARGETED: gettext_lazy(
        "Distinct members who came into the campaign, without those held out for comparison."
    ),
    Rung.ELIGIBLE: gettext_lazy("Those whom the gate didn't refuse every message."),
    Rung.SENT: gettext_lazy(
        "Those of them for whom a provider, or the inbox, took at least one message."
    ),
    Rung.DELIVERED: gettext_lazy(
        "Those of them for whom a delivery was reported, or who opened it. The inbox delivers at "
        "once."
    ),
    Rung.OPENED: gettext_lazy(
        "Those of them who opened a message or followed a link, as far as can be told; machines "
        "that look into mails don't count."
    ),
    Rung.CLAIMED: gettext_lazy("Those of them whose coupon of this campaign is in their wallet."),
    Rung.REDEEMED: gettext_lazy("Those of them who redeemed a coupon of this campaign."),
    Rung.BOUGHT: gettext_lazy(
        "Those of them with an order above 0, net of refunds, within the goal's days of coming in."
    ),
}
ABSENT: Mapping[Absence, Any] = {
    Absence.NOT_PART: gettext_lazy("Not part of this campaign"),
    Absence.UNKNOWN: gettext_lazy("Not known: the data this came from don't say"),
}
_REASONS: Mapping[str, Any] = {
    "not_looked_at": gettext_lazy("Not looked at yet"),
    "watching": gettext_lazy("Still waiting whether something else happens"),
    "no_message": gettext_lazy("Their way held no message, or none by this channel"),
    "on_the_way": gettext_lazy("On the way: no message yet"),
    "queued": gettext_lazy("The message waits to be sent"),
    "unknown": gettext_lazy("Nobody knows whether it left"),
    "bounced": gettext_lazy("It came back"),
    "no_report": gettext_lazy("No report of its delivery came"),
    "not_opened": gettext_lazy("Not opened"),
    "nothing_given": gettext_lazy("Nothing was given to them"),
    "not_claimed": gettext_lazy("Not claimed"),
    "coupon_over": gettext_lazy("The coupon lapsed or was made void"),
    "not_redeemed": gettext_lazy("Not redeemed"),
    "no_order": gettext_lazy("No order in the goal's days"),
    "ghost": gettext_lazy("Held out: would have been sent"),
    "other": gettext_lazy("Other"),
    "": gettext_lazy("Not told"),
}


def reason(code: str) -> str:
    """Why somebody went no further."""
    known = _REASONS.get(code)
    return str(known) if known is not None else campaign_words.reason(code)


def medium(code: str) -> str:
    return str(dict(Consent.Medium.choices).get(code, code))


def arm(code: str) -> str:
    """`Variant A`; the control says that it is held out."""
    if code == "control":
        return _("Held out for comparison")
    return _("Variant %(code)s") % {"code": code.upper()}


def notes(effect: Effect) -> list[str]:
    """What has to be known to read the figures rightly, on the page and in the file."""
    found = []
    if count := effect.removed_count:
        text = ngettext(
            "%(shown)s member isn't kept any more, as the rules of retention "
            "say, and is in none of these figures.",
            "%(shown)s members aren't kept any more, as the rules of retention "
            "say, and are in none of these figures.",
            count,
        )
        found.append(text % {"shown": f"{count:,}"})
    if effect.parts.is_imported:
        found.append(
            _(
                "This campaign was brought in from other data. What those don't say is shown as "
                "not known, never as 0."
            )
        )
    return found
