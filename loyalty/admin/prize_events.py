"""What the events of prizes say on the timeline: what recommending and challenges brought."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from loyalty.admin import words
from loyalty.models import PrizeWhat
from members.registry.sentences import BAD, GOOD, Sentence

_REFERRAL = "REFERRAL"


def _given(payload: dict[str, Any], names: Any) -> Sentence:
    text = (
        _("Got for recommending: %(prize)s")
        if payload["origin"] == _REFERRAL
        else _("Got for a challenge: %(prize)s")
    )
    return _said(text, payload, "redeem", GOOD)


def _undone(payload: dict[str, Any], names: Any) -> Sentence:
    text = (
        _("Taken back of what recommending brought: %(prize)s")
        if payload["origin"] == _REFERRAL
        else _("Taken back of what a challenge brought: %(prize)s")
    )
    details = (words.reason(payload["reason"]),)
    return _said(text, payload, "undo", BAD, details)


def _said(
    text: str, payload: dict[str, Any], icon: str, tone: str, details: tuple[str, ...] = ()
) -> Sentence:
    points = payload.get("points")
    told = words.points(points) if points else str(PrizeWhat(payload["what"]).label)
    is_referral = payload["origin"] == _REFERRAL
    return Sentence(
        text=text % {"prize": told},
        details=details,
        icon=icon,
        tone=tone,
        tab="referrals" if is_referral else "challenges",
    )


TELL: dict[str, Callable[[dict[str, Any], Any], Sentence]] = {
    "loyalty.prize.given": _given,
    "loyalty.prize.undone": _undone,
}
