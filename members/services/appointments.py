"""Appointments are booked, moved and closed; a store never promises more places than it has.

Booking and moving take the store's row first, so that the last place goes to one of two. Locks
are taken in this order everywhere: store, member, appointment (a merge holds its members first).
Source: docs/algorithms/appointments.md.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from members.errors import NotFound
from members.events import (
    AppointmentArrived,
    AppointmentBooked,
    AppointmentCanceled,
    AppointmentDone,
    AppointmentMissed,
    AppointmentMoved,
)
from members.models import Appointment, AppointmentKind, Event, Member, Store
from members.rules import appointments as rules
from members.rules.appointments import Span
from members.selectors import appointments as selector
from members.selectors import merges
from members.services import events
from members.services.appointment_refusals import (
    AppointmentConflict,
    AppointmentInPast,
    AppointmentTooFarAhead,
    HappenedInFuture,
    TimeFull,
    UnknownAppointmentKind,
    UnknownAppointmentStore,
    WrongAppointmentState,
)

MOST_AHEAD = timedelta(minutes=5)
_State = Appointment.State
_ALIVE = (Member.State.ACTIVE, Member.State.RESTRICTED)
_FACTS = {
    _State.ARRIVED: AppointmentArrived,
    _State.DONE: AppointmentDone,
    _State.NO_SHOW: AppointmentMissed,
    _State.CANCELED: AppointmentCanceled,
}


@dataclass(frozen=True, kw_only=True)
class Booking:
    """Who comes where, for what, and when. (`source`, `external_id`) counts once; `occurred_at`
    is when it was booked."""

    member_id: int
    kind_code: str
    store_code: str
    starts_at: datetime
    occurred_at: datetime
    guide: str = ""
    source: str = ""
    external_id: str = ""
    actor_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Act:
    """What is done to an appointment: which one, when it was so, and through whom."""

    appointment_uid: UUID
    occurred_at: datetime
    source: str = ""
    actor_id: int | None = None


@dataclass(frozen=True)
class Booked:
    appointment: Appointment
    is_repeat: bool


def book(*, booking: Booking, at: datetime) -> Booked:
    """The appointment; the same number again gives the same one, moved or not.

    Raises: NotFound, for the member; UnknownAppointmentKind; UnknownAppointmentStore;
    AppointmentInPast; AppointmentTooFarAhead; TimeFull; AppointmentConflict; HappenedInFuture.
    """
    _check_instant(booking.occurred_at, at)
    known = _known(booking, at)
    if known is not None:
        return known
    try:
        with transaction.atomic():
            return Booked(_book(booking, at), is_repeat=False)
    except IntegrityError:
        # Two at once with one number: the unique constraint let the other one through.
        known = _known(booking, at)
        if known is None:
            raise
        return known


def move(*, act: Act, starts_at: datetime, at: datetime) -> Appointment:
    """The appointment at another time, as long as before; the member is reminded of the new one.

    Raises: NotFound; WrongAppointmentState; AppointmentInPast; AppointmentTooFarAhead; TimeFull;
    HappenedInFuture.
    """
    _check_instant(act.occurred_at, at)
    with transaction.atomic():
        appointment = _locked(act.appointment_uid, with_store=True)
        if appointment.starts_at == starts_at and appointment.state == _State.BOOKED:
            return appointment
        if appointment.state != _State.BOOKED:
            raise WrongAppointmentState(state=appointment.state)
        span = Span(starts_at, starts_at + (appointment.ends_at - appointment.starts_at))
        _check_time(span, act.occurred_at)
        _check_place(appointment.kind, appointment.store_id, span, but=appointment.pk)
        moved_from = appointment.starts_at
        appointment.starts_at, appointment.ends_at = span.starts_at, span.ends_at
        appointment.reminded_at = None
        appointment.version += 1
        appointment.save(update_fields=["starts_at", "ends_at", "reminded_at", "version"])
        fact = AppointmentMoved(
            **selector.named(appointment), moved_from=selector.stamp(moved_from)
        )
        _tell(appointment, fact, act, at)
    return appointment


def change_state(*, act: Act, state: str, at: datetime) -> Appointment:
    """The appointment in this state: arrived, done, didn't come, or canceled. Again it stays.

    Raises: NotFound; WrongAppointmentState; HappenedInFuture.
    """
    _check_instant(act.occurred_at, at)
    with transaction.atomic():
        appointment = _locked(act.appointment_uid)
        if appointment.state == state:
            return appointment
        if state not in _FACTS or not rules.may_follow(
            appointment.state,
            state,
            starts_at=appointment.starts_at,
            occurred_at=act.occurred_at,
        ):
            raise WrongAppointmentState(state=appointment.state)
        close(appointment, state, act.occurred_at)
        named = selector.named(appointment)
        named.pop("starts_at")
        _tell(appointment, _FACTS[_State(state)](**named), act, at)
    return appointment


def close(appointment: Appointment, state: str, occurred_at: datetime) -> None:
    """Writes the state; the caller holds the lock and tells."""
    appointment.state = state
    appointment.closed_at = occurred_at if state in rules.CLOSED else None
    appointment.version += 1
    appointment.save(update_fields=["state", "closed_at", "version"])


def _check_instant(occurred_at: datetime, at: datetime) -> None:
    if occurred_at > at + MOST_AHEAD:
        raise HappenedInFuture


def _known(booking: Booking, at: datetime) -> Booked | None:
    """What this number booked first, if anything.

    Raises: AppointmentConflict, when that was something else.
    """
    if not booking.external_id:
        return None
    found = Appointment.objects.filter(
        source=booking.source, external_id=booking.external_id
    ).first()
    if found is None:
        return None
    person = merges.one_person(member_id=found.member_id, at=at)
    told = Event.objects.filter(
        type=AppointmentBooked.type,
        member_id__in=person,
        payload__appointment=str(found.uid),
    ).first()
    # It may have been moved since: what counts is how it was booked.
    first = told.payload if told else {}
    same = (
        booking.member_id in person
        and first.get("kind") == booking.kind_code
        and first.get("store") == booking.store_code
        and first.get("starts_at") == selector.stamp(booking.starts_at)
    )
    if not same:
        raise AppointmentConflict
    return Booked(selector.by_uid(uid=found.uid), is_repeat=True)


def _book(booking: Booking, at: datetime) -> Appointment:
    kind = AppointmentKind.objects.filter(code=booking.kind_code, is_active=True).first()
    if kind is None:
        raise UnknownAppointmentKind
    span = Span(booking.starts_at, booking.starts_at + timedelta(minutes=kind.minutes))
    _check_time(span, booking.occurred_at)
    store = _locked_store(code=booking.store_code)
    member = _locked_member(booking.member_id)
    _check_place(kind, store.pk, span)
    appointment: Appointment = Appointment.objects.create(
        member=member,
        kind=kind,
        store=store,
        guide=booking.guide,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        source=booking.source,
        external_id=booking.external_id,
        booked_at=booking.occurred_at,
        booked_by_id=booking.actor_id,
    )
    events.record(
        fact=AppointmentBooked(**selector.named(appointment)),
        member_id=member.pk,
        occurred_at=booking.occurred_at,
        at=at,
        actor_id=booking.actor_id,
        source=booking.source,
    )
    return appointment


def _check_time(span: Span, occurred_at: datetime) -> None:
    if span.starts_at < occurred_at:
        raise AppointmentInPast
    if span.starts_at > occurred_at + rules.MOST_AHEAD:
        raise AppointmentTooFarAhead


def _check_place(
    kind: AppointmentKind, store_id: int, span: Span, *, but: int | None = None
) -> None:
    """Behind the store's lock."""
    taken = selector.taken(kind_id=kind.pk, store_id=store_id, span=span, but=but)
    if not rules.has_place(span, taken, kind.places):
        raise TimeFull(places=kind.places)


def _locked_store(**named: object) -> Store:
    # Orders of the store, which only point at it, don't wait for this.
    store = Store.objects.select_for_update(no_key=True).filter(**named).first()
    if store is None:
        raise UnknownAppointmentStore
    return store


def _locked_member(member_id: int) -> Member:
    locked = Member.objects.select_for_update(of=("self",), no_key=True)
    member: Member | None = locked.filter(pk=member_id, state__in=_ALIVE).first()
    if member is None:
        raise NotFound
    return member


def _locked(uid: UUID, *, with_store: bool = False) -> Appointment:
    seen = Appointment.objects.filter(uid=uid).values("store_id", "member_id").first()
    if seen is None:
        raise NotFound
    if with_store:
        _locked_store(pk=seen["store_id"])
    _locked_member(seen["member_id"])
    rows = Appointment.objects.select_related("kind", "store", "member__key")
    return rows.select_for_update(of=("self",)).get(uid=uid)


def _tell(appointment: Appointment, fact: object, act: Act, at: datetime) -> None:
    events.record(
        fact=fact,  # type: ignore[arg-type]
        member_id=appointment.member_id,
        occurred_at=act.occurred_at,
        at=at,
        actor_id=act.actor_id,
        source=act.source,
    )
