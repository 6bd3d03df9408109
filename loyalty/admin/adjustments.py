"""The dialog that adjusts a member's points."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanSwitchWidget,
)

from loyalty.admin import words
from loyalty.services import adjustment_limits, points
from loyalty.services.points import Adjusted
from members.admin.dialogs import DialogForm
from members.models import Member, User
from members.registry import member_page
from members.registry.member_page import Action, Outcome
from members.services import submissions

MOST_POINTS = 10_000_000


class AdjustForm(DialogForm):
    """How many points, why, and a note for the colleague who reads the ledger later."""

    points = forms.IntegerField(
        label=gettext_lazy("Points"),
        min_value=-MOST_POINTS,
        max_value=MOST_POINTS,
        widget=UnfoldAdminIntegerFieldWidget(attrs={"autocomplete": "off"}),
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=[("", "—"), *((code, words.REASONS[code]) for code in words.ADJUSTMENT_REASONS)],
        widget=UnfoldAdminSelectWidget,
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Shown in the ledger. No names or phone numbers, please."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )

    may_owe = forms.BooleanField(
        label=gettext_lazy("What is not there becomes a debt"),
        required=False,
        help_text=gettext_lazy(
            "Only when taking points. Otherwise taking more than is available is refused."
        ),
        widget=UnfoldBooleanSwitchWidget,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["points"].help_text = _(
            "120 gives points, −120 takes them. Your limit: %(points)s."
        ) % {"points": words.points(adjustment_limits.limit_of(self.request.user))}

    def clean_points(self) -> int:
        count: int = self.cleaned_data["points"]
        if count == 0:
            raise forms.ValidationError(_("0 changes nothing."))
        return count


def register() -> None:
    """Called by `apps.ready`."""
    member_page.add_action(
        Action(
            code="adjust_points",
            title=gettext_lazy("Adjust points"),
            description=gettext_lazy(
                "Above your limit this becomes a request that another person approves."
            ),
            submit_text=gettext_lazy("Adjust"),
            icon="tune",
            permission="loyalty.adjust_account",
            form_class=AdjustForm,
            run=_adjust,
            order=10,
        )
    )


def _adjust(*, member: Member, cleaned: dict[str, Any], actor: User, at: datetime) -> Outcome:
    sent = submissions.run_once(
        uid=cleaned["submission"],
        action="loyalty.points.adjust",
        actor_id=actor.pk,
        at=at,
        do=lambda: points.adjust(
            member_id=member.pk,
            points=cleaned["points"],
            reason=cleaned["reason"],
            note=cleaned["note"],
            may_owe=cleaned["may_owe"],
            actor=actor,
            at=at,
        ),
        member_of=lambda adjusted: member.pk,
    )
    if not sent.is_first:
        return Outcome(text=_("This adjustment was sent twice and counted once."))
    return _outcome(sent.result, cleaned["points"])


def _outcome(adjusted: Adjusted | None, count: int) -> Outcome:
    filled = {"points": words.points(count)}
    if adjusted is not None and adjusted.approval is not None:
        text = _("%(points)s are above your limit: another person was asked to approve it.")
        return Outcome(text=text % filled, is_done=False)
    text = _("%(points)s added.") if count > 0 else _("%(points)s taken off.")
    return Outcome(text=text % filled)
