"""A segment's members as a file: asked for by one person, allowed by another, kept for days.

The CSV is made by a job, sealed with the key of the house, and fetched under audit by who asked
for it. Source: docs/segments.md.
"""

import csv
import hashlib
import io
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from analytics.models import Segment, SegmentFile, SegmentMember
from analytics.services import segment_members, segments
from members.errors import DomainError, NotFound
from members.models import ApprovalRequest, Identity, Member, RetentionRule, User
from members.registry import panels, privacy
from members.rules import csv_cells
from members.sealing.fields import CannotOpen
from members.selectors import scopes
from members.services import approvals, audit, jobs
from members.services.jobs import RunningJob

ACTION = KIND = "analytics.segment_export"
TARGET = "analytics.segment"
CATEGORY, DEFAULT_DAYS = "analytics.segment_files", 7
MAY_EXPORT = "analytics.export_segment"
MOST_MEMBERS = 200_000
_CHUNK = 1_000
# What a spreadsheet in Chinese needs to read the text as Unicode.
_MARK = "\ufeff"
# Always there: by it an erasure finds in which files a member stands.
FIRST = "member"


class UnknownColumns(DomainError):
    """Choose columns of the list."""

    code = "unknown_columns"


class TooManyMembers(DomainError):
    """A file has 200,000 members at most: make the segment smaller."""

    code = "too_many_members"


class MayNotExport(DomainError):
    """You may not take members along as a file."""

    code = "may_not_export"
    status = 403


class FileExpired(DomainError):
    """The file was kept for its days and is gone; ask for another one."""

    code = "file_expired"
    status = 410


@dataclass(frozen=True)
class Fetched:
    """The CSV under its name."""

    name: str
    content: bytes


# By column the label and its value; opened ones cost the most.
Value = Callable[[Member, Mapping[str, str]], Any]
COLUMNS: Mapping[str, tuple[Any, Value]] = {
    "card": (_("card number"), lambda member, known: member.card_number),
    "name": (_("name"), lambda member, known: member.name),
    "phone": (_("phone"), lambda member, known: known.get("PHONE")),
    "email": (_("e-mail"), lambda member, known: known.get("EMAIL")),
    "gender": (_("gender"), lambda member, known: member.gender),
    "language": (_("language"), lambda member, known: member.language),
    "joined": (_("joined"), lambda member, known: localtime(member.joined_at).date().isoformat()),
    "store": (_("home store"), lambda member, known: member.store and member.store.code),
    "channel": (_("channel"), lambda member, known: member.channel and member.channel.code),
}
# Of these a reader learns how to reach somebody.
CONTACT = ("name", "phone", "email")


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_executor(
        panels.Executor(
            action=ACTION,
            label=_("Members of a segment as a file"),
            run=run_approved,
            version=version_of_target,
        )
    )
    panels.add_job_kind(KIND, run)
    privacy.add_retention(
        privacy.RetentionCategory(
            code=CATEGORY,
            label=_("Files of segments"),
            default_days=DEFAULT_DAYS,
            minimum_days=1,
            count=lambda before: _full().filter(made_at__lt=before).count(),
            remove=_empty_old,
        )
    )


def ask(
    *, segment_id: int, columns: Sequence[str], reason: str, maker: User, at: datetime
) -> ApprovalRequest:
    """The request to a second person to let the file be made.

    Raises: NotFound; MayNotExport, also for whoever works for some stores only, since a file holds
    members of all; UnknownColumns; TooManyMembers; ReasonRequired.
    """
    if not maker.has_perm(MAY_EXPORT) or not scopes.scope_for(maker).is_whole_chain:
        raise MayNotExport
    chosen = [name for name in COLUMNS if name in columns]
    if not chosen or set(columns) - COLUMNS.keys():
        raise UnknownColumns
    with transaction.atomic():
        segment = segments.lock(segment_id)
        if (segment.members_count or 0) > MOST_MEMBERS:
            raise TooManyMembers
        return approvals.request(
            ask=approvals.Ask(
                action=ACTION,
                summary=gettext_noop("Members of a segment as a file"),
                payload={"segment": segment.code, "columns": chosen},
                target_type=TARGET,
                target_id=segment.pk,
            ),
            reason=reason,
            maker=maker,
            at=at,
        )


def version_of_target(row: ApprovalRequest) -> str:
    """Changes with who is meant, not with each build."""
    found = Segment.objects.filter(pk=row.target_id or 0, is_archived=False).first()
    return "" if found is None else str(found.version)


def run_approved(row: ApprovalRequest, at: datetime) -> SegmentFile:
    """What the second person's yes does: a job makes the file."""
    payload = row.payload or {}
    assert row.target_id is not None
    file = SegmentFile.objects.create(
        segment_id=row.target_id,
        columns=payload["columns"],
        requested_by_id=row.maker_id,
        approved_at=at,
    )
    file.job = jobs.enqueue(
        kind=KIND, params={"file": file.pk}, at=at, requested_by_id=row.maker_id
    )
    file.save(update_fields=["job"])
    return file


