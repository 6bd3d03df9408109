"""`/api/v1/segments` and a member's segments: for channels that greet or show by them."""

from datetime import datetime
from uuid import UUID

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from analytics.models import Segment, SegmentMember
from analytics.selectors import segments
from members.api import bodies, pages, schema
from members.api.views import ChannelView
from members.selectors import members


class SegmentShown(msgspec.Struct, kw_only=True):
    """A segment as its last build left it; null before the first. `tag` is what it is published
    as."""

    code: str
    name: str
    kind: str
    refresh: str
    version: int
    members_count: int | None
    as_of: datetime | None
    tag: str | None


class MemberSegmentShown(msgspec.Struct, kw_only=True):
    """A segment that a member is in, since the build as of `since`."""

    code: str
    name: str
    since: datetime


class MemberSegmentsShown(msgspec.Struct, kw_only=True):
    segments: list[MemberSegmentShown]


class MembershipShown(msgspec.Struct, kw_only=True):
    """Whether a member is in a segment; `since` null where they aren't."""

    is_member: bool
    since: datetime | None
    as_of: datetime | None


class SegmentsView(ChannelView):
    required_scopes = {"GET": ["reports:read"]}

    @extend_schema(
        operation_id="list_segments",
        summary="Segments, newest first",
        tags=["segments"],
        parameters=[schema.CURSOR, schema.LIMIT],
        responses={200: schema.page(SegmentShown, "A page"), **schema.problems(422)},
    )
    def get(self, request: Request) -> HttpResponse:
        return pages.respond(
            request,
            fetch=lambda before_id, limit: segments.page(before_id=before_id, limit=limit),
            id_of=lambda segment: segment.pk,
            show=_shown,
        )


class SegmentView(ChannelView):
    required_scopes = {"GET": ["reports:read"]}

    @extend_schema(
        operation_id="get_segment",
        summary="One segment",
        tags=["segments"],
        responses={200: schema.answer(SegmentShown, "The segment"), **schema.problems(404)},
    )
    def get(self, request: Request, code: str) -> HttpResponse:
        return bodies.respond(_shown(segments.by_code(code=code)))


class MembershipView(ChannelView):
    required_scopes = {"GET": ["members:read"]}

    @extend_schema(
        operation_id="check_segment_member",
        summary="Whether a member is in a segment",
        description="As its last build left it; tags tell tills at once what they need.",
        tags=["segments"],
        responses={200: schema.answer(MembershipShown, "The answer"), **schema.problems(404)},
    )
    def get(self, request: Request, code: str, uid: UUID) -> HttpResponse:
        segment = segments.by_code(code=code)
        member = members.by_uid(uid=uid)
        since = segments.since(segment_id=segment.pk, member_id=member.pk)
        shown = MembershipShown(is_member=since is not None, since=since, as_of=segment.built_at)
        return bodies.respond(shown)


class MemberSegmentsView(ChannelView):
    required_scopes = {"GET": ["members:read"]}

    @extend_schema(
        operation_id="list_member_segments",
        summary="The segments that a member is in",
        tags=["segments"],
        responses={
            200: schema.answer(MemberSegmentsShown, "By code"),
            **schema.problems(404),
        },
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        rows = segments.of_member(member_id=members.by_uid(uid=uid).pk)
        return bodies.respond(MemberSegmentsShown(segments=[_member_of(row) for row in rows]))


def _shown(segment: Segment) -> SegmentShown:
    return SegmentShown(
        code=segment.code,
        name=segment.name,
        kind=segment.kind,
        refresh=segment.refresh,
        version=segment.version,
        members_count=segment.members_count,
        as_of=segment.built_at,
        tag=segment.tag.code if segment.tag else None,
    )


def _member_of(row: SegmentMember) -> MemberSegmentShown:
    return MemberSegmentShown(code=row.segment.code, name=row.segment.name, since=row.since_at)
