"""The dialogs that ask for a tier by hand, and end one."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
)

from loyalty.admin import words
from loyalty.models import Tier
from loyalty.services import tier_grants, tier_requests
from members.admin.dialogs import DialogForm
from members.models import Member, User
from members.registry import member_page
from members.registry.member_page import Action, Outcome
from members.services import submissions

PERMISSION = "loyalty.add_tierchange"


class TierReasonForm(DialogForm):
    """Why, as one of a few words: the row that keeps it is never changed, so it holds no text
    about a person."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=[("", "—"), *((code, words.REASONS[code]) for code in words.TIER_REASONS)],
        help_text=gettext_lazy("It is kept with your name and the time."),
        widget=UnfoldAdminSelectWidget,
    )


class TierByHandForm(TierReasonForm):
    """Which tier, through which day, and why."""

    tier = forms.ChoiceField(label=gettext_lazy("Tier"), widget=UnfoldAdminSelectWidget)
    until_on = forms.DateField(
        label=gettext_lazy("Through"),
        required=False,
        help_text=gettext_lazy("The last day. Empty: for one term."),
        widget=UnfoldAdminSingleDateWidget,
    )

    field_order = ("tier", "until_on", "reason")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        tiers = Tier.objects.filter(program__is_current=True, rank__gt=0).order_by("rank")
        field = self.fields["tier"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), *((tier.code, tier.name) for tier in tiers)]


def register() -> None:
    """Called by `apps.ready`."""
    member_page.add_action(
        Action(
            code="set_tier",
            title=gettext_lazy("Set tier"),
            description=gettext_lazy(
                "Once another person has agreed, the member has at least this tier through the day "
                "you choose. Purchases may lift them higher; what they earned stays beneath it."
            ),
            submit_text=gettext_lazy("Ask for it"),
            icon="military_tech",
            permission=PERMISSION,
            form_class=TierByHandForm,
            run=_set,
            order=20,
        )
    )
    member_page.add_action(
        Action(
            code="end_tier",
            title=gettext_lazy("End tier by hand"),
            description=gettext_lazy(
                "The member goes back to what their purchases earned, from now on."
            ),
            submit_text=gettext_lazy("End it"),
            icon="stop_circle",
            permission=PERMISSION,
            form_class=TierReasonForm,
            run=_end,
            order=30,
        )
    )


def _set(*, member: Member, cleaned: dict[str, Any], actor: User, at: datetime) -> Outcome:
    sent = submissions.run_once(
        uid=cleaned["submission"],
        action="loyalty.tier.set_by_hand",
        actor_id=actor.pk,
        at=at,
        do=lambda: tier_requests.ask(
            member_id=member.pk,
            tier_code=cleaned["tier"],
            until_on=cleaned["until_on"],
            reason=cleaned["reason"],
            maker=actor,
            at=at,
        ),
        member_of=lambda _request: member.pk,
    )
    if not sent.is_first:
        return Outcome(text=_("You asked for it already."))
    return Outcome(text=_("Another person was asked to approve it."), is_done=False)


def _end(*, member: Member, cleaned: dict[str, Any], actor: User, at: datetime) -> Outcome:
    sent = submissions.run_once(
        uid=cleaned["submission"],
        action="loyalty.tier.end_by_hand",
        actor_id=actor.pk,
        at=at,
        do=lambda: tier_grants.end_by_hand(
            member_id=member.pk, reason=cleaned["reason"], actor=actor, at=at
        ),
        member_of=lambda _nothing: member.pk,
    )
    return Outcome(text=_("The tier by hand is over.") if sent.is_first else _("It was over."))
