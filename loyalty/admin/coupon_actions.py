"""What is done with one coupon, from its page: let go, given on, withdrawn."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget

from loyalty.admin import coupon_words
from loyalty.models import Coupon
from loyalty.services import coupons
from members.admin import dialogs
from members.admin.base import KeysetAdmin, operator_of
from members.errors import DomainError
from members.models import Member
from members.selectors import members
from members.services import audit, submissions

_State = Coupon.State
_PREFIX = "loyalty_coupon_"
OFFERED: dict[str, frozenset[str]] = {
    _State.ISSUED: frozenset({"void_it"}),
    _State.CLAIMED: frozenset({"void_it", "give_on"}),
    _State.LOCKED: frozenset({"release"}),
}


class GiveOnForm(dialogs.ReasonForm):
    """Who gets it, and why."""

    to = forms.CharField(
        label=_("To whom"),
        max_length=40,
        help_text=_("Card or phone number, in full"),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )

    field_order = ("to", "reason")

    def clean_to(self) -> Member:
        found = members.lookup(text=self.cleaned_data["to"], stores=frozenset())
        if len(found) != 1:
            raise forms.ValidationError(gettext("No member has this card or phone number."))
        return found[0]


VOID = {
    "title": _("Void this coupon"),
    "description": _("It is refused from this moment on, for good; the member sees it as void."),
    "form_class": dialogs.ReasonForm,
    "form_submit_text": _("Void the coupon"),
}
RELEASE = {
    "title": _("Let go of this coupon"),
    "description": _(
        "A checkout keeps it aside. The member can use it elsewhere at once; that checkout can't "
        "use it any more."
    ),
    "form_class": dialogs.ReasonForm,
    "form_submit_text": _("Let go"),
}
GIVE_ON = {
    "title": _("Give this coupon to another member"),
    "description": _(
        "At the holder's wish: the friend gets a new code that holds as long, and this one is void."
    ),
    "form_class": GiveOnForm,
    "form_submit_text": _("Give it on"),
}


@dataclass(frozen=True)
class Deed:
    """A dialog, what the audit trail calls it, its one service call, and what is said then."""

    dialog: dict[str, Any]
    action: str
    do: Callable[[Coupon], Any]
    done: str


class CouponActions(KeysetAdmin):
    """For the page of coupons."""

    actions_detail = ("release", "give_on", "void_it")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """What fits the coupon's state of now; the service refuses the rest in words."""
        coupon = Coupon.objects.select_related("type", "batch").filter(pk=object_id).first()
        offered = self._offered(coupon) if coupon else frozenset()
        found = super().get_actions_detail(request, object_id)
        return [one for one in found if one.action_name.removeprefix(_PREFIX) in offered]

    def _offered(self, coupon: Coupon) -> frozenset[str]:
        state = coupon_words.standing(coupon, self.now())
        offered = OFFERED.get(state, frozenset())
        return offered if coupon.type.is_transferable else offered - {"give_on"}

    @action(
        description=_("Void"),
        url_path="void",
        icon="block",
        variant=ActionVariant.DANGER,
        permissions=["loyalty.change_coupon"],
        dialog=VOID,
    )
    def void_it(
        self, request: HttpRequest, form: dialogs.ReasonForm, object_id: str
    ) -> HttpResponse:
        def do(coupon: Coupon) -> Any:
            return coupons.void(
                coupon_id=coupon.pk,
                reason=form.cleaned_data["reason"],
                at=self.now(),
                actor_id=operator_of(request).pk,
            )

        done = gettext("It is refused from now on.")
        return self._run(request, form, object_id, Deed(VOID, "coupon.voided", do, done))

    @action(
        description=_("Let go"),
        url_path="release",
        icon="lock_open",
        permissions=["loyalty.change_coupon"],
        dialog=RELEASE,
    )
    def release(
        self, request: HttpRequest, form: dialogs.ReasonForm, object_id: str
    ) -> HttpResponse:
        """In the name of the checkout that keeps it, which alone may let go."""

        def do(coupon: Coupon) -> Any:
            return coupons.release(
                codes=[coupon.code],
                source=coupon.locked_source,
                external_id=coupon.locked_for,
                at=self.now(),
            )

        done = gettext("The member can use it again.")
        return self._run(request, form, object_id, Deed(RELEASE, "coupon.released", do, done))

    @action(
        description=_("Give to a friend"),
        url_path="give-on",
        icon="redeem",
        permissions=["loyalty.change_coupon"],
        dialog=GIVE_ON,
    )
    def give_on(self, request: HttpRequest, form: GiveOnForm, object_id: str) -> HttpResponse:
        def do(coupon: Coupon) -> Any:
            return coupons.transfer(
                code=coupon.code,
                from_member_id=coupon.member_id or 0,
                to_member_id=form.cleaned_data["to"].pk,
                key=f"console:{form.cleaned_data['submission']}",
                at=self.now(),
            )

        done = gettext("The friend has it now, with a code of its own.")
        return self._run(request, form, object_id, Deed(GIVE_ON, "coupon.transferred", do, done))

    def _run(
        self, request: HttpRequest, form: dialogs.ReasonForm, object_id: str, deed: Deed
    ) -> HttpResponse:
        """Once for each form, with a line in the audit trail; a refusal stays in the dialog."""
        coupon = get_object_or_404(self.get_queryset(request), pk=object_id)
        try:
            self._once(request, form, coupon, deed)
        except DomainError as error:
            return dialogs.refused(request, deed.dialog, form, error)
        messages.success(request, deed.done)
        return dialogs.go_to(reverse("admin:loyalty_coupon_change", args=[coupon.pk]))

    def _once(
        self, request: HttpRequest, form: dialogs.ReasonForm, coupon: Coupon, deed: Deed
    ) -> None:
        at, operator = self.now(), operator_of(request)

        def do() -> None:
            deed.do(coupon)
            audit.record(
                action=deed.action,
                at=at,
                actor_id=operator.pk,
                member_id=coupon.member_id,
                reason=form.cleaned_data["reason"],
                details={"coupon": str(coupon.uid)},
            )

        submissions.run_once(
            uid=form.cleaned_data["submission"],
            action=f"loyalty.{deed.action}",
            actor_id=operator.pk,
            at=at,
            do=do,
            member_of=lambda _done: coupon.member_id,
        )
