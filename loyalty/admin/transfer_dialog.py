"""The dialog that gives a member's points to another, at their wish."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from loyalty.admin import words
from loyalty.services import transfers
from loyalty.services.documents import MemberReference, Source, TransferDocument
from loyalty.services.transfers import Transferred
from members.admin import dialogs
from members.models import Member, User
from members.registry import member_page
from members.registry.member_page import Action, Outcome
from members.selectors import members
from members.services import audit, submissions

MOST_POINTS = 10**12


class TransferForm(dialogs.ReasonForm):
    """Whom the points go to, how many, and why."""

    to = forms.CharField(
        label=gettext_lazy("To whom"),
        max_length=40,
        help_text=gettext_lazy("Card or phone number, in full"),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    points = forms.IntegerField(
        label=gettext_lazy("Points"),
        min_value=1,
        max_value=MOST_POINTS,
        widget=UnfoldAdminIntegerFieldWidget(attrs={"autocomplete": "off"}),
    )

    field_order = ("to", "points", "reason")

    def clean_to(self) -> Member:
        found = members.lookup(text=self.cleaned_data["to"], stores=frozenset())
        if len(found) != 1:
            raise forms.ValidationError(_("No member has this card or phone number."))
        return found[0]


def register() -> None:
    """Called by `apps.ready`."""
    member_page.add_action(
        Action(
            code="transfer_points",
            title=gettext_lazy("Transfer points"),
            description=gettext_lazy(
                "Gives usable points to another member; they keep their expiry."
            ),
            submit_text=gettext_lazy("Transfer"),
            icon="swap_horiz",
            permission="loyalty.add_transfer",
            form_class=TransferForm,
            run=_run,
            order=15,
        )
    )


def _run(*, member: Member, cleaned: dict[str, Any], actor: User, at: datetime) -> Outcome:
    def do() -> Transferred:
        done = _transfer(member, cleaned, actor, at)
        audit.record(
            action="points.transferred",
            at=at,
            actor_id=actor.pk,
            member_id=member.pk,
            reason=cleaned["reason"],
            details={"transfer": done.answer["id"]},
        )
        return done

    sent = submissions.run_once(
        uid=cleaned["submission"],
        action="loyalty.points.transfer",
        actor_id=actor.pk,
        at=at,
        do=do,
        member_of=lambda done: member.pk,
    )
    if not sent.is_first:
        return Outcome(text=_("This transfer was sent twice and counted once."))
    return Outcome(text=_("%(points)s transferred.") % {"points": words.points(cleaned["points"])})


def _transfer(member: Member, cleaned: dict[str, Any], actor: User, at: datetime) -> Transferred:
    document = TransferDocument(
        external_id=f"console-{cleaned['submission'].hex}",
        from_member=MemberReference(type="id", value=str(member.uid)),
        to_member=MemberReference(type="id", value=str(cleaned["to"].uid)),
        points=cleaned["points"],
    )
    return transfers.transfer(
        transfer=document, source=Source(name="console", actor_id=actor.pk), at=at
    )
