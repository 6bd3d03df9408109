"""How far members are in challenges, window by window: read only, the latest first."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from loyalty.admin import challenge_sentences
from loyalty.models import ChallengeProgress
from loyalty.rules.challenges import EVER_ON
from members.admin.base import KeysetAdmin
from members.models import Member


@admin.register(ChallengeProgress)
class ChallengeProgressAdmin(KeysetAdmin):
    store_path = "member__store"
    empty_hint = _("Members appear here as soon as something of theirs counts.")
    list_display = ("updated_at", "member", "shown_challenge", "shown_window", "shown_value")
    list_filter = ("challenge",)
    list_select_related = ("member", "challenge")
    search_fields = ("member__card_number",)
    search_help_text = _("Card number, in full")
    fields = (
        ("member", "shown_challenge"),
        ("shown_window", "shown_value"),
        ("joined_at", "updated_at"),
    )
    readonly_fields = ("shown_challenge", "shown_window", "shown_value")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        cards = Member.objects.filter(card_number=text.upper()).values("pk")
        return queryset.filter(member_id__in=cards), False

    @display(description=_("challenge"))
    def shown_challenge(self, row: ChallengeProgress) -> str:
        return row.challenge.name

    @display(description=_("window"))
    def shown_window(self, row: ChallengeProgress) -> str:
        if row.window_on == EVER_ON:
            return str(_("While it runs"))
        return str(_("from %(day)s on")) % {"day": date_format(row.window_on)}

    @display(description=_("reached"))
    def shown_value(self, row: ChallengeProgress) -> str:
        told = {
            "value": challenge_sentences.amount(row.challenge, row.value),
            "target": challenge_sentences.amount(row.challenge, row.challenge.target),
        }
        return str(_("%(value)s of %(target)s")) % told
