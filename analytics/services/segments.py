"""Segments are said, changed and put away; each change of who is a version. See docs/segments.md.

Whatever changes what segments and tags are made of does so behind one lock, so that two changes
at once can't close a circle that neither of them sees.
"""

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext

from analytics.models import Segment, SegmentBuild, SegmentVersion
from analytics.registry import segment_users
from analytics.registry.segment_users import SegmentUser
from analytics.rules import segment_graphs as graphs
from analytics.selectors import segment_graphs
from members.errors import DomainError, NotFound
from members.models import Tag
from members.rules.conditions import Condition
from members.selectors import member_conditions

_LOCK = 5_217_106  # advisory lock of whatever changes what segments are made of
_CODE = re.compile(r"[-a-zA-Z0-9_]{1,40}")
_Kind = Segment.Kind


class EmptySegment(DomainError):
    """Say who is in the segment: an empty condition would be everybody."""

    code = "empty_segment"


class NamelessSegment(DomainError):
    """Give the segment a name."""

    code = "nameless_segment"


class BadCode(DomainError):
    """A code has 1 to 40 letters of the Latin alphabet, digits, hyphens and underscores."""

    code = "bad_segment_code"


class CodeTaken(DomainError):
    """There is a segment with this code already."""

    code = "segment_code_taken"
    status = 409


class UnknownSegment(DomainError):
    """The condition asks for a segment that isn't there: choose one of the list."""

    code = "unknown_segment"


class SegmentCircle(DomainError):
    """The segment would ask for itself."""

    code = "segment_circle"

    def __init__(self, path: Collection[str]) -> None:
        """`path` names what leads back: `segment:a`, `tag:b`, `segment:a`."""
        told = gettext("The segment would ask for itself: %(path)s.") % {"path": " → ".join(path)}
        super().__init__(told, path=list(path))


class ChangedMeanwhile(DomainError):
    """Somebody else changed the segment meanwhile: look at it again."""

    code = "segment_changed"
    status = 409


class SnapshotNeverChanges(DomainError):
    """A snapshot was built once and stays as it is: make a new segment."""

    code = "snapshot_never_changes"
    status = 409


