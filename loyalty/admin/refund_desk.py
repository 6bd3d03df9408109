"""Taking goods back: choose what, see what it moves, then confirm. Runs as the operator, within
the stores that they work for, once for each form shown."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec import UNSET
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextInputWidget

from loyalty.admin import documents, words
from loyalty.admin.amount_fields import AmountField
from loyalty.models import ChallengeStep, Order, OrderLine
from loyalty.services import refunds
from loyalty.services.documents import RefundDocument, RefundLineDocument, Source
from members.admin import dialogs
from members.admin.base import operator_of
from members.errors import DomainError
from members.models import User
from members.selectors import scopes
from members.services import submissions

TEMPLATE = "console/refund.html"
ACTION = "loyalty.order.refund"
CONFIRM = "confirm"


class RefundForm(forms.Form):
    """Pieces or an amount for each line, and freight, as much as is left at most. Pieces without
    an amount are worth what they were paid, or what judging the rest again says."""

    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("No names or phone numbers, please."),
        widget=UnfoldAdminTextInputWidget,
    )

    def __init__(self, *args: Any, order: Order, lines: list[OrderLine], **options: Any) -> None:
        super().__init__(*args, **options)
        self.order, self.lines = order, lines
        for line in lines:
            left = line.quantity - line.refunded_quantity
            self.fields[f"pieces_{line.number}"] = forms.DecimalField(
                label=_("Pieces"),
                initial=f"{max(left, Decimal(0)).normalize():f}",
                required=False,
                min_value=Decimal(0),
                # Not what is left: a form that is sent twice must read the same.
                max_value=line.quantity,
                max_digits=14,
                decimal_places=3,
                widget=UnfoldAdminDecimalFieldWidget(attrs={"aria-label": _("Pieces")}),
            )
            self.fields[f"line_{line.number}"] = AmountField(
                label=line.product.name,
                required=False,
                widget=UnfoldAdminDecimalFieldWidget(attrs={"placeholder": _("by the pieces")}),
            )
        left = order.shipping_amount - order.refunded_shipping_amount
        if order.shipping_amount:
            self.fields["shipping"] = AmountField(label=_("Freight"), initial=left, required=False)

    def document(self, external_id: str, at: datetime) -> RefundDocument:
        """What the operator chose, as a till would send it."""
        return RefundDocument(
            external_id=external_id,
            occurred_at=at,
            lines=tuple(
                RefundLineDocument(
                    line_id=line.line_id,
                    quantity=pieces or Decimal(0),
                    refund_amount=UNSET if amount is None else amount,
                )
                for line, pieces, amount in self._chosen()
            ),
            shipping_amount=self.cleaned_data.get("shipping") or 0,
            reason=self.cleaned_data["reason"],
        )

    def _chosen(self) -> list[tuple[OrderLine, Decimal | None, int | None]]:
        """Lines of which something comes back, with pieces and amount as typed."""
        found = []
        for line in self.lines:
            pieces = self.cleaned_data[f"pieces_{line.number}"]
            amount = self.cleaned_data[f"line_{line.number}"]
            if amount or (amount is None and pieces):
                found.append((line, pieces, amount))
        return found

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not self._chosen() and not cleaned.get("shipping"):
            raise forms.ValidationError(_("Say what comes back: pieces, or an amount."))
        return cleaned


def page(request: HttpRequest, order: Order, *, at: datetime) -> HttpResponse:
    """The form; what the refund would move; and, once confirmed, the refund."""
    lines = list(OrderLine.objects.filter(order=order).select_related("product").order_by("number"))
    form = RefundForm(request.POST or None, order=order, lines=lines)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Refund of order %(number)s") % {"number": order.external_id},
        "form": form,
        "rows": [
            (line, form[f"pieces_{line.number}"], form[f"line_{line.number}"], _left(line, order))
            for line in lines
        ],
        "shipping": form["shipping"] if "shipping" in form.fields else None,
        "back": reverse("admin:loyalty_order_change", args=[order.pk]),
    }
    if request.method == "POST" and form.is_valid():
        try:
            if CONFIRM in request.POST:
                return _refund(request, order, form, at)
            context["told"] = _preview(request, order, form, at)
        except DomainError as error:
            context["refusal"] = dialogs.refusal(error)
    return TemplateResponse(request, TEMPLATE, context)


def _preview(request: HttpRequest, order: Order, form: RefundForm, at: datetime) -> list[str]:
    operator = operator_of(request)
    answer = refunds.preview(
        order_uid=order.uid,
        refund=form.document(_number(form), at),
        source=_source(operator),
        at=at,
    )
    return _told(answer, order)


def _refund(request: HttpRequest, order: Order, form: RefundForm, at: datetime) -> HttpResponse:
    operator = operator_of(request)
    sent = submissions.run_once(
        uid=form.cleaned_data["submission"],
        action=ACTION,
        actor_id=operator.pk,
        at=at,
        do=lambda: refunds.record(
            order_uid=order.uid,
            refund=form.document(_number(form), at),
            source=_source(operator),
            at=at,
        ),
        member_of=lambda recorded: recorded.member_id,
    )
    if sent.result is None:
        messages.success(request, _("This refund was sent twice and counted once."))
    else:
        messages.success(request, " ".join(_told(sent.result.answer, order)))
    return HttpResponseRedirect(reverse("admin:loyalty_order_change", args=[order.pk]))


def _source(operator: User) -> Source:
    """The console's own numbers; an operator of some stores refunds only their orders."""
    return Source(
        name="console",
        store_ids=scopes.scope_for(operator).store_ids,
        may_backdate=True,
        actor_id=operator.pk,
    )


