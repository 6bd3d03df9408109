"""Appointments of a store's day, of a member, and those that something is due for."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from members.errors import NotFound
from members.models import Appointment, AppointmentKind, Store
from members.registry import birthdays
from members.rules import appointments as rules
from members.rules.appointments import Span

MOST_OF_DAY = 300


def by_uid(*, uid: UUID) -> Appointment:
    """Raises: NotFound."""
    found = _joined().filter(uid=uid).first()
    if found is None:
        raise NotFound
    return found


def booked_at(*, uid: UUID | str, starts_at: datetime) -> Appointment | None:
    """The appointment, while it is booked for just this time."""
    rows = _joined().filter(uid=uid, starts_at=starts_at, state=Appointment.State.BOOKED)
    return rows.first()


def of_day(*, store: Store, day: date) -> list[Appointment]:
    """The appointments that begin on this day by the store's clock, in order of time."""
    begins, ends = span_of(store=store, day=day)
    rows = _joined().filter(store=store, starts_at__gte=begins, starts_at__lt=ends)
    return list(rows.order_by("starts_at", "pk")[:MOST_OF_DAY])


def of_member(*, member_ids: Sequence[int], limit: int = 50) -> list[Appointment]:
    """A person's appointments, the last one first."""
    return list(_joined().filter(member_id__in=member_ids).order_by("-starts_at", "-pk")[:limit])


def taken(*, kind_id: int, store_id: int, span: Span, but: int | None = None) -> Iterable[Span]:
    """What takes a place of this kind in this store at some time of `span`."""
    rows = Appointment.objects.filter(
        kind_id=kind_id,
        store_id=store_id,
        state__in=rules.TAKING,
        starts_at__lt=span.ends_at,
        ends_at__gt=span.starts_at,
    )
    if but is not None:
        rows = rows.exclude(pk=but)
    return [Span(*row) for row in rows.values_list("starts_at", "ends_at")]


def due_for_reminder(*, kind: AppointmentKind, at: datetime) -> "QuerySet[Appointment]":
    """Booked, not reminded, and to begin within the kind's hours."""
    until = at + timedelta(hours=kind.reminder_hours)
    return Appointment.objects.filter(
        kind=kind,
        state=Appointment.State.BOOKED,
        reminded_at=None,
        starts_at__gt=at,
        starts_at__lte=until,
    )


def missed(*, kind: AppointmentKind, at: datetime) -> "QuerySet[Appointment]":
    """Booked, over for the kind's minutes, and nobody said that they came."""
    over = at - timedelta(minutes=kind.no_show_minutes)
    # The index knows when they begin: nobody begins after they end.
    return Appointment.objects.filter(
        kind=kind, state=Appointment.State.BOOKED, ends_at__lte=over, starts_at__lt=over
    )


def named(appointment: Appointment) -> dict[str, Any]:
    """How events name it: ids, codes and the time."""
    return {
        "appointment": str(appointment.uid),
        "kind": appointment.kind.code,
        "store": appointment.store.code,
        "starts_at": stamp(appointment.starts_at),
    }


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def zone_of(store: Store) -> ZoneInfo:
    """The store's, or the programme's where it names none."""
    return ZoneInfo(store.time_zone) if store.time_zone else birthdays.policy().zone


def span_of(*, store: Store, day: date) -> tuple[datetime, datetime]:
    """The day by the store's clock, half-open."""
    zone = zone_of(store)
    begins = datetime.combine(day, time(), zone)
    return begins, datetime.combine(day + timedelta(days=1), time(), zone)


def _joined() -> "QuerySet[Appointment]":
    return Appointment.objects.select_related("kind", "store", "member__key")
