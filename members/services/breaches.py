"""Breaches of personal data: recorded with their duties, contained, and closed when all is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from members.errors import DomainError, NotFound
from members.models import Breach, BreachClock, BreachDuty
from members.models.data_categories import DataCategory
from members.rules import breaches
from members.services import audit

_State = Breach.State
_Severity = Breach.Severity
_Kind = BreachDuty.Kind
_RANK = {_Severity.LOW: 0, _Severity.MEDIUM: 1, _Severity.HIGH: 2}


class BreachIncomplete(DomainError):
    """A breach needs a title, what happened, a severity, kinds of data, and times in the past."""

    code = "breach_incomplete"


class BreachClosed(DomainError):
    """This breach is closed."""

    code = "breach_closed"
    status = 409


class DutiesOpen(DomainError):
    """Duties of this breach are still open: note each as done, with how."""

    code = "duties_open"
    status = 409


class NotContained(DomainError):
    """Say first that the breach is contained."""

    code = "not_contained"
    status = 409


class DutyDone(DomainError):
    """This duty was noted as done already."""

    code = "duty_done"
    status = 409


class NoteRequired(DomainError):
    """Say how it was done: to whom, by whom, under which number."""

    code = "note_required"


class SeverityFell(DomainError):
    """A breach can be found worse, not milder: its duties have begun to run."""

    code = "severity_fell"
    status = 409


class ClockTooLong(DomainError):
    """The hours of a duty lie between 1 and a year."""

    code = "clock_too_long"


@dataclass(frozen=True, kw_only=True)
class Found:
    """What is known of a breach when it is discovered; the clocks run from `discovered_at`."""

    title: str
    description: str
    severity: str
    discovered_at: datetime
    occurred_at: datetime | None = None
    categories: Sequence[str] = ()
    affected_count: int | None = None


def record(*, found: Found, actor_id: int | None = None, at: datetime) -> Breach:
    """The breach with its duties, as the clocks of its severity say now.

    Raises: BreachIncomplete.
    """
    _check(found, at)
    with transaction.atomic():
        breach = Breach.objects.create(
            title=found.title.strip(),
            description=found.description.strip(),
            severity=found.severity,
            categories=sorted(found.categories),
            affected_count=found.affected_count,
            occurred_at=found.occurred_at,
            discovered_at=found.discovered_at,
            recorded_at=at,
            recorded_by_id=actor_id,
        )
        _add_duties(breach)
        _note("breach.record", breach, actor_id, at)
    return breach


def mark_done(
    *, breach_id: int, kind: str, note: str, actor_id: int | None = None, at: datetime
) -> BreachDuty:
    """The duty, done at `at`: late or not, its row tells.

    Raises: NotFound; NoteRequired; DutyDone; BreachClosed.
    """
    if not note.strip():
        raise NoteRequired
    with transaction.atomic():
        breach = _lock(breach_id)
        duty = breach.duties.filter(kind=kind).first()
        if duty is None:
            raise NotFound
        if duty.done_at is not None:
            raise DutyDone
        duty.done_at, duty.done_by_id, duty.note = at, actor_id, note.strip()[:300]
        duty.save(update_fields=["done_at", "done_by", "note"])
        _raise_version(breach)
        _note("breach.duty_done", breach, actor_id, at, duty=kind)
    return duty


def raise_severity(
    *, breach_id: int, severity: str, actor_id: int | None = None, at: datetime
) -> Breach:
    """The breach, found worse than thought: the duties that it lacked are added, and those that
    are open are due as early as the new clocks say.

    Raises: NotFound; BreachClosed; SeverityFell.
    """
    with transaction.atomic():
        breach = _lock(breach_id)
        if _RANK.get(_Severity(severity), -1) <= _RANK[_Severity(breach.severity)]:
            raise SeverityFell
        breach.severity = severity
        breach.save(update_fields=["severity"])
        _add_duties(breach)
        _raise_version(breach)
        _note("breach.raise", breach, actor_id, at, severity=severity)
    return breach


def contain(
    *, breach_id: int, affected_count: int | None = None, actor_id: int | None = None, at: datetime
) -> Breach:
    """The breach, contained: nothing leaks any more. Its duties run on.

    Raises: NotFound; BreachClosed.
    """
    with transaction.atomic():
        breach = _lock(breach_id)
        if affected_count is not None:
            breach.affected_count = affected_count
        if breach.state == _State.OPEN:
            breach.state, breach.contained_at = _State.CONTAINED, at
        breach.save(update_fields=["state", "contained_at", "affected_count"])
        _raise_version(breach)
        _note("breach.contain", breach, actor_id, at)
    return breach


def close(*, breach_id: int, actor_id: int | None = None, at: datetime) -> Breach:
    """The breach, closed: contained, and every duty done.

    Raises: NotFound; BreachClosed; NotContained; DutiesOpen, with which.
    """
    with transaction.atomic():
        breach = _lock(breach_id)
        if breach.state != _State.CONTAINED:
            raise NotContained
        still_open = breach.duties.filter(done_at__isnull=True).order_by("due_at")
        kinds = list(still_open.values_list("kind", flat=True))
        if kinds:
            raise DutiesOpen(duties=kinds)
        breach.state, breach.closed_at = _State.CLOSED, at
        breach.save(update_fields=["state", "closed_at"])
        _raise_version(breach)
        _note("breach.close", breach, actor_id, at)
    return breach


def set_clock(
    *, severity: str, kind: str, hours: int, actor_id: int | None = None, at: datetime
) -> BreachClock:
    """The clock that breaches recorded from now on go by.

    Raises: ClockTooLong.
    """
    check_hours(hours)
    with transaction.atomic():
        clock, _ = BreachClock.objects.update_or_create(
            severity=severity, kind=kind, defaults={"hours": hours}
        )
        details = {"severity": severity, "kind": kind, "hours": hours}
        audit.record(action="breach_clock.set", at=at, actor_id=actor_id, details=details)
    return clock


def check_hours(hours: int) -> None:
    """Raises: ClockTooLong."""
    if not 1 <= hours <= breaches.LONGEST_HOURS:
        raise ClockTooLong


def install() -> int:
    """How many clocks were added, while there are none at all: 4, 24 and 72 hours."""
    if BreachClock.objects.exists():
        return 0
    rows = [BreachClock(severity=row[0], kind=row[1], hours=row[2]) for row in _DEFAULTS]
    return len(BreachClock.objects.bulk_create(rows, ignore_conflicts=True))


_DEFAULTS = (
    (_Severity.HIGH, _Kind.AUTHORITY_FIRST, 4),
    (_Severity.HIGH, _Kind.MANAGEMENT, 24),
    (_Severity.HIGH, _Kind.AUTHORITY, 72),
    (_Severity.HIGH, _Kind.MEMBERS, 72),
    (_Severity.MEDIUM, _Kind.MANAGEMENT, 24),
    (_Severity.MEDIUM, _Kind.AUTHORITY, 72),
    (_Severity.LOW, _Kind.MANAGEMENT, 72),
)


def _check(found: Found, at: datetime) -> None:
    is_complete = (
        0 < len(found.title.strip()) <= 120
        and 0 < len(found.description.strip()) <= 4_000
        and found.severity in _Severity.values
        and set(found.categories) <= set(DataCategory.values)
        and found.discovered_at <= at
        and (found.occurred_at is None or found.occurred_at <= found.discovered_at)
    )
    if not is_complete:
        raise BreachIncomplete


def _add_duties(breach: Breach) -> None:
    install()
    clocks = [
        breaches.Clock(row.kind, row.hours)
        for row in BreachClock.objects.filter(severity=breach.severity)
    ]
    present = {duty.kind: duty for duty in breach.duties.all()}
    for made in breaches.duties(clocks, discovered_at=breach.discovered_at):
        duty = present.get(made.kind)
        if duty is None:
            BreachDuty.objects.create(
                breach=breach, kind=made.kind, hours=made.hours, due_at=made.due_at
            )
        elif duty.done_at is None and made.due_at < duty.due_at:
            duty.hours, duty.due_at = made.hours, made.due_at
            duty.save(update_fields=["hours", "due_at"])


def _lock(breach_id: int) -> Breach:
    breach = Breach.objects.select_for_update().filter(pk=breach_id).first()
    if breach is None:
        raise NotFound
    if breach.state == _State.CLOSED:
        raise BreachClosed
    return breach


def _raise_version(breach: Breach) -> None:
    breach.version += 1
    breach.save(update_fields=["version"])


def _note(action: str, breach: Breach, actor_id: int | None, at: datetime, **more: str) -> None:
    details = {"breach": str(breach.uid), **more}
    audit.record(action=action, at=at, actor_id=actor_id, details=details)
