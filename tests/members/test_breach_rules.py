"""Duties of a breach and what is left of them, without a database."""

from datetime import UTC, datetime, timedelta

from members.rules import breaches
from members.rules.breaches import Clock

FOUND = datetime(2026, 3, 1, 16, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_duties_are_due_so_many_hours_after_the_discovery_nights_and_weekends_counted():
    made = breaches.duties([Clock("C", 72), Clock("A", 4), Clock("B", 24)], discovered_at=FOUND)

    assert [(duty.kind, duty.due_at - FOUND) for duty in made] == [
        ("A", 4 * HOUR),
        ("B", 24 * HOUR),
        ("C", 72 * HOUR),
    ]


def test_done_at_the_last_instant_is_in_time():
    due = FOUND + 4 * HOUR
    instant = timedelta(microseconds=1)

    assert not breaches.is_overdue(due, due, at=due + HOUR)
    assert breaches.is_overdue(due, due + instant, at=due + HOUR)
    assert not breaches.is_overdue(due, None, at=due)
    assert breaches.is_overdue(due, None, at=due + instant)


def test_what_is_left_is_rounded_down():
    due = FOUND + 4 * HOUR

    assert breaches.left(due, at=FOUND + timedelta(seconds=1)) == (False, 3, 59)
    assert breaches.left(due, at=due + timedelta(minutes=61)) == (True, 1, 1)
