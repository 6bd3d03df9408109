"""What is done with a coupon type, from its page: each a dialog with one service call."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant

from loyalty.admin.coupon_type_dialogs import (
    MAKE_CODES,
    PUBLISH,
    RAISE,
    STOP,
    MakeCodesForm,
    RaiseForm,
)
from loyalty.models import CouponBatch, CouponType
from loyalty.services import coupon_batches, coupon_types
from members.admin import confirmations, dialogs
from members.admin.base import ConsoleAdmin, operator_of
from members.errors import DomainError
from members.services import submissions

_State = CouponType.State
OFFERED: dict[str, frozenset[str]] = {
    _State.DRAFT: frozenset({"publish"}),
    _State.LIVE: frozenset({"make_codes", "change_limits", "show_coupons", "stop"}),
    _State.STOPPED: frozenset({"show_coupons"}),
}


class CouponTypeActions(ConsoleAdmin):
    """For the page of coupon types."""

    actions_detail = ("publish", "make_codes", "change_limits", "show_coupons", "stop")

    def has_set_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("loyalty.change_coupontype")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """What fits the type's state; the service refuses the rest in words."""
        found = CouponType.objects.filter(pk=object_id).only("state").first()
        offered = OFFERED[found.state] if found else frozenset()
        actions = super().get_actions_detail(request, object_id)
        return [one for one in actions if one.action_name.rpartition("coupontype_")[2] in offered]

    @action(
        description=_("Publish"),
        url_path="publish",
        icon="publish",
        variant=ActionVariant.PRIMARY,
        permissions=["set"],
        dialog=PUBLISH,
    )
    def publish(
        self, request: HttpRequest, form: confirmations.RequiredNoteForm, object_id: str
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=PUBLISH,
            run=lambda: coupon_types.ask_to_publish(
                type_id=int(object_id),
                reason=form.cleaned_data["note"],
                maker=operator_of(request),
                at=self.now(),
            ),
            done=gettext("Another person was asked to approve it."),
            to=_page(object_id),
        )

    @action(
        description=_("Stop"),
        url_path="stop",
        icon="stop_circle",
        variant=ActionVariant.DANGER,
        permissions=["set"],
        dialog=STOP,
    )
    def stop(
        self, request: HttpRequest, form: confirmations.RequiredNoteForm, object_id: str
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=STOP,
            run=lambda: coupon_types.stop(
                type_id=int(object_id),
                reason=form.cleaned_data["note"],
                actor=operator_of(request),
                at=self.now(),
            ),
            done=gettext("Nobody gets another one; those in people's hands stay good."),
            to=_page(object_id),
        )

    @action(
        description=_("Stock and budget"),
        url_path="limits",
        icon="inventory",
        permissions=["set"],
        dialog=RAISE,
    )
    def change_limits(self, request: HttpRequest, form: RaiseForm, object_id: str) -> HttpResponse:
        found = get_object_or_404(CouponType, pk=object_id)
        return confirmations.answer(
            request,
            form=form,
            dialog=RAISE,
            run=lambda: coupon_types.change_limits(
                type_id=found.pk,
                limits=form.limits(found),
                reason=form.cleaned_data["reason"],
                actor=operator_of(request),
                at=self.now(),
            ),
            done=gettext("Stock and budget are as you said."),
            to=_page(object_id),
        )

    @action(
        description=_("Make codes"),
        url_path="make-codes",
        icon="qr_code_2_add",
        permissions=["loyalty.add_couponbatch"],
        dialog=MAKE_CODES,
    )
    def make_codes(self, request: HttpRequest, form: MakeCodesForm, object_id: str) -> HttpResponse:
        """Once for each form; leads to the batch."""
        try:
            made = self._enqueue(request, form, int(object_id))
        except DomainError as error:
            return dialogs.refused(request, MAKE_CODES, form, error)
        if made is None:
            messages.warning(request, gettext("This was sent twice; the codes are made once."))
            return dialogs.go_to(_page(object_id))
        messages.success(request, gettext("The codes are being made."))
        return dialogs.go_to(reverse("admin:loyalty_couponbatch_change", args=[made.pk]))

    def _enqueue(
        self, request: HttpRequest, form: MakeCodesForm, type_id: int
    ) -> CouponBatch | None:
        operator, at = operator_of(request), self.now()
        return submissions.run_once(
            uid=form.cleaned_data["submission"],
            action="loyalty.coupon_batch.make",
            actor_id=operator.pk,
            at=at,
            do=lambda: coupon_batches.enqueue(
                type_id=type_id,
                count=form.cleaned_data["count"],
                note=form.cleaned_data["note"],
                actor_id=operator.pk,
                at=at,
            ),
            member_of=lambda _made: None,
        ).result

    @action(
        description=_("Coupons"),
        url_path="coupons",
        icon="confirmation_number",
        permissions=["loyalty.view_coupon"],
    )
    def show_coupons(self, request: HttpRequest, object_id: str) -> HttpResponse:
        there = reverse("admin:loyalty_coupon_changelist")
        return HttpResponseRedirect(f"{there}?type__id__exact={int(object_id)}")


def _page(type_id: Any) -> str:
    return reverse("admin:loyalty_coupontype_change", args=[type_id])
