"""What time does to appointments: a reminder when it is near, a no-show when it is over."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from members.events import AppointmentDue, AppointmentMissed
from members.models import Appointment, AppointmentKind, Member
from members.selectors import appointments as selector
from members.services import appointments, events

CHUNK = 500
_ALIVE = (Member.State.ACTIVE, Member.State.RESTRICTED)


def remind(*, at: datetime) -> int:
    """How many members are told of to be reminded; each appointment once for its time. Who books
    within the hours of notice is reminded at once: the message confirms what they booked."""
    kinds = AppointmentKind.objects.filter(reminder_hours__gt=0)
    return sum(_remind(kind, at) for kind in kinds)


def mark_missed(*, at: datetime) -> int:
    """How many appointments are over and nobody came, by their kind's minutes."""
    return sum(_miss(kind, at) for kind in AppointmentKind.objects.all())


def _remind(kind: AppointmentKind, at: datetime) -> int:
    count = 0
    while done := _remind_chunk(kind, at):
        count += done
    return count


def _remind_chunk(kind: AppointmentKind, at: datetime) -> int:
    with transaction.atomic():
        rows = _locked(selector.due_for_reminder(kind=kind, at=at))
        for row in rows:
            row.reminded_at = at
        Appointment.objects.bulk_update(rows, ["reminded_at"])
        _tell(rows, [AppointmentDue(**selector.named(row)) for row in rows], at)
    return len(rows)


def _miss(kind: AppointmentKind, at: datetime) -> int:
    count = 0
    while done := _miss_chunk(kind, at):
        count += done
    return count


def _miss_chunk(kind: AppointmentKind, at: datetime) -> int:
    with transaction.atomic():
        rows = _locked(selector.missed(kind=kind, at=at))
        facts = []
        for row in rows:
            appointments.close(row, Appointment.State.NO_SHOW, at)
            named = selector.named(row)
            named.pop("starts_at")
            facts.append(AppointmentMissed(**named))
        _tell(rows, facts, at)
    return len(rows)


def _locked(due: "QuerySet[Appointment]") -> list[Appointment]:
    """At most 500 of them, their members locked first, as a merge does; whose member somebody
    else holds waits for the next time."""
    found = dict(due.order_by("starts_at").values_list("pk", "member_id")[:CHUNK])
    members = Member.objects.filter(pk__in=set(found.values()), state__in=_ALIVE).order_by("pk")
    held = set(
        members.select_for_update(of=("self",), no_key=True, skip_locked=True).values_list(
            "pk", flat=True
        )
    )
    mine = [pk for pk, member_id in found.items() if member_id in held]
    rows = due.filter(pk__in=mine).select_related("kind", "store")
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


def _tell(
    rows: Sequence[Appointment],
    facts: Sequence[AppointmentDue | AppointmentMissed],
    at: datetime,
) -> None:
    happenings = [
        events.Happening(fact=fact, member_id=row.member_id, occurred_at=at)
        for row, fact in zip(rows, facts, strict=True)
    ]
    if happenings:
        events.record_many(happenings=happenings, at=at)
