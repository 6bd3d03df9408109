"""What is done with one redemption, from its page: paid, handed over, canceled."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from loyalty.admin.amount_fields import AmountField
from loyalty.models import Redemption
from loyalty.selectors import redemptions as selector
from loyalty.services import redemption_ends, redemption_handovers, redemption_payments
from loyalty.services.documents import Source
from loyalty.services.redemption_ends import BY_STAFF, Ending
from loyalty.services.redemption_handovers import Handover
from loyalty.services.redemption_payments import Payment
from members.admin import dialogs
from members.admin.base import KeysetAdmin, operator_of
from members.errors import DomainError
from members.models import Store
from members.selectors import scopes
from members.services import audit, submissions

CONSOLE = "console"
_PREFIX = "loyalty_redemption_"


class HandOverForm(dialogs.DialogForm):
    """Where it is handed over."""

    store = forms.ModelChoiceField(
        label=_("Store"),
        queryset=Store.objects.none(),
        required=False,
        help_text=_("Where the member stands. Empty: handed over outside of a store."),
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["store"]
        scope = scopes.scope_for(self.request.user)
        field.queryset = scope.stores(Store.objects.filter(is_active=True).order_by("code"))
        if not scope.is_whole_chain:
            # Who works for some stores hands over in one of them.
            field.required = True
            only = list(field.queryset[:2])
            if len(only) == 1:
                field.initial, field.empty_label = only[0].pk, None


class PayForm(dialogs.DialogForm):
    """A payment that was made elsewhere."""

    payment_ref = forms.CharField(
        label=_("Number of the payment"),
        max_length=80,
        help_text=_("As it stands on the slip or in the payment system."),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    amount = AmountField(label=_("Amount"), help_text=_("It has to be what is to be paid."))


HAND_OVER = {
    "title": _("Hand this reward over"),
    "description": _("Once. The member's pick-up code is used up by it."),
    "form_class": HandOverForm,
    "form_submit_text": _("Hand it over"),
}
PAY = {
    "title": _("The money was paid"),
    "description": _("The points that are held for it are spent, and it can be picked up."),
    "form_class": PayForm,
    "form_submit_text": _("It was paid"),
}
CANCEL = {
    "title": _("Cancel this redemption"),
    "description": _(
        "The points go back where they came from, the piece into stock, and the code is void. "
        "Money that was paid for it is to be paid back by whoever took it."
    ),
    "form_class": dialogs.ReasonForm,
    "form_submit_text": _("Cancel it"),
}
OFFERED = {
    "REQUESTED": frozenset({"pay", "cancel"}),
    "READY": frozenset({"hand_over", "cancel"}),
    "FULFILLED": frozenset({"cancel_coupon"}),
}


class RedemptionActions(KeysetAdmin):
    """For the page of redemptions."""

    actions_detail = ("hand_over", "pay", "cancel")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """What fits the state of now; the service refuses the rest in words."""
        row = Redemption.objects.select_related("reward").filter(pk=object_id).first()
        offered = self._offered(row) if row else frozenset()
        found = super().get_actions_detail(request, object_id)
        return [one for one in found if one.action_name.removeprefix(_PREFIX) in offered]

    def _offered(self, row: Redemption) -> frozenset[str]:
        state = selector.state_of(redemption=row, at=self.now())
        offered = OFFERED.get(state, frozenset())
        return frozenset({"cancel"}) if "cancel_coupon" in offered and row.coupon_ids else offered

    @action(
        description=_("Hand over"),
        url_path="hand-over",
        icon="volunteer_activism",
        variant=ActionVariant.PRIMARY,
        permissions=["loyalty.change_redemption"],
        dialog=HAND_OVER,
    )
    def hand_over(self, request: HttpRequest, form: HandOverForm, object_id: str) -> HttpResponse:
        def do(row: Redemption, source: Source) -> Any:
            number = str(form.cleaned_data["submission"])
            return redemption_handovers.fulfil(
                uid=row.uid,
                handover=Handover(number, form.cleaned_data["store"]),
                source=source,
                at=self.now(),
            )

        return self._run(request, form, object_id, HAND_OVER, do)

    @action(
        description=_("It was paid"),
        url_path="pay",
        icon="payments",
        variant=ActionVariant.PRIMARY,
        permissions=["loyalty.change_redemption"],
        dialog=PAY,
    )
    def pay(self, request: HttpRequest, form: PayForm, object_id: str) -> HttpResponse:
        def do(row: Redemption, source: Source) -> Any:
            payment = Payment(form.cleaned_data["payment_ref"], form.cleaned_data["amount"])
            return redemption_payments.pay(
                uid=row.uid, payment=payment, source=source, at=self.now()
            )

        return self._run(request, form, object_id, PAY, do)

    @action(
        description=_("Cancel"),
        url_path="cancel",
        icon="undo",
        variant=ActionVariant.DANGER,
        permissions=["loyalty.change_redemption"],
        dialog=CANCEL,
    )
    def cancel(
        self, request: HttpRequest, form: dialogs.ReasonForm, object_id: str
    ) -> HttpResponse:
        def do(row: Redemption, source: Source) -> Any:
            ending = Ending(BY_STAFF, form.cleaned_data["reason"])
            return redemption_ends.cancel(uid=row.uid, ending=ending, source=source, at=self.now())

        return self._run(request, form, object_id, CANCEL, do)

    done: ClassVar[dict[str, Any]] = {
        "hand-over": _("Handed over."),
        "pay": _("Paid: it can be picked up."),
        "cancel": _("Canceled; the points are back."),
    }

    def _run(
        self,
        request: HttpRequest,
        form: Any,
        object_id: str,
        dialog: dict[str, Any],
        act: Callable[[Redemption, Source], Any],
    ) -> HttpResponse:
        """Once for each form, with a line in the audit trail; a refusal stays in the dialog."""
        row = get_object_or_404(self.get_queryset(request), pk=object_id)
        name = {id(HAND_OVER): "hand-over", id(PAY): "pay"}.get(id(dialog), "cancel")
        operator, at = operator_of(request), self.now()

        def do() -> None:
            act(row, Source(name=CONSOLE, actor_id=operator.pk))
            audit.record(
                action=f"redemption.{name}",
                at=at,
                actor_id=operator.pk,
                member_id=row.member_id,
                reason=form.cleaned_data.get("reason", ""),
                details={"redemption": str(row.uid)},
            )

        try:
            submissions.run_once(
                uid=form.cleaned_data["submission"],
                action=f"loyalty.redemption.{name}",
                actor_id=operator.pk,
                at=at,
                do=do,
                member_of=lambda _done: row.member_id,
            )
        except DomainError as error:
            return dialogs.refused(request, dialog, form, error)
        messages.success(request, gettext(str(self.done[name])))
        return dialogs.go_to(reverse("admin:loyalty_redemption_change", args=[row.pk]))