def run(job: RunningJob, at: datetime) -> None:
    """What a job of this kind does; made once, it makes nothing again."""
    with transaction.atomic():
        rows = SegmentFile.objects.select_for_update(of=("self",)).select_related("segment")
        file = rows.get(pk=job.params["file"])
        if file.made_at is not None:
            return
        text, count = _table(file, job)
        text = _MARK + text
        content = text.encode()
        file.name = f"segment-{file.segment.code}-{file.uid}.csv"
        file.content, file.size_bytes = text, len(content)
        file.sha256 = hashlib.sha256(content).hexdigest()
        file.members_count, file.made_at = count, at
        file.expires_at = at + timedelta(days=_kept_days())
        file.save()
        job.result(file=str(file.uid), members=count)


def fetch(*, file_uid: UUID, actor: User, at: datetime) -> Fetched:
    """The file for who asked for it; each time is audited.

    Raises: NotFound, also for somebody else; FileExpired.
    """
    with transaction.atomic():
        rows = SegmentFile.objects.select_for_update(of=("self",))
        file = rows.filter(uid=file_uid, requested_by=actor, made_at__isnull=False).first()
        if file is None or not actor.has_perm(MAY_EXPORT):
            raise NotFound
        if file.size_bytes == 0 or file.expires_at is None or file.expires_at <= at:
            raise FileExpired
        SegmentFile.objects.filter(pk=file.pk, fetched_at=None).update(fetched_at=at)
        audit.record(
            action="segment.file_fetched",
            at=at,
            actor_id=actor.pk,
            details={
                "file": str(file.uid),
                "segment_id": file.segment_id,
                "columns": file.columns,
                "members": file.members_count,
                "sha256": file.sha256,
            },
        )
        return Fetched(file.name, file.content.encode())


def forget(*, member_ids: Collection[int]) -> int:
    """Empties every file in which one of these members stands; gives how many."""
    uids = Member.objects.filter(pk__in=member_ids).values_list("uid", flat=True)
    told = [str(uid) for uid in uids]
    emptied = [file.pk for file in _full().iterator() if any(uid in file.content for uid in told)]
    return SegmentFile.objects.filter(pk__in=emptied).update(content="", size_bytes=0)


def _table(file: SegmentFile, job: RunningJob) -> tuple[str, int]:
    """The CSV, and how many members it holds.

    Raises: TooManyMembers, when more came since it was asked for.
    """
    rows: dict[int, list[Any]] = {}
    for member, known in _members(file):
        values = [COLUMNS[name][1](member, known) for name in file.columns]
        rows[member.pk] = [str(member.uid), *(csv_cells.shown(value) for value in values)]
        if len(rows) > MOST_MEMBERS:
            raise TooManyMembers
        if len(rows) % _CHUNK == 0:
            job.go_on()
    _leave_out_leavers(rows)
    table = io.StringIO()
    csv.writer(table).writerows([[FIRST, *file.columns], *rows.values()])
    return table.getvalue(), len(rows)


def _leave_out_leavers(rows: dict[int, list[Any]]) -> None:
    """Whoever left while the rows were read isn't in the file; whoever leaves from now on waits
    for it, and an erasure then empties it."""
    segment_members.lock_alone()
    still = Member.objects.active().filter(pk__in=list(rows), is_profiled=True)
    for gone in rows.keys() - set(still.values_list("pk", flat=True)):
        del rows[gone]


def _members(file: SegmentFile) -> Iterator[tuple[Member, dict[str, str]]]:
    """Those who are in it now, and may be asked; with their contacts, where a column shows them."""
    last = 0
    while True:
        rows = SegmentMember.objects.filter(segment_id=file.segment_id, member_id__gt=last)
        ids = list(rows.order_by("member_id").values_list("member_id", flat=True)[:_CHUNK])
        if not ids:
            return
        last = ids[-1]
        open_members = Member.objects.active().filter(pk__in=ids, is_profiled=True)
        chosen = list(open_members.select_related("key", "store", "channel").order_by("pk"))
        contacts = _contacts(chosen) if {"phone", "email"} & set(file.columns) else {}
        for member in chosen:
            yield member, contacts.get(member.pk, {})


def _contacts(members: Sequence[Member]) -> dict[int, dict[str, str]]:
    by_id = {member.pk: member for member in members}
    found: dict[int, dict[str, str]] = {}
    rows = Identity.objects.filter(member_id__in=by_id, kind__in=("PHONE", "EMAIL"))
    for row in rows.order_by("pk"):
        # The member's key is loaded already.
        row.member = by_id[row.member_id]
        try:
            found.setdefault(row.member_id, {})[row.kind] = row.value
        except CannotOpen:
            continue
    return found


def _full() -> Any:
    return SegmentFile.objects.filter(size_bytes__gt=0).order_by("pk")


def _empty_old(before: datetime, limit: int) -> int:
    ids = list(_full().filter(made_at__lt=before).values_list("pk", flat=True)[:limit])
    return SegmentFile.objects.filter(pk__in=ids).update(content="", size_bytes=0)


def _kept_days() -> int:
    rule = RetentionRule.objects.filter(category=CATEGORY, is_active=True).first()
    return DEFAULT_DAYS if rule is None else rule.days
