"""Notes on the member's page: a tab, and dialogs that write, pin and take away."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanSwitchWidget,
)

from members.admin import dialogs, sealed
from members.admin.panels import before_id
from members.models import Member, MemberNote, User
from members.registry import member_page, panels
from members.registry.member_page import Action, Outcome
from members.registry.panels import Panel
from members.selectors import notes as selectors
from members.selectors import pages, scopes
from members.services import notes, submissions
from members.services.notes import Writing

PAGE = 30
_ACTS: dict[str, tuple[Any, Any]] = {
    "pin": (gettext_lazy("Show it at the counter"), gettext_lazy("It stands at the counter now.")),
    "unpin": (
        gettext_lazy("Show it no longer at the counter"),
        gettext_lazy("It is gone from the counter."),
    ),
    "take_away": (gettext_lazy("Take it away"), gettext_lazy("The note is taken away.")),
}


class NoteForm(dialogs.DialogForm):
    text = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=notes.LONGEST,
        help_text=gettext_lazy(
            "What helps to serve them. The member may ask to read it: write as you would say it."
        ),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
    )
    is_pinned = forms.BooleanField(
        label=gettext_lazy("Show it at the counter"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
    )


class NoteField(forms.ModelChoiceField):
    def label_from_instance(self, obj: MemberNote) -> str:
        return Truncator(str(sealed.shown(obj, "text"))).chars(60)


class KeepForm(dialogs.DialogForm):
    note = NoteField(
        label=gettext_lazy("Which note"),
        queryset=MemberNote.objects.none(),
        widget=UnfoldAdminSelectWidget,
    )
    act = forms.ChoiceField(
        label=gettext_lazy("What to do with it"),
        choices=[(code, words[0]) for code, words in _ACTS.items()],
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["note"]
        visible = scopes.scope_for(self.request.user).members(Member.objects.all())
        pk = str(self.object_id)
        member = visible.filter(pk=pk if pk.isdecimal() else 0).first()
        if member is not None:
            field.queryset = selectors.in_force(member_id=member.pk).order_by("-pk")


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_member_panel(
        Panel(
            "notes",
            gettext_lazy("Notes"),
            "console/panels/notes.html",
            _notes,
            54,
            "members.view_membernote",
        )
    )
    member_page.add_action(
        Action(
            code="write_note",
            title=gettext_lazy("Write a note"),
            description=gettext_lazy("For staff; sealed, and never changed."),
            submit_text=gettext_lazy("Keep it"),
            icon="sticky_note_2",
            permission="members.add_membernote",
            form_class=NoteForm,
            run=_write,
            order=60,
        )
    )
    member_page.add_action(
        Action(
            code="keep_note",
            title=gettext_lazy("Pin or take away a note"),
            description=gettext_lazy("A note that is taken away is shown nowhere any more."),
            submit_text=gettext_lazy("Do it"),
            icon="keep",
            permission="members.change_membernote",
            form_class=KeepForm,
            run=_keep,
            order=61,
        )
    )


def _notes(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    rows = selectors.in_force(member_id=member.pk)
    page = pages.newest_first(rows, before_id=before_id(request), limit=PAGE)
    shown = [{"note": note, "text": sealed.shown(note, "text")} for note in page.rows]
    return {"notes": shown, "next_before_id": page.next_before_id}


def _write(*, member: Member, cleaned: dict[str, Any], actor: User, at: datetime) -> Outcome:
    submissions.run_once(
        uid=cleaned["submission"],
        action="members.note.write",
        actor_id=actor.pk,
        at=at,
        do=lambda: notes.write(
            member_id=member.pk,
            text=cleaned["text"],
            is_pinned=cleaned["is_pinned"],
            writing=Writing(actor_id=actor.pk, at=at),
        ),
        member_of=lambda _note: member.pk,
    )
    return Outcome(text=_("The note is kept."))


def _keep(*, member: Member, cleaned: dict[str, Any], actor: User, at: datetime) -> Outcome:
    note, act, writing = cleaned["note"], cleaned["act"], Writing(actor_id=actor.pk, at=at)

    def do() -> MemberNote:
        if act == "take_away":
            return notes.take_away(note_id=note.pk, writing=writing)
        return notes.pin(note_id=note.pk, is_pinned=act == "pin", writing=writing)

    submissions.run_once(
        uid=cleaned["submission"],
        action=f"members.note.{act}",
        actor_id=actor.pk,
        at=at,
        do=do,
        member_of=lambda _note: member.pk,
    )
    return Outcome(text=str(_ACTS[act][1]))
