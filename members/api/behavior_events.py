"""`/api/v1/events`: what members and visitors do in channels, singly or up to 500 at once."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from members.api import bodies, problems, schema
from members.api.idempotency import idempotent
from members.api.views import ChannelView, client_of
from members.services import behavior_events
from members.services.behavior_documents import ANY_DOCUMENT, DOCUMENTS, BehaviorEventDocument
from members.services.behavior_events import Outcome, Teller
from members.services.idempotency import Answer


class EventRefusal(msgspec.Struct, kw_only=True):
    """What could not be honored; the event is recorded all the same."""

    what: Literal["member"]
    code: Literal["member_not_found"]


class BehaviorEventShown(msgspec.Struct, kw_only=True):
    """The event as it was recorded the first time. `member`: whom the event named."""

    external_id: str
    kind: str
    member: UUID | None
    occurred_at: datetime
    recorded_at: datetime
    refused: list[EventRefusal]


class EventResult(msgspec.Struct, kw_only=True):
    """What became of one event of the batch: the event or the problem."""

    external_id: str | None
    status: int
    is_replayed: bool
    event: BehaviorEventShown | None
    problem: schema.Problem | None


class EventBatchShown(msgspec.Struct, kw_only=True):
    """A result for each event, in the order sent."""

    results: list[EventResult]


class EventBatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Events of a batch, each read by itself: a malformed one doesn't hinder the others."""

    events: list[msgspec.Raw]


class EventBatchDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Up to 500 events."""

    events: list[ANY_DOCUMENT]


_BODY: dict[str, Any] = {
    "application/json": {
        "oneOf": [schema.reference(document) for document in DOCUMENTS.values()],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {
                code: schema.reference(document)["$ref"] for code, document in DOCUMENTS.items()
            },
        },
    }
}


class EventsView(ChannelView):
    required_scopes = {"POST": ["events:write"]}

    @extend_schema(
        operation_id="record_event",
        summary="Record a behavior event",
        description="(source, external_id) is its key: the same event again gives the first "
        "answer, another one 409. It may come late, up to the time that events are kept, and "
        "in any order.",
        tags=["events"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=_BODY,
        responses={
            201: schema.answer(BehaviorEventShown, "Recorded, or recorded before"),
            **schema.problems(400, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request) -> Answer:
        event: BehaviorEventDocument = bodies.read(request, ANY_DOCUMENT)
        at = timezone.now()
        outcome = behavior_events.record(event=event, teller=_teller(request), at=at)
        return bodies.answer(outcome.answer, status=201)


class EventBatchView(ChannelView):
    required_scopes = {"POST": ["events:write"]}

    @extend_schema(
        operation_id="record_events",
        summary="Record up to 500 behavior events",
        description="Each has its own id and its own result: refused ones don't hinder the rest, "
        "and the same batch may be sent again.",
        tags=["events"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(EventBatchDocument),
        responses={
            200: schema.answer(EventBatchShown, "A result for each event"),
            **schema.problems(400, 422),
        },
    )
    @idempotent
    def post(self, request: Request) -> Answer:
        sent = bodies.read(request, EventBatch)
        if len(sent.events) > behavior_events.MOST_IN_A_BATCH:
            # Before any of them is read.
            raise behavior_events.EventBatchTooLarge(
                given=len(sent.events), most=behavior_events.MOST_IN_A_BATCH
            )
        documents, results = _documents(sent)
        outcomes = behavior_events.record_batch(
            events=[document for _, document in documents],
            teller=_teller(request),
            at=timezone.now(),
        )
        for (index, _), outcome in zip(documents, outcomes, strict=True):
            results[index] = _result(outcome)
        return bodies.answer({"results": results}, status=200)


def _teller(request: Request) -> Teller:
    client = client_of(request)
    return Teller(source=client.source, channel=client.channel, store_ids=client.store_ids)


def _documents(sent: EventBatch) -> tuple[list[tuple[int, BehaviorEventDocument]], list[Any]]:
    documents: list[tuple[int, BehaviorEventDocument]] = []
    results: list[Any] = [None] * len(sent.events)
    for index, raw in enumerate(sent.events):
        try:
            documents.append((index, bodies.decode(bytes(raw), ANY_DOCUMENT)))
        except problems.Refused as error:
            results[index] = _refused(_external_id(raw), error)
    return documents, results


def _external_id(raw: msgspec.Raw) -> str | None:
    """The id of an event that could not be read, so that its sender finds it."""
    try:
        return msgspec.json.decode(raw, type=_Numbered).external_id[:64]
    except msgspec.MsgspecError:
        return None


class _Numbered(msgspec.Struct):
    external_id: str


def _result(outcome: Outcome) -> dict[str, Any]:
    if outcome.error is not None:
        return _refused(outcome.external_id, outcome.error)
    return {
        "external_id": outcome.external_id,
        "status": 201,
        "is_replayed": outcome.is_replayed,
        "event": outcome.answer,
        "problem": None,
    }


def _refused(external_id: str | None, error: Exception) -> dict[str, Any]:
    problem = problems.problem_of(error)
    assert problem is not None
    document = problems.document(problem)
    return {
        "external_id": external_id,
        "status": document["status"],
        "is_replayed": False,
        "event": None,
        "problem": document,
    }