def _number(form: RefundForm) -> str:
    return f"console-{form.cleaned_data['submission'].hex}"


def _left(line: OrderLine, order: Order) -> str:
    return documents.amount(line.net_amount - line.refunded_amount, order.currency)


def _told(answer: dict[str, Any], order: Order) -> list[str]:
    """What goes back as money, and what happens to points; the till reads it to the customer."""
    points = answer["points"]
    told = [_("%(amount)s go back as money.") % {
        "amount": documents.amount(answer["money_amount"], order.currency)
    }]  # fmt: skip
    figures = (
        (points["restored"], _("%(points)s that had paid are given back.")),
        (points["expired"], _("%(points)s of those have expired meanwhile.")),
        (points["clawed_back"], _("%(points)s that these goods had earned are taken back.")),
        (points["absorbed_by_expiry"], _("%(points)s of it had expired already.")),
        (points["debt"], _("%(points)s were spent already: they become a debt.")),
        (points["uncollected"], _("%(points)s can't be taken and are let go.")),
    )
    told += [text % {"points": words.points(count)} for count, text in figures if count]
    told += [_coupon(row) for row in answer["coupons"]]
    account = answer["account"]
    if account is not None and _counts(order):
        # The worker judges it a moment later, so that no figure stands here.
        told.append(
            _("If the order counts in a challenge no more, what that brought is taken back too.")
        )
    if account is not None:
        told.append(
            _("Then %(points)s can be used.") % {"points": words.points(account["available"])}
        )
    return told


def _counts(order: Order) -> bool:
    """Whether it is a step of the member's in a challenge that brought a prize."""
    steps = ChallengeStep.objects.filter(
        member_id=order.member_id,
        ref=f"order:{order.pk}",
        value__gt=0,
        challenge__awards__member_id=order.member_id,
        challenge__awards__undone_at=None,
    )
    return steps.exists()


def _coupon(row: dict[str, Any]) -> str:
    if row["state"] in ("ISSUED", "CLAIMED"):
        return _("Coupon %(code)s can be used again.") % {"code": row["code"]}
    return _("Coupon %(code)s does not come back.") % {"code": row["code"]}
