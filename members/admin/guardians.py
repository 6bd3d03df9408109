"""Parents who agreed for minors, masked."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from members.admin import guardian_words
from members.admin.base import KeysetAdmin
from members.models import GuardianConsent


@admin.register(GuardianConsent)
class GuardianConsentAdmin(KeysetAdmin):
    store_path = "member__store"
    empty_hint = _("Note a parent's consent on the page of a member under age.")
    list_display = ("id", "member", "shown_name", "shown_how", "given_at", "ended_at")
    list_filter = (("ended_at", admin.EmptyFieldListFilter),)
    search_fields = ("=member__card_number",)
    search_help_text = _("Card number")
    list_select_related = ("member__key", "actor")
    fields = (
        ("member", "shown_name"),
        ("shown_how", "policy_version"),
        ("given_at", "ended_at"),
        ("actor", "recorded_at"),
    )
    readonly_fields = ("shown_name", "shown_how")

    @display(description=_("parent or guardian"))
    def shown_name(self, consent: GuardianConsent) -> str:
        return guardian_words.masked_name(consent)

    @display(description=_("checked by"))
    def shown_how(self, consent: GuardianConsent) -> str:
        return guardian_words.how(consent)
