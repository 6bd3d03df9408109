"""`/api/v1/members/{id}/timeline`: what happened to a member, as facts and in words."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from members.api import pages, schema
from members.api.views import ChannelView
from members.models import Event
from members.registry import sentences
from members.registry.sentences import Sentence
from members.selectors import members, timeline


class TimelineEventShown(msgspec.Struct, kw_only=True):
    """A fact: `payload` holds ids and figures, `text` says it in the language asked for."""

    id: UUID
    type: str
    text: str
    details: list[str]
    occurred_at: datetime
    recorded_at: datetime
    source: str
    payload: dict[str, Any]


class TimelineView(ChannelView):
    required_scopes = {"GET": ["members:read"]}

    @extend_schema(
        operation_id="list_timeline",
        summary="What happened to a member, newest first",
        tags=["members"],
        parameters=[schema.CURSOR, schema.LIMIT],
        responses={
            200: schema.page(TimelineEventShown, "A page"),
            **schema.problems(404, 422),
        },
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        member_id = members.by_uid(uid=uid).pk
        return pages.respond(
            request,
            fetch=lambda before_id, limit: sentences.tell(
                timeline.timeline(member_id=member_id, before_id=before_id, limit=limit).rows
            ),
            id_of=lambda told: told[0].pk,
            show=lambda told: _show(*told),
        )


def _show(event: Event, sentence: Sentence) -> TimelineEventShown:
    # Keys of our own tables mean nothing outside, and say how many there are.
    shown = {name: value for name, value in event.payload.items() if not name.endswith("_id")}
    return TimelineEventShown(
        id=event.uid,
        type=event.type,
        text=sentence.text,
        details=list(sentence.details),
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
        source=event.source,
        payload=shown,
    )
