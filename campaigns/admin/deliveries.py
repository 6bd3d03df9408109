"""Messages to members: state and reason for all who run campaigns, the text for few."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from campaigns.models import Delivery
from members.admin import labels, sealed
from members.admin.base import KeysetAdmin
from members.admin.filters import InstantsFilter
from members.models import Consent, Member

COLORS = {
    "QUEUED": "info",
    "CLAIMED": "info",
    "SENT": "success",
    "DELIVERED": "success",
    "SKIPPED": "warning",
    "FAILED": "danger",
    "UNKNOWN": "danger",
}
READ = "campaigns.read_delivery"


@admin.register(Delivery)
class DeliveryAdmin(KeysetAdmin):
    store_path = "member__store"
    empty_hint = _("Messages appear here when a campaign's trigger happens to a member.")
    list_display = (
        "id",
        "queued_at",
        "member",
        "campaign",
        "shown_medium",
        "shown_state",
        "reason",
        "sent_at",
    )
    list_filter = ("state", "campaign", ("queued_at", InstantsFilter))
    list_select_related = ("member", "campaign")
    search_fields = ("member__card_number",)
    search_help_text = _("Card number")
    readonly_fields = ("shown_medium", "shown_state", "shown_subject", "shown_body")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        queryset: QuerySet[Delivery] = super().get_queryset(request)
        return queryset.select_related("member__key", "campaign")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        card = search_term.strip().upper()
        if not card:
            return queryset, False
        ids = list(Member.objects.filter(card_number=card).values_list("pk", flat=True))
        return queryset.filter(member_id__in=ids), False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The text is personal: without the right to read it, its place says so."""
        text: tuple[str, ...] = ("shown_subject", "shown_body")
        may_read = request.user.has_perm(READ)
        description = "" if may_read else _("Your role doesn't read members' messages.")
        return (
            (
                None,
                {
                    "fields": (
                        ("member", "campaign"),
                        ("shown_medium", "language"),
                        ("shown_state", "reason"),
                        ("queued_at", "not_before_at"),
                        ("sent_at", "opened_at"),
                        ("attempts", "expires_at"),
                    )
                },
            ),
            (_("Text"), {"fields": text if may_read else (), "description": description}),
        )

    @display(description=_("channel"))
    def shown_medium(self, delivery: Delivery) -> str:
        return str(dict(Consent.Medium.choices).get(delivery.medium, delivery.medium))

    @display(description=_("state"), label=COLORS)
    def shown_state(self, delivery: Delivery) -> labels.Label:
        return labels.label(delivery.state, delivery.get_state_display())

    @display(description=_("subject"))
    def shown_subject(self, delivery: Delivery) -> str:
        return sealed.shown(delivery, "subject") or ""

    @display(description=_("text"))
    def shown_body(self, delivery: Delivery) -> str:
        return sealed.shown(delivery, "body") or ""
