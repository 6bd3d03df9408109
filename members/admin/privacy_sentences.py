"""What events of privacy requests say on the timeline."""

from typing import Any

from django.utils.translation import gettext as _

from members.models import PrivacyRequest
from members.registry.sentences import BAD, GOOD, Sentence

_SHIELD = "shield_person"


def tell(type_: str, payload: dict[str, Any]) -> Sentence | None:
    """None for events of another kind."""
    kind = _label(PrivacyRequest.Kind, payload.get("kind", ""))
    if type_ == "members.privacy.requested":
        return Sentence(text=_("Privacy request received"), details=(kind,), icon=_SHIELD)
    if type_ == "members.privacy.closed":
        state = payload.get("state", "")
        tone = GOOD if state == PrivacyRequest.State.DONE else BAD
        details = (kind, _label(PrivacyRequest.State, state))
        return Sentence(text=_("Privacy request closed"), details=details, icon=_SHIELD, tone=tone)
    if type_ == "members.member.restricted":
        if payload.get("is_restricted"):
            return Sentence(text=_("Use of the data restricted"), icon="lock", tone=BAD)
        return Sentence(text=_("Restriction ended"), icon="lock_open", tone=GOOD)
    if type_ == "members.member.erased":
        return Sentence(text=_("Erased: nobody is behind this card"), icon="person_off", tone=BAD)
    return None


def _label(choices: Any, value: str) -> str:
    return str(choices(value).label) if value in choices.values else value
