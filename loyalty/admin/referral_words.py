"""Reasons of reviews, states and events of recommending in the operator's words."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from loyalty.models import Referral
from members.registry.sentences import BAD, GOOD, Sentence

TAB = "referrals"
TONES = {
    "REGISTERED": "flag-good",
    "MATURED": "flag-good",
    "ORDERED": "flag-wait",
    "REVIEW": "flag-wait",
    "REFUSED": "flag-bad",
}
REASONS: dict[str, Any] = {
    "same_phone": gettext_lazy("One phone leads to both."),
    "same_identity": gettext_lazy("One e-mail or messenger account leads to both."),
    "same_device": gettext_lazy("Both use one device."),
    "same_payment_card": gettext_lazy("One payment card paid for both."),
    "ring": gettext_lazy("The recommendations lead in a ring back to the beginning."),
    "known_buyer": gettext_lazy("The friend bought here before."),
    "many_from_device": gettext_lazy("Other friends came from the same device."),
    "many_in_hour": gettext_lazy("Many friends came within an hour."),
}
_DECISIONS: dict[str, Any] = {
    "accepted": gettext_lazy("Accepted"),
    "merged": gettext_lazy("The cards of one person became one"),
}


def reasons(referral: Referral) -> list[str]:
    """Why somebody has to look, or had to; an unknown one as it is."""
    return [str(REASONS.get(one, one)) for one in referral.reasons]


def decision(referral: Referral) -> str:
    """What was decided; staff's own words as they wrote them."""
    return str(_DECISIONS.get(referral.decision, referral.decision))


def _claimed(payload: dict[str, Any], names: Any) -> Sentence:
    # Not whether it is looked at first: the friend reads this too.
    return Sentence(text=_("Named who recommended"), icon="group_add", tone=GOOD, tab=TAB)


def _changed(payload: dict[str, Any], names: Any) -> Sentence:
    state = payload["state"]
    texts = {
        "CLAIMED": _("A recommended friend has joined"),
        "REGISTERED": _("A recommended friend is registered"),
        "ORDERED": _("A recommended friend placed a first order"),
        "MATURED": _("The first order of a recommended friend has matured"),
        "REVIEW": _("A recommended friend is looked at first"),
        "REFUSED": _("A recommended friend does not count"),
    }
    tone = BAD if state == "REFUSED" else GOOD
    return Sentence(text=texts.get(state, state), icon="group_add", tone=tone, tab=TAB)


def _reached(payload: dict[str, Any], names: Any) -> Sentence:
    text = ngettext(
        "Reached the step of %(count)s friend",
        "Reached the step of %(count)s friends",
        payload["step"],
    )
    told = text % {"count": payload["step"]}
    return Sentence(text=told, icon="stairs", tone=GOOD, tab=TAB)


def _undone(payload: dict[str, Any], names: Any) -> Sentence:
    text = ngettext(
        "Lost the step of %(count)s friend", "Lost the step of %(count)s friends", payload["step"]
    )
    told = text % {"count": payload["step"]}
    return Sentence(text=told, icon="stairs", tone=BAD, tab=TAB)


TELL: dict[str, Callable[[dict[str, Any], Any], Sentence]] = {
    "loyalty.referral.claimed": _claimed,
    "loyalty.referral.changed": _changed,
    "loyalty.referral.step_reached": _reached,
    "loyalty.referral.step_undone": _undone,
}
