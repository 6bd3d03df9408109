"""Consents of guardians in words."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.admin import sealed
from members.models import GuardianConsent
from members.sealing import masking

HOW = {
    "ID_SEEN": gettext_lazy("Identity document seen at the counter"),
    "SIGNED_FORM": gettext_lazy("Signed form"),
    "PHONE_CODE": gettext_lazy("Code sent to the parent's phone"),
    "OTHER": gettext_lazy("Another way"),
}


def masked_name(consent: GuardianConsent) -> str:
    """`张*`; a word where the member was erased."""
    name = sealed.shown(consent, "name")
    return masking.name(name) if name and name != _("Erased") else str(name or "–")


def how(consent: GuardianConsent) -> str:
    return str(HOW.get(consent.verified_how, consent.verified_how)) or "–"
