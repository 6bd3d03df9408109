"""Orders as they were recorded: lines, payments, what they earned and why."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import action, display

from loyalty.admin import documents, order_sections, refund_desk, traces
from loyalty.models import EarningRule, Order, OrderLine, Tier
from members.admin.base import KeysetAdmin, ReadOnlyInline
from members.admin.filters import ChannelFilter, StoreFilter


class OrderLineInline(ReadOnlyInline):
    model = OrderLine
    fields = readonly_fields = (
        "line_id",
        "shown_product",
        "quantity",
        "shown_unit_price",
        "shown_discount",
        "shown_net",
        "earned_points",
        "shown_refunded",
    )
    ordering = ("number",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderLine]:
        queryset: QuerySet[OrderLine] = super().get_queryset(request)
        return queryset.select_related("product", "order")

    @display(description=_("product"))
    def shown_product(self, line: OrderLine) -> str:
        return f"{line.product.name} ({line.product.sku})"

    @display(description=_("unit price"))
    def shown_unit_price(self, line: OrderLine) -> str:
        return documents.amount(line.unit_price_amount, line.order.currency)

    @display(description=_("discount"))
    def shown_discount(self, line: OrderLine) -> str:
        return documents.amount(line.discount_amount, line.order.currency)

    @display(description=_("net"))
    def shown_net(self, line: OrderLine) -> str:
        return documents.amount(line.net_amount, line.order.currency)

    @display(description=_("refunded"))
    def shown_refunded(self, line: OrderLine) -> str:
        return documents.amount(line.refunded_amount, line.order.currency)


@admin.register(Order)
class OrderAdmin(KeysetAdmin):
    store_path = "store"
    empty_hint = _("Orders arrive from the tills and shops through the API.")
    list_display = (
        "external_id",
        "occurred_at",
        "member",
        "store",
        "channel",
        "shown_net",
        "shown_refunded",
        "shown_earned",
        "shown_spent",
    )
    list_filter = (StoreFilter, ChannelFilter, ("business_date", RangeDateFilter))
    list_select_related = ("member", "store", "channel")
    search_fields = ("external_id",)
    search_help_text = _("Order number or card number, in full")
    fieldsets: Any = (
        (
            None,
            {
                "fields": (
                    ("external_id", "source"),
                    ("member", "occurred_at"),
                    ("store", "channel"),
                    ("cashier", "guide"),
                    ("business_date", "recorded_at"),
                )
            },
        ),
        (
            _("Amounts"),
            {
                "fields": (
                    ("shown_gross", "shown_discount", "shown_net"),
                    ("shown_shipping", "shown_rounding", "shown_refunded"),
                    "shown_payments",
                )
            },
        ),
        (_("Points"), {"fields": (("shown_earned", "shown_spent"), "shown_trace")}),
    )
    readonly_fields = (
        "shown_gross",
        "shown_discount",
        "shown_net",
        "shown_shipping",
        "shown_rounding",
        "shown_refunded",
        "shown_payments",
        "shown_earned",
        "shown_spent",
        "shown_trace",
        "shown_discounts",
        "shown_refused",
    )
    inlines = (OrderLineInline,)
    actions_detail = ("refund",)

    @action(
        description=_("Refund"),
        url_path="refund",
        icon="assignment_return",
        permissions=["refund"],
    )
    def refund(self, request: HttpRequest, object_id: str) -> HttpResponse:
        order = get_object_or_404(self.get_queryset(request), pk=object_id)
        return refund_desk.page(request, order, at=self.now())

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Offers and coupons where there are any to speak of."""
        told = None if obj is None else _told(obj)
        named = ("shown_discounts", told and told.applied), ("shown_refused", told and told.refused)
        fields = tuple(name for name, texts in named if texts)
        if not fields:
            return self.fieldsets
        return (*self.fieldsets, (_("Offers and coupons"), {"fields": fields}))

    def has_refund_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm("loyalty.add_refund"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip()
        return (documents.found(queryset, text) if text else queryset), False

    @display(description=_("gross"))
    def shown_gross(self, order: Order) -> str:
        return documents.amount(order.gross_amount, order.currency)

    @display(description=_("discount"))
    def shown_discount(self, order: Order) -> str:
        return documents.amount(order.discount_amount, order.currency)

    @display(description=_("net"))
    def shown_net(self, order: Order) -> str:
        return documents.amount(order.net_amount, order.currency)

    @display(description=_("shipping"))
    def shown_shipping(self, order: Order) -> str:
        return documents.amount(order.shipping_amount, order.currency)

    @display(description=_("rounding"))
    def shown_rounding(self, order: Order) -> str:
        return documents.amount(order.rounding_amount, order.currency)

    @display(description=_("refunded"))
    def shown_refunded(self, order: Order) -> str:
        refunded = order.refunded_amount
        return documents.amount(refunded, order.currency) if refunded else "–"

    @display(description=_("payments"))
    def shown_payments(self, order: Order) -> str:
        return documents.payments(order.payments, order.currency)

    @display(description=_("points earned"))
    def shown_earned(self, order: Order) -> Any:
        return documents.signed(order.earned_points)

    @display(description=_("points spent"))
    def shown_spent(self, order: Order) -> Any:
        return documents.signed(-order.spent_points)

    @display(description=_("sold with"))
    def shown_discounts(self, order: Order) -> Any:
        return _steps(_told(order).applied)

    @display(description=_("not honored"))
    def shown_refused(self, order: Order) -> Any:
        return _steps(_told(order).refused)

    @display(description=_("why so many points"))
    def shown_trace(self, order: Order) -> Any:
        # The page's template asks several times for what it shows once.
        if not hasattr(order, "told"):
            order.told = traces.sentences(
                order, rule_names=_names(EarningRule), tier_names=_names(Tier)
            )
        return _steps(order.told)


def _told(order: Any) -> order_sections.Told:
    # Asked several times by the page, as the trace is.
    if not hasattr(order, "discounts_told"):
        order.discounts_told = order_sections.told(order)
    found: order_sections.Told = order.discounts_told
    return found


def _steps(texts: Iterable[str]) -> Any:
    return format_html_join("", '<p class="console-step">{}</p>', ((text,) for text in texts))


def _names(model: Any) -> dict[str, str]:
    return {row.code: row.name for row in model.objects.all()}
