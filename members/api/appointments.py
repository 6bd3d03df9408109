"""`/api/v1/appointments`: channels book visits to stores, move them and say what became of them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from msgspec import UNSET, Meta, UnsetType
from rest_framework.request import Request

from members.api import bodies, schema
from members.api.bodies import Instant
from members.api.idempotency import idempotent
from members.api.places import store_id_of
from members.api.references import MemberNamed, member_of
from members.api.views import ChannelView, client_of
from members.errors import DomainError, NotFound
from members.models import Appointment
from members.selectors import appointments as selector
from members.services import appointments
from members.services.appointments import Act, Booking
from members.services.idempotency import Answer

Code = Annotated[str, Meta(min_length=1, max_length=40)]
State = Literal["arrived", "done", "no_show", "canceled"]


class AppointmentSent(bodies.Strict):
    """A visit to be booked. `external_id` is your number of it; `occurred_at` is when it was
    booked, if that is told later."""

    external_id: Annotated[str, Meta(min_length=1, max_length=80)]
    member: MemberNamed
    kind: Code
    store: Code
    starts_at: Instant
    guide: Annotated[str, Meta(max_length=40)] = ""
    occurred_at: Instant | None = None


class AppointmentChanged(bodies.Strict):
    """Another time, or what became of it; one of the two."""

    starts_at: Instant | UnsetType = UNSET
    state: State | UnsetType = UNSET
    occurred_at: Instant | None = None


class AppointmentShown(msgspec.Struct, kw_only=True):
    """A visit: half-open from `starts_at` until `ends_at`."""

    id: UUID
    external_id: str
    member: UUID
    kind: str
    store: str
    guide: str
    starts_at: datetime
    ends_at: datetime
    state: str


class ChangeNeeded(DomainError):
    """Say either another time or a state."""

    code = "one_change_needed"


class AppointmentsView(ChannelView):
    required_scopes = {"POST": ["events:write"]}

    @extend_schema(
        operation_id="book_appointment",
        summary="Book a visit",
        description="Your number counts once: 201 for a new one, 200 when it was booked before, "
        "409 when it belongs to another one. 409 `time_full` when the store has no place then.",
        tags=["appointments"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(AppointmentSent),
        responses={
            201: schema.answer(AppointmentShown, "Booked"),
            200: schema.answer(AppointmentShown, "It was booked before"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request) -> Answer:
        sent, client, at = bodies.read(request, AppointmentSent), client_of(request), timezone.now()
        store_id_of(client, sent.store)
        member = member_of(sent.member)
        booking = Booking(
            member_id=member.pk,
            kind_code=sent.kind,
            store_code=sent.store,
            starts_at=sent.starts_at,
            guide=sent.guide,
            source=client.source,
            external_id=sent.external_id,
            occurred_at=sent.occurred_at or at,
        )
        booked = appointments.book(booking=booking, at=at)
        status = 200 if booked.is_repeat else 201
        return bodies.answer(_show(booked.appointment), status=status, member=member)


class AppointmentView(ChannelView):
    required_scopes = {"GET": ["members:read"], "PATCH": ["events:write"]}

    @extend_schema(
        operation_id="read_appointment",
        summary="A visit as it stands",
        tags=["appointments"],
        responses={200: schema.answer(AppointmentShown, "The visit"), **schema.problems(404, 422)},
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        return bodies.respond(_show(_visible(request, uid)))

    @extend_schema(
        operation_id="change_appointment",
        summary="Move a visit, or say what became of it",
        description="The same again changes nothing.",
        tags=["appointments"],
        request=schema.body(AppointmentChanged),
        responses={
            200: schema.answer(AppointmentShown, "The visit as it stands now"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    def patch(self, request: Request, uid: UUID) -> HttpResponse:
        sent, at = bodies.read(request, AppointmentChanged), timezone.now()
        _visible(request, uid)
        act = Act(
            appointment_uid=uid,
            occurred_at=sent.occurred_at or at,
            source=client_of(request).source,
        )
        with transaction.atomic():
            return bodies.respond(_show(_change(sent, act, at)))


def _change(sent: AppointmentChanged, act: Act, at: datetime) -> Appointment:
    """The one service call that the body asks for."""
    if isinstance(sent.starts_at, datetime) and isinstance(sent.state, UnsetType):
        return appointments.move(act=act, starts_at=sent.starts_at, at=at)
    if isinstance(sent.state, str) and isinstance(sent.starts_at, UnsetType):
        return appointments.change_state(act=act, state=sent.state.upper(), at=at)
    raise ChangeNeeded


def _visible(request: Request, uid: UUID) -> Appointment:
    appointment = selector.by_uid(uid=uid)
    if not client_of(request).scope.contains(appointment.store_id):
        raise NotFound
    return appointment


def _show(appointment: Appointment) -> AppointmentShown:
    return AppointmentShown(
        id=appointment.uid,
        external_id=appointment.external_id,
        member=appointment.member.uid,
        kind=appointment.kind.code,
        store=appointment.store.code,
        guide=appointment.guide,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        state=appointment.state.lower(),
    )
