"""`/api/v1/service-cases`: channels open cases, read them, say what came of them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from msgspec import UNSET, Meta, UnsetType
from rest_framework.request import Request

from members.api import bodies, schema
from members.api.idempotency import idempotent
from members.api.members import IdentityType
from members.api.service_case_shapes import CaseShown, MessageShown, etag, show, show_message
from members.api.views import ChannelView, client_of
from members.errors import NotFound
from members.models import Member, ServiceCase, Store
from members.selectors import members as member_selectors
from members.selectors import service_cases as selectors
from members.selectors.clients import Client
from members.services import case_messages, service_case_steps, service_cases
from members.services.attributions import UnknownStore
from members.services.case_messages import Word
from members.services.idempotency import Answer
from members.services.service_case_changes import Doing
from members.services.service_cases import CaseOpening

Text = Annotated[str, Meta(max_length=case_messages.LONGEST_TEXT)]
ExternalId = Annotated[str, Meta(min_length=1, max_length=80)]


class CaseMember(bodies.Strict):
    """Whose case it is, by an identity or by the id that we gave (`type` `id`)."""

    type: IdentityType | Literal["id"]
    value: Annotated[str, Meta(min_length=1, max_length=254)]
    issuer: Annotated[str, Meta(max_length=40)] = ""


class CaseSent(bodies.Strict):
    """A case; `external_id` is the channel's own number of it, so that it may come twice."""

    external_id: ExternalId
    topic: Annotated[str, Meta(max_length=40)]
    medium: Literal["call", "chat", "store", "email", "other"]
    subject: Annotated[str, Meta(min_length=1, max_length=200)]
    kind: Literal["question", "complaint", "return", "suggestion", "praise"] = "question"
    priority: Literal["high", "normal", "low"] = "normal"
    member: CaseMember | None = None
    store: Annotated[str, Meta(max_length=40)] = ""
    text: Text = ""
    answer: Annotated[Text, Meta(description="What was told at once, as in a call.")] = ""
    order_reference: Annotated[str, Meta(max_length=80)] = ""
    opened_at: bodies.Instant | None = None


class CaseChanges(bodies.Strict):
    """What came of a case; what is left out stays."""

    state: Literal["open", "waiting", "resolved"] | UnsetType = UNSET
    satisfaction: Annotated[int, Meta(ge=1, le=5)] | UnsetType = UNSET
    occurred_at: bodies.Instant | None = None


class MessageSent(bodies.Strict):
    external_id: ExternalId
    kind: Literal["from_member", "to_member"]
    text: Annotated[str, Meta(min_length=1, max_length=case_messages.LONGEST_TEXT)]
    occurred_at: bodies.Instant | None = None


