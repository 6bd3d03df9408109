"""The dialog that gives a member a coupon, on the member's page."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from loyalty.models import Coupon, CouponType
from loyalty.services import coupons
from members.admin import dialogs
from members.models import Member, User
from members.registry import member_page
from members.registry.member_page import Action, Outcome
from members.services import audit, submissions

MOST_TYPES = 500


class TypeField(forms.ModelChoiceField):
    """Live types by name, with their code."""

    def label_from_instance(self, obj: CouponType) -> str:
        return _("%(name)s (%(code)s)") % {"name": obj.name, "code": obj.code}


class GrantForm(dialogs.ReasonForm):
    """Which coupon, and why."""

    type = TypeField(
        label=gettext_lazy("Coupon"),
        queryset=CouponType.objects.none(),
        help_text=gettext_lazy("Types that are live. It is taken from their stock and budget."),
        widget=UnfoldAdminSelectWidget,
    )

    field_order = ("type", "reason")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        live = CouponType.objects.filter(state=CouponType.State.LIVE)
        field: Any = self.fields["type"]
        field.queryset = live.order_by("code")


def register() -> None:
    """Called by `apps.ready`."""
    member_page.add_action(
        Action(
            code="grant_coupon",
            title=gettext_lazy("Give a coupon"),
            description=gettext_lazy(
                "The member has it at once, and finds it in the app. It counts as one of those "
                "that a member may have."
            ),
            submit_text=gettext_lazy("Give it"),
            icon="confirmation_number",
            permission="loyalty.add_coupon",
            form_class=GrantForm,
            run=_run,
            order=17,
        )
    )


def _run(*, member: Member, cleaned: dict[str, Any], actor: User, at: datetime) -> Outcome:
    coupon_type: CouponType = cleaned["type"]

    def do() -> Coupon:
        given = coupons.grant(
            type_code=coupon_type.code,
            member_id=member.pk,
            key=f"console:{cleaned['submission']}",
            at=at,
            actor_id=actor.pk,
        )
        audit.record(
            action="coupon.granted",
            at=at,
            actor_id=actor.pk,
            member_id=member.pk,
            reason=cleaned["reason"],
            details={"coupon": str(given.uid), "type": coupon_type.code},
        )
        return given

    sent = submissions.run_once(
        uid=cleaned["submission"],
        action="loyalty.coupon.grant",
        actor_id=actor.pk,
        at=at,
        do=do,
        member_of=lambda _given: member.pk,
    )
    if not sent.is_first:
        return Outcome(text=_("This was sent twice; the coupon was given once."))
    return Outcome(text=_("“%(name)s” is the member's now.") % {"name": coupon_type.name})