class SegmentInUse(DomainError):
    """The segment is in use: take it out there first."""

    code = "segment_in_use"
    status = 409

    def __init__(self, users: Collection[SegmentUser]) -> None:
        self.users = tuple(users)
        named = [f"{user.kind} “{user.name}”" for user in users]
        told = gettext("The segment is in use by: %(users)s. Take it out there first.")
        super().__init__(told % {"users": ", ".join(named)}, users=named)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What an operator says of a segment; `seen` is the fingerprint of what they began with, ""
    for whatever it was."""

    code: str
    name_zh: str = ""
    name_en: str = ""
    description: str = ""
    kind: str = _Kind.DYNAMIC.value
    condition: Mapping[str, Any] = field(default_factory=dict)
    refresh: str = Segment.Refresh.NIGHTLY.value
    seen: str = ""


def define(*, draft: Draft, at: datetime, actor_id: int | None = None) -> Segment:
    """The new segment, its first version; nobody is in it before its first build.

    Raises: as `check`; CodeTaken.
    """
    with transaction.atomic():
        lock_graph()
        if Segment.objects.filter(code=draft.code).exists():
            raise CodeTaken
        check(draft=draft)
        segment = Segment(created_by_id=actor_id, created_at=at, **_told(draft))
        segment.save()
        _keep_version(segment, at, actor_id)
    return segment


def change(
    *, segment_id: int, version: int, draft: Draft, at: datetime, actor_id: int | None = None
) -> Segment:
    """The segment as the draft says; its code stays. Another condition or kind is another version,
    and a build of the one before writes nothing any more.

    Raises: as `define`; NotFound; ChangedMeanwhile; SnapshotNeverChanges, once it was built.
    """
    with transaction.atomic():
        lock_graph()
        segment = lock(segment_id)
        if segment.version != version or draft.seen not in ("", fingerprint(segment)):
            raise ChangedMeanwhile
        draft = replace(draft, code=segment.code)
        check(draft=draft)
        is_other = (segment.kind, segment.condition) != (draft.kind, dict(draft.condition))
        if is_other and segment.kind == _Kind.SNAPSHOT and segment.built_at is not None:
            raise SnapshotNeverChanges
        for name, value in _told(draft).items():
            setattr(segment, name, value)
        if is_other:
            segment.version += 1
            supersede(segment=segment, at=at)
            _keep_version(segment, at, actor_id)
        segment.save()
    return segment


def fingerprint(segment: Segment) -> str:
    """Another one for everything that an operator may say otherwise; 16 hexadecimal digits."""
    told = json.dumps(_told(segment), sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def archive(*, segment_id: int, at: datetime) -> Segment:
    """The segment, put away: in no list, and not built any more. Who was in it stays known.

    Raises: NotFound; SegmentInUse, with who uses it.
    """
    with transaction.atomic():
        lock_graph()
        segment = lock(segment_id)
        users = segment_users.users_of(segment)
        if users:
            raise SegmentInUse(users)
        supersede(segment=segment, at=at)
        segment.is_archived = True
        segment.save(update_fields=["is_archived"])
    return segment


def check(*, draft: Draft) -> Condition:
    """The draft's condition.

    Raises: BadCondition; BadCode; EmptySegment; NamelessSegment; UnknownSegment; SegmentCircle.
    """
    if not _CODE.fullmatch(draft.code):
        raise BadCode
    if not (draft.name_zh.strip() or draft.name_en.strip()):
        raise NamelessSegment
    condition = member_conditions.read(draft.condition)
    if condition.is_always and draft.kind != _Kind.STATIC:
        raise EmptySegment
    _check_references(segment_graphs.segment(draft.code), draft.condition)
    return condition


def check_tag_rule(tag: Tag | None, tree: Mapping[str, Any]) -> None:
    """Called by `tag_rules` before it saves: a rule must not ask for what is made of its tag.

    Raises: UnknownSegment; SegmentCircle.
    """
    if tag is not None and graphs.references(tree):
        lock_graph()
        _check_references(segment_graphs.tag(tag.code), tree)


def check_edge(start: str, end: str) -> None:
    """Raises: SegmentCircle, if `start` made of `end` would close one."""
    known = segment_graphs.graph()
    known.setdefault(start, set()).add(end)
    path = graphs.circle(known, start)
    if path:
        raise SegmentCircle(path)


def supersede(*, segment: Segment, at: datetime) -> None:
    """Builds at work write nothing any more; behind the segment's lock."""
    going = (SegmentBuild.State.QUEUED, SegmentBuild.State.RUNNING)
    segment.builds.filter(state__in=going).update(
        state=SegmentBuild.State.SUPERSEDED, finished_at=at
    )


def lock(segment_id: int) -> Segment:
    """Raises: NotFound, also for an archived one."""
    # Its key stays: who refers to it, as a merge does that holds a member, need not wait.
    living = Segment.objects.filter(is_archived=False)
    rows = living.select_for_update(of=("self",), no_key=True)
    found: Segment | None = rows.filter(pk=segment_id).first()
    if found is None:
        raise NotFound
    return found


def lock_graph() -> None:
    """One change of what is made of what at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _check_references(node: str, tree: Mapping[str, Any]) -> None:
    asked = graphs.references(tree)
    codes = {one.removeprefix("segment:") for one in asked if one.startswith("segment:")}
    living = Segment.objects.filter(code__in=codes, is_archived=False)
    unknown = sorted(codes - set(living.values_list("code", flat=True)) - {node.split(":")[1]})
    if unknown:
        raise UnknownSegment(codes=unknown)
    known = segment_graphs.graph()
    # A tag may be published too: that edge stays.
    known[node] = asked | {one for one in known.get(node, ()) if node.startswith("tag:")}
    path = graphs.circle(known, node)
    if path:
        raise SegmentCircle(path)


def _told(draft: Draft | Segment) -> dict[str, Any]:
    return {
        "code": draft.code,
        "name_zh": draft.name_zh.strip(),
        "name_en": draft.name_en.strip(),
        "description": draft.description.strip(),
        "kind": draft.kind,
        "condition": dict(draft.condition),
        "refresh": draft.refresh,
    }


def _keep_version(segment: Segment, at: datetime, actor_id: int | None) -> None:
    SegmentVersion.objects.create(
        segment=segment,
        number=segment.version,
        kind=segment.kind,
        condition=segment.condition,
        changed_by_id=actor_id,
        changed_at=at,
    )
