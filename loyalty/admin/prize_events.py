"""What the events of prizes say on the timeline: what recommending and challenges brought."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from loyalty.admin import words
from loyalty.models import PrizeWhat
from members.registry.sentences import BAD, GOOD, Sentence

# What promised it, and the tab that tells of it.
_TABS = {"REFERRAL": "referrals", "CAMPAIGN": "campaigns"}


def _given(payload: dict[str, Any], names: Any) -> Sentence:
    text = {
        "REFERRAL": _("Got for recommending: %(prize)s"),
        "CAMPAIGN": _("Got from a campaign: %(prize)s"),
    }.get(payload["origin"], _("Got for a challenge: %(prize)s"))
    return _said(text, payload, "redeem", GOOD)


def _undone(payload: dict[str, Any], names: Any) -> Sentence:
    text = {
        "REFERRAL": _("Taken back of what recommending brought: %(prize)s"),
        "CAMPAIGN": _("Taken back of what a campaign brought: %(prize)s"),
    }.get(payload["origin"], _("Taken back of what a challenge brought: %(prize)s"))
    details = (words.reason(payload["reason"]),)
    return _said(text, payload, "undo", BAD, details)


def _said(
    text: str, payload: dict[str, Any], icon: str, tone: str, details: tuple[str, ...] = ()
) -> Sentence:
    points = payload.get("points")
    told = words.points(points) if points else str(PrizeWhat(payload["what"]).label)
    return Sentence(
        text=text % {"prize": told},
        details=details,
        icon=icon,
        tone=tone,
        tab=_TABS.get(payload["origin"], "challenges"),
    )


TELL: dict[str, Callable[[dict[str, Any], Any], Sentence]] = {
    "loyalty.prize.given": _given,
    "loyalty.prize.undone": _undone,
}
