"""Uses of offers: which purchase each of them lowered, and what became of it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display

from campaigns.admin import quote_words
from campaigns.models import OfferUse
from loyalty.admin import amount_fields
from loyalty.models import Order
from loyalty.rules import money
from loyalty.selectors import documents
from members.admin import labels
from members.admin.base import KeysetAdmin, KeysetChangeList
from members.models import Member
from members.selectors import scopes

COLORS = labels.Colors(
    {
        "RESERVED": "info",
        "COMMITTED": "success",
        "REFUSED": "warning",
        "RETURNED": "info",
    }
)


class OfferUseChangeList(KeysetChangeList):
    """Orders and members are found by id for the page: the rows bear no joins."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        know(self.result_list, request)


def know(uses: Sequence[Any], request: HttpRequest) -> None:
    """Gives each use its `order`, `member` and `currency`, in three statements, and whether this
    operator may open the order."""
    may_open = request.user.has_perm("loyalty.view_order")
    orders = Order.objects.only("pk", "external_id").in_bulk(
        [use.order_id for use in uses if use.order_id]
    )
    members = Member.objects.in_bulk([use.member_id for use in uses if use.member_id])
    currency = amount_fields.currency()
    for use in uses:
        use.order = orders.get(use.order_id)
        use.member = members.get(use.member_id)
        use.currency = currency
        use.may_open = may_open


@admin.register(OfferUse)
class OfferUseAdmin(KeysetAdmin):
    empty_hint = _("Each purchase that an offer lowers appears here, with what it took off.")
    list_display = (
        "recorded_at",
        "shown_offer",
        "shown_order",
        "shown_member",
        "shown_amount",
        "shown_returned",
        "shown_state",
    )
    list_filter = ("state", ("used_on", RangeDateFilter))
    list_select_related = ("offer",)
    search_fields = ("code",)
    search_help_text = _("Code of an offer, number of an order, or card number, in full")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("shown_offer", "shown_state"),
                    ("shown_order", "shown_member"),
                    ("shown_amount", "shown_returned"),
                    ("used_on", "recorded_at"),
                    "shown_refusal",
                )
            },
        ),
    )
    readonly_fields = (
        "shown_offer",
        "shown_order",
        "shown_member",
        "shown_amount",
        "shown_returned",
        "shown_state",
        "shown_refusal",
    )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:
        return OfferUseChangeList

    def get_queryset(self, request: HttpRequest) -> QuerySet[OfferUse]:
        """Uses of orders of the operator's stores."""
        queryset: QuerySet[OfferUse] = super().get_queryset(request).select_related("offer")
        scope = scopes.scope_for(request.user)
        if scope.is_whole_chain:
            return queryset
        theirs = scope.orders(Order.objects.filter(pk=OuterRef("order_id")))
        return queryset.filter(Exists(theirs))

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            know([found], request)
        return found

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        orders = documents.numbered(Order.objects.order_by(), text).values_list("pk", flat=True)
        members = Member.objects.filter(card_number=text.upper()).values_list("pk", flat=True)
        asked = Q(code=text) | Q(order_id__in=list(orders[:100])) | Q(member_id__in=list(members))
        return queryset.filter(asked), False

    @display(description=_("offer"))
    def shown_offer(self, use: Any) -> str:
        return use.offer.name if use.offer else use.code

    @display(description=_("order"))
    def shown_order(self, use: Any) -> Any:
        if use.order is None:
            return "–"
        if not use.may_open:
            return use.order.external_id
        page = reverse("admin:loyalty_order_change", args=[use.order.pk])
        return format_html('<a class="console-link" href="{}">{}</a>', page, use.order.external_id)

    @display(description=_("member"))
    def shown_member(self, use: Any) -> str:
        return "–" if use.member is None else str(use.member)

    @display(description=_("took off"))
    def shown_amount(self, use: Any) -> str:
        return money.text(use.amount, use.currency)

    @display(description=_("given back"))
    def shown_returned(self, use: Any) -> str:
        return money.text(use.returned_amount, use.currency) if use.returned_amount else "–"

    @display(description=_("state"), label=COLORS)
    def shown_state(self, use: OfferUse) -> labels.Label:
        return labels.label(use.state, use.get_state_display())

    @display(description=_("why without cover"))
    def shown_refusal(self, use: OfferUse) -> str:
        return quote_words.reason({"reason": use.refused_code}) if use.refused_code else "–"
