"""Dialogs on the member's page: a parent agrees, data are held, profiling is objected to."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from members.admin import guardian_words
from members.admin.dialogs import DialogForm, ReasonForm
from members.models import Member, User
from members.registry import member_page
from members.registry.member_page import Action, Outcome
from members.services import guardians, legal_holds, profiling
from members.services.guardians import Guardian

AGREED, TAKEN_BACK = "AGREED", "TAKEN_BACK"
PLACE, END = "PLACE", "END"
REFUSE, ALLOW = "REFUSE", "ALLOW"


class GuardianForm(DialogForm):
    what = forms.ChoiceField(
        label=gettext_lazy("What"),
        choices=[
            (AGREED, gettext_lazy("A parent agrees")),
            (TAKEN_BACK, gettext_lazy("The parent takes it back")),
        ],
        widget=UnfoldAdminSelectWidget,
    )
    name = forms.CharField(
        label=gettext_lazy("Parent or guardian"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Sealed with the member's key."),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Their phone"),
        max_length=32,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    verified_how = forms.ChoiceField(
        label=gettext_lazy("Checked by"),
        choices=guardian_words.HOW.items(),
        widget=UnfoldAdminSelectWidget,
    )


class HoldForm(ReasonForm):
    what = forms.ChoiceField(
        label=gettext_lazy("What"),
        choices=[
            (PLACE, gettext_lazy("Hold the data")),
            (END, gettext_lazy("End the hold")),
        ],
        widget=UnfoldAdminSelectWidget,
    )
    field_order = ("what", "reason")


class ProfilingForm(DialogForm):
    what = forms.ChoiceField(
        label=gettext_lazy("What"),
        choices=[
            (REFUSE, gettext_lazy("The member objects to profiling")),
            (ALLOW, gettext_lazy("The member allows it again")),
        ],
        widget=UnfoldAdminSelectWidget,
    )


def register() -> None:
    """Called by `apps.ready`."""
    for action in _ACTIONS:
        member_page.add_action(action)


def _guardian(*, member: Member, cleaned: dict[str, Any], actor: User, at: datetime) -> Outcome:
    if cleaned["what"] == TAKEN_BACK:
        guardians.end(member_id=member.pk, actor_id=actor.pk, at=at)
        return Outcome(text=_("The parent's consent is taken back."))
    guardian = Guardian(
        name=cleaned["name"], phone=cleaned["phone"], verified_how=cleaned["verified_how"]
    )
    guardians.record(member_id=member.pk, guardian=guardian, actor_id=actor.pk, at=at)
    return Outcome(text=_("The parent's consent is noted."))


def _hold(*, member: Member, cleaned: dict[str, Any], actor: User, at: datetime) -> Outcome:
    step = legal_holds.place if cleaned["what"] == PLACE else legal_holds.end
    step(member_id=member.pk, reason=cleaned["reason"], actor_id=actor.pk, at=at)
    if cleaned["what"] == PLACE:
        return Outcome(text=_("The data of this member are held."))
    return Outcome(text=_("The hold has ended."))


def _profiling(*, member: Member, cleaned: dict[str, Any], actor: User, at: datetime) -> Outcome:
    if cleaned["what"] == REFUSE:
        profiling.refuse(member_id=member.pk, actor_id=actor.pk, at=at)
        return Outcome(text=_("Nothing is computed of this member any more."))
    profiling.allow(member_id=member.pk, actor_id=actor.pk, at=at)
    return Outcome(text=_("This member may be profiled again, once they agree to it."))


_ACTIONS = (
    Action(
        code="guardian_consent",
        title=gettext_lazy("Parent's consent"),
        description=gettext_lazy(
            "For members under age: until a parent agrees, their consents to marketing and "
            "profiling don't count."
        ),
        submit_text=gettext_lazy("Note it"),
        icon="family_restroom",
        permission="members.add_guardianconsent",
        form_class=GuardianForm,
        run=_guardian,
        order=60,
    ),
    Action(
        code="objection",
        title=gettext_lazy("Profiling"),
        description=gettext_lazy(
            "An objection removes measures and computed tags, and withdraws consents to profiling."
        ),
        submit_text=gettext_lazy("Note it"),
        icon="visibility_off",
        permission="members.add_consent",
        form_class=ProfilingForm,
        run=_profiling,
        order=62,
    ),
    Action(
        code="legal_hold",
        title=gettext_lazy("Legal hold"),
        description=gettext_lazy("While data are held, retention and erasure leave them out."),
        submit_text=gettext_lazy("Save"),
        icon="gavel",
        permission="members.add_legalhold",
        form_class=HoldForm,
        run=_hold,
        order=64,
    ),
)
