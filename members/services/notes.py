"""Notes of staff on a member: written, pinned to the counter's card, taken away; never changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from members.errors import DomainError, NotFound
from members.models import Member, MemberNote
from members.registry.privacy import (
    Erasing,
    ErasureStep,
    ExportSection,
    add_erasure_step,
    add_export_section,
)
from members.services import audit

LONGEST = 1_000
# What a clerk reads while somebody stands before them.
MOST_PINNED = 3
CODE, ORDER = "members.notes", 56
COLUMNS = ("written_at", "text", "is_pinned", "taken_away_at")


class NoteRequired(DomainError):
    """Write something."""

    code = "note_required"


class NoteTooLong(DomainError):
    """The note is too long."""

    code = "note_too_long"


class TooManyPinned(DomainError):
    """Three notes stand at the counter already: take one from there first."""

    code = "too_many_pinned"
    status = 409


class MemberGone(DomainError):
    """This member was merged or erased."""

    code = "member_gone"
    status = 409


@dataclass(frozen=True, kw_only=True)
class Writing:
    """Who writes, and when."""

    actor_id: int
    at: datetime


def register() -> None:
    """Called by `apps.ready`."""
    add_erasure_step(ErasureStep(CODE, ORDER, erase))
    add_export_section(ExportSection(CODE, ORDER, _("Notes of staff"), COLUMNS, exported))


def write(*, member_id: int, text: str, is_pinned: bool = False, writing: Writing) -> MemberNote:
    """The new note, sealed.

    Raises: NoteRequired; NoteTooLong; TooManyPinned; NotFound; MemberGone.
    """
    told = text.strip()
    if not told:
        raise NoteRequired
    if len(told) > LONGEST:
        raise NoteTooLong(limit=LONGEST)
    with transaction.atomic():
        member = _lock(member_id)
        if is_pinned:
            _refuse_if_full(member_id)
        note = MemberNote.objects.create(
            member=member,
            text=told,
            is_pinned=is_pinned,
            author_id=writing.actor_id,
            created_at=writing.at,
        )
        _record("note.written", note, writing)
    return note


def pin(*, note_id: int, is_pinned: bool, writing: Writing) -> MemberNote:
    """The note, shown at the counter or no longer; again it changes nothing.

    Raises: NotFound, also for a note that was taken away; TooManyPinned.
    """
    with transaction.atomic():
        note = _locked_note(note_id)
        if note.ended_at is not None:
            raise NotFound
        if note.is_pinned == is_pinned:
            return note
        if is_pinned:
            _refuse_if_full(note.member_id)
        note.is_pinned = is_pinned
        note.save(update_fields=["is_pinned"])
        _record("note.pinned" if is_pinned else "note.unpinned", note, writing)
    return note


def take_away(*, note_id: int, writing: Writing) -> MemberNote:
    """The note, shown nowhere any more; again it changes nothing.

    Raises: NotFound.
    """
    with transaction.atomic():
        note = _locked_note(note_id)
        if note.ended_at is not None:
            return note
        note.ended_at, note.ended_by_id = writing.at, writing.actor_id
        note.save(update_fields=["ended_at", "ended_by"])
        _record("note.taken_away", note, writing)
    return note


def erase(erasing: Erasing) -> dict[str, int]:
    """How many notes were removed."""
    rows = MemberNote.objects.filter(member_id__in=erasing.member_ids)
    return {"members_membernote": rows.delete()[0]}


def exported(member_ids: Sequence[int], at: datetime) -> Iterable[dict[str, Any]]:
    """What staff noted on the member, for the package that they take along."""
    rows = MemberNote.objects.filter(member_id__in=member_ids).select_related("member__key")
    for note in rows.order_by("pk").iterator(500):
        yield {
            "written_at": note.created_at,
            "text": note.text,
            "is_pinned": note.is_pinned,
            "taken_away_at": note.ended_at,
        }


def _lock(member_id: int) -> Member:
    members = Member.objects.select_for_update(of=("self",), no_key=True)
    member: Member | None = members.filter(pk=member_id).first()
    if member is None:
        raise NotFound
    if member.state in (Member.State.MERGED, Member.State.ERASED):
        raise MemberGone
    return member


def _locked_note(note_id: int) -> MemberNote:
    """The note behind its member's lock, so that the pinned ones can be counted."""
    found = MemberNote.objects.filter(pk=note_id).values_list("member_id", flat=True).first()
    if found is None:
        raise NotFound
    _lock(found)
    return MemberNote.objects.select_for_update(of=("self",)).get(pk=note_id)


def _refuse_if_full(member_id: int) -> None:
    pinned = MemberNote.objects.filter(member_id=member_id, ended_at=None, is_pinned=True)
    if pinned.count() >= MOST_PINNED:
        raise TooManyPinned


def _record(action: str, note: MemberNote, writing: Writing) -> None:
    audit.record(
        action=action,
        at=writing.at,
        actor_id=writing.actor_id,
        member_id=note.member_id,
        details={"note": note.pk},
    )
