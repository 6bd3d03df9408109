"""Consents as they were given and withdrawn; the last one counts."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from members.admin import labels
from members.admin.base import KeysetAdmin
from members.models import Consent
from members.selectors import policies


@admin.register(Consent)
class ConsentAdmin(KeysetAdmin):
    store_path = "member__store"
    empty_hint = _("Consents appear here as members give or withdraw them.")
    list_display = ("id", "member", "purpose", "medium", "shown_answer", "source", "occurred_at")
    list_filter = ("purpose", "medium", "is_granted")
    search_fields = ("=member__card_number",)
    search_help_text = _("Card number")
    list_select_related = ("member",)
    fields = (
        ("member", "occurred_at"),
        ("purpose", "medium"),
        ("is_granted", "policy_version"),
        "shown_texts",
        ("source", "actor"),
        "recorded_at",
    )

    readonly_fields = ("shown_texts",)

    @display(description=_("texts of this version"))
    def shown_texts(self, consent: Consent) -> str:
        """What was agreed to, provably: the SHA-256 of each text that bears the version."""
        texts = policies.hashes(version=consent.policy_version)
        return "\n".join(f"{text.title} ({text.language}): {text.sha256}" for text in texts) or "–"

    @display(description=_("answer"), label={"yes": "success", "no": "danger"})
    def shown_answer(self, consent: Consent) -> labels.Label:
        if consent.is_granted:
            return labels.label("yes", _("Granted"))
        return labels.label("no", _("Withdrawn"))