class CasesView(ChannelView):
    required_scopes = {"POST": ["members:write"]}

    @extend_schema(
        operation_id="open_service_case",
        summary="Open a service case",
        description="201 when new; 200 for one that came under this external_id before.",
        tags=["service"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(CaseSent),
        responses={
            201: schema.answer(CaseShown, "The new case"),
            200: schema.answer(CaseShown, "The case that was there"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request) -> Answer:
        client, sent = client_of(request), bodies.read(request, CaseSent)
        opened = service_cases.open_case(opening=_opening(sent, client), doing=_doing(client))
        _refuse_strangers(opened.case, client)
        shown = show(opened.case, client=client)
        status = 201 if opened.is_new else 200
        return bodies.answer(shown, status=status, member=opened.case.member)


class CaseView(ChannelView):
    required_scopes = {"GET": ["members:read"], "PATCH": ["members:write"]}

    @extend_schema(
        operation_id="read_service_case",
        summary="Read a service case",
        tags=["service"],
        responses={
            200: schema.answer(CaseShown, "The case; the ETag is its version"),
            **schema.problems(404),
        },
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        client = client_of(request)
        return _respond(selectors.by_uid(uid=uid, scope=client.scope), client)

    @extend_schema(
        operation_id="change_service_case",
        summary="Say what came of a service case",
        description="With If-Match, refused when the case has changed since.",
        tags=["service"],
        parameters=[schema.IF_MATCH_OPTIONAL],
        request=schema.body(CaseChanges),
        responses={
            200: schema.answer(CaseShown, "The case as it is now"),
            **schema.problems(400, 404, 409, 412, 422),
        },
    )
    def patch(self, request: Request, uid: UUID) -> HttpResponse:
        client = client_of(request)
        sent = bodies.read(request, CaseChanges)
        case = selectors.by_uid(uid=uid, scope=client.scope)
        service_case_steps.apply(
            case_id=case.pk,
            state="" if sent.state is UNSET else sent.state.upper(),
            satisfaction=None if sent.satisfaction is UNSET else sent.satisfaction,
            doing=_doing(client, sent.occurred_at, _version(request)),
        )
        return _respond(selectors.by_uid(uid=uid, scope=client.scope), client)


class CaseMessagesView(ChannelView):
    required_scopes = {"POST": ["members:write"]}

    @extend_schema(
        operation_id="add_service_case_message",
        summary="Add what was said in a service case",
        description="An answer stops the clock as of when it was given; a word of the member opens "
        "the case again. 200 for a message that came under this external_id before.",
        tags=["service"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(MessageSent),
        responses={
            201: schema.answer(MessageShown, "The new message"),
            200: schema.answer(MessageShown, "The message that was there"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request, uid: UUID) -> Answer:
        client, sent = client_of(request), bodies.read(request, MessageSent)
        case = selectors.by_uid(uid=uid, scope=client.scope)
        word = Word(kind=sent.kind.upper(), text=sent.text, external_id=sent.external_id)
        added = case_messages.add(
            case_id=case.pk, word=word, doing=_doing(client, sent.occurred_at)
        )
        shown = show_message(added.message, added.case, client=client)
        return bodies.answer(shown, status=201 if added.is_new else 200, member=added.case.member)


def _doing(
    client: Client, occurred_at: datetime | None = None, version: int | None = None
) -> Doing:
    return Doing(
        at=timezone.now(),
        source=client.source,
        occurred_at=occurred_at,
        expected_version=version,
    )


def _opening(sent: CaseSent, client: Client) -> CaseOpening:
    member = None if sent.member is None else _member(sent.member)
    return CaseOpening(
        topic=sent.topic,
        medium=sent.medium.upper(),
        subject=sent.subject,
        kind=sent.kind.upper(),
        priority=ServiceCase.Priority[sent.priority.upper()],
        member_id=None if member is None else member.pk,
        store_id=_store_id(sent.store, client),
        text=sent.text,
        answer=sent.answer,
        order_reference=sent.order_reference,
        source=client.source,
        external_id=sent.external_id,
        opened_at=sent.opened_at,
    )


def _member(sent: CaseMember) -> Member:
    """Raises: NotFound."""
    if sent.type != "id":
        found = member_selectors.find(kind=sent.type.upper(), value=sent.value, issuer=sent.issuer)
        if found is None:
            raise NotFound
        return found
    try:
        return member_selectors.by_uid(uid=UUID(sent.value))
    except ValueError:
        raise NotFound from None


def _store_id(code: str, client: Client) -> int | None:
    """The store of the case; a client of one store need not say which.

    Raises: UnknownStore, also where a client of several stores names none.
    """
    if not code and client.store_codes is None:
        return None
    own = sorted(client.store_codes or ())
    if not code and len(own) == 1:
        code = own[0]
    store = Store.objects.filter(code=code).first()
    if store is None or not client.serves(code):
        raise UnknownStore(code=code)
    return store.pk


def _refuse_strangers(case: ServiceCase, client: Client) -> None:
    """A known number leads to no case of a store that the client has lost since."""
    if not client.scope.contains(case.store_id):
        raise NotFound


def _version(request: Request) -> int | None:
    text = request.META.get("HTTP_IF_MATCH", "").strip().removeprefix("W/").strip('"')
    if not text or text == "*":
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _respond(case: ServiceCase, client: Client) -> HttpResponse:
    headers = {"ETag": etag(case), "Cache-Control": "no-store"}
    return bodies.respond(show(case, client=client, with_messages=True), headers=headers)
