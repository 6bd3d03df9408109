"""Messages to members: state and reason for all who run campaigns, the text for few."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from campaigns.admin import delivery_words, endpoint_notices
from campaigns.admin.delivery_acts import ResendActs
from campaigns.models import Delivery, Receipt
from members.admin import labels, sealed
from members.admin.base import KeysetAdmin, ReadOnlyInline
from members.admin.filters import InstantsFilter
from members.models import Member

COLORS = labels.Colors(
    {
        "QUEUED": "info",
        "CLAIMED": "info",
        "SENT": "success",
        "DELIVERED": "success",
        "SKIPPED": "warning",
        "BOUNCED": "warning",
        "FAILED": "danger",
        "UNKNOWN": "danger",
    }
)
READ = "campaigns.read_delivery"


class WaitingFilter(admin.SimpleListFilter):
    """What a person has to look at; an index of their own finds them among millions."""

    title = _("waits for a person")
    parameter_name = "dead"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Failed or unknown"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() != "yes":
            return queryset
        return queryset.filter(state__in=[Delivery.State.FAILED, Delivery.State.UNKNOWN])


class ReceiptInline(ReadOnlyInline):
    """What became of it, as it was told."""

    model = Receipt
    verbose_name_plural = _("What was reported")
    fields = ("occurred_at", "kind", "shown_detail", "shown_by", "source", "recorded_at")
    readonly_fields = fields
    ordering = ("occurred_at", "pk")

    @display(description=_("detail"))
    def shown_detail(self, receipt: Receipt) -> str:
        return delivery_words.detail(receipt)

    @display(description=_("by"))
    def shown_by(self, receipt: Receipt) -> str:
        return delivery_words.by(receipt)


@admin.register(Delivery)
class DeliveryAdmin(ResendActs, KeysetAdmin):
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
    list_filter = (WaitingFilter, "state", "campaign", ("queued_at", InstantsFilter))
    list_select_related = ("member", "campaign")
    search_fields = ("member__card_number",)
    search_help_text = _("Card number")
    readonly_fields = (
        "shown_medium",
        "shown_language",
        "shown_state",
        "shown_tried",
        "shown_subject",
        "shown_body",
    )
    inlines = (ReceiptInline,)
    actions_list = ("send_many_again",)
    actions_detail = ("send_again", "send_unknown_again")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        endpoint_notices.warn(request)
        answer: HttpResponse = super().changelist_view(request, extra_context)
        return answer

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
                        ("shown_medium", "shown_language"),
                        ("shown_state", "reason"),
                        "shown_tried",
                        ("queued_at", "not_before_at", "expires_at"),
                        ("sent_at", "delivered_at"),
                        ("opened_at", "clicked_at"),
                        ("attempts", "sent_again_at"),
                    )
                },
            ),
            (_("Text"), {"fields": text if may_read else (), "description": description}),
        )

    @display(description=_("channel"))
    def shown_medium(self, delivery: Delivery) -> str:
        return delivery_words.medium(delivery.medium)

    @display(description=_("language"))
    def shown_language(self, delivery: Delivery) -> str:
        return delivery_words.language(delivery.language)

    @display(description=_("channels passed over"))
    def shown_tried(self, delivery: Delivery) -> str:
        return delivery_words.tried(delivery) or "–"

    @display(description=_("state"), label=COLORS)
    def shown_state(self, delivery: Delivery) -> labels.Label:
        return labels.label(delivery.state, delivery.get_state_display())

    @display(description=_("subject"))
    def shown_subject(self, delivery: Delivery) -> str:
        return sealed.shown(delivery, "subject") or ""

    @display(description=_("text"))
    def shown_body(self, delivery: Delivery) -> str:
        return sealed.shown(delivery, "body") or ""
