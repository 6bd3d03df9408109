"""Refunds as they were recorded: what came back in value, money and points."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display

from loyalty.admin import documents
from loyalty.admin.amount_fields import currency
from loyalty.models import Refund
from members.admin import labels
from members.admin.base import KeysetAdmin


@admin.register(Refund)
class RefundAdmin(KeysetAdmin):
    store_path = "order__store"
    empty_hint = _("Refunds arrive from the tills and shops through the API.")
    list_display = (
        "external_id",
        "occurred_at",
        "member",
        "order",
        "shown_value",
        "shown_money",
        "shown_taken",
        "shown_given",
        "shown_state",
    )
    list_filter = ("state", ("business_date", RangeDateFilter))
    list_select_related = ("member", "order")
    search_fields = ("external_id",)
    search_help_text = _("Refund number or card number, in full")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("external_id", "source"),
                    ("order", "member"),
                    ("occurred_at", "recorded_at"),
                    ("shown_state", "reason"),
                    ("order_external_id", "shown_problem"),
                )
            },
        ),
        (_("Amounts"), {"fields": (("shown_value", "shown_money", "shown_shipping"),)}),
        (
            _("Points"),
            {
                "fields": (
                    ("clawed_points", "absorbed_points"),
                    ("debt_points", "uncollected_points"),
                    ("restored_points", "restored_expired_points"),
                )
            },
        ),
    )
    readonly_fields = (
        "shown_value",
        "shown_money",
        "shown_shipping",
        "shown_state",
        "shown_problem",
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip()
        return (documents.found(queryset, text) if text else queryset), False

    @display(description=_("value"))
    def shown_value(self, refund: Refund) -> str:
        return documents.amount(refund.value_amount, _currency(refund))

    @display(description=_("back in money"))
    def shown_money(self, refund: Refund) -> str:
        return documents.amount(refund.money_amount, _currency(refund))

    @display(description=_("shipping"))
    def shown_shipping(self, refund: Refund) -> str:
        return documents.amount(refund.shipping_amount, _currency(refund))

    @display(description=_("points taken back"))
    def shown_taken(self, refund: Refund) -> Any:
        return documents.signed(-refund.clawed_points)

    @display(description=_("points given back"))
    def shown_given(self, refund: Refund) -> Any:
        return documents.signed(refund.restored_points)

    @display(description=_("state"), label={"APPLIED": "success", "PARKED": "warning"})
    def shown_state(self, refund: Refund) -> labels.Label:
        return labels.label(refund.state, refund.get_state_display())

    @display(description=_("why it waits"))
    def shown_problem(self, refund: Refund) -> str:
        if refund.state != Refund.State.PARKED:
            return "–"
        problem = refund.answer.get("problem")
        if problem is None:
            return gettext("Its order has not arrived yet.")
        if problem["code"] == "refund_exceeds_order":
            return gettext(
                "More would come back than was bought: %(asked)s of %(left)s. The shop has to send "
                "the right refund under a new number."
            ) % {
                "asked": documents.amount(problem["asked_amount"], _currency(refund)),
                "left": documents.amount(problem["left_amount"], _currency(refund)),
            }
        return gettext("It does not fit its order: %(why)s") % {"why": problem["detail"]}


def _currency(refund: Refund) -> str:
    """A parked refund has no order to tell it yet."""
    return refund.order.currency if refund.order else currency()
