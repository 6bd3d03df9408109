"""What is done with a coupon type, from its page: each a dialog with one service call."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

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
from members.admin import confirmations, dialogs, publishing
from members.admin.base import operator_of
from members.admin.publishing import PublishedAdmin
from members.errors import DomainError
from members.services import submissions

_State = CouponType.State
OFFERED: dict[str, frozenset[str]] = {
    _State.DRAFT: frozenset({"publish"}),
    _State.LIVE: frozenset({"make_codes", "change_limits", "show_coupons", "stop"}),
    _State.STOPPED: frozenset({"show_coupons"}),
}


class CouponTypeActions(PublishedAdmin):
    """For the page of coupon types."""

    offered = OFFERED
    actions_detail = ("publish", "make_codes", "change_limits", "show_coupons", "stop")

    publish = publishing.publish_action(
        PUBLISH,
        lambda type_id, **said: coupon_types.ask_to_publish(type_id=type_id, **said),
    )
    stop = publishing.stop_action(
        STOP,
        lambda type_id, **said: coupon_types.stop(type_id=type_id, **said),
        title=_("Stop"),
        done=_("Nobody gets another one; those in people's hands stay good."),
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
            to=self.page_of(object_id),
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
            return dialogs.go_to(self.page_of(object_id))
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
