"""A breach has duties with clocks, and is closed when all are done."""

from dataclasses import replace
from datetime import timedelta

import pytest

from members.models import AuditRecord, Breach, BreachClock, BreachDuty
from members.services import breaches
from members.services.breaches import (
    BreachClosed,
    BreachIncomplete,
    ClockTooLong,
    DutiesOpen,
    DutyDone,
    Found,
    NotContained,
    NoteRequired,
    SeverityFell,
)
from tests import world

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
FOUND = Found(
    title="A lost laptop",
    description="With a list of 张三 and others",
    severity="HIGH",
    discovered_at=world.NOW - HOUR,
    categories=("CONTACT",),
)


@pytest.fixture
def breach(shop):
    return breaches.record(found=FOUND, at=world.NOW)


def duties(breach):
    rows = breach.duties.order_by("due_at", "kind")
    return [(duty.kind, (duty.due_at - breach.discovered_at) / HOUR) for duty in rows]


def do_all(breach):
    for duty in breach.duties.filter(done_at__isnull=True):
        breaches.mark_done(breach_id=breach.pk, kind=duty.kind, note="no. 7", at=world.NOW)


def test_a_severe_breach_has_4_24_and_72_hours_from_its_discovery(breach):
    assert duties(breach) == [
        ("AUTHORITY_FIRST", 4),
        ("MANAGEMENT", 24),
        ("AUTHORITY", 72),
        ("MEMBERS", 72),
    ]


def test_clocks_are_set_for_breaches_to_come(breach):
    breaches.set_clock(severity="HIGH", kind="MEMBERS", hours=48, at=world.NOW)

    assert dict(duties(breach))["MEMBERS"] == 72
    assert dict(duties(breaches.record(found=FOUND, at=world.NOW)))["MEMBERS"] == 48
    with pytest.raises(ClockTooLong):
        breaches.set_clock(severity="HIGH", kind="MEMBERS", hours=0, at=world.NOW)
    assert BreachClock.objects.get(severity="HIGH", kind="MEMBERS").hours == 48


@pytest.mark.parametrize(
    "bad",
    [
        {"title": " "},
        {"severity": "WORST"},
        {"discovered_at": world.NOW + HOUR},
        {"occurred_at": world.NOW},
        {"categories": ("SHOES",)},
    ],
    ids=str,
)
def test_an_incomplete_breach_is_refused(shop, bad):
    with pytest.raises(BreachIncomplete):
        breaches.record(found=replace(FOUND, **bad), at=world.NOW)
    assert not Breach.objects.exists()


def test_a_duty_is_done_once_with_a_note(breach):
    with pytest.raises(NoteRequired):
        breaches.mark_done(breach_id=breach.pk, kind="MANAGEMENT", note=" ", at=world.NOW)
    breaches.mark_done(breach_id=breach.pk, kind="MANAGEMENT", note="by phone", at=world.NOW)
    with pytest.raises(DutyDone):
        breaches.mark_done(breach_id=breach.pk, kind="MANAGEMENT", note="again", at=world.NOW)

    assert BreachDuty.objects.get(kind="MANAGEMENT").note == "by phone"


def test_only_a_contained_breach_without_open_duties_is_closed(breach):
    with pytest.raises(NotContained):
        breaches.close(breach_id=breach.pk, at=world.NOW)
    breaches.contain(breach_id=breach.pk, affected_count=12, at=world.NOW)
    with pytest.raises(DutiesOpen) as refused:
        breaches.close(breach_id=breach.pk, at=world.NOW)
    assert refused.value.details["duties"][0] == "AUTHORITY_FIRST"
    assert Breach.objects.get().state == "CONTAINED"

    do_all(breach)
    breaches.close(breach_id=breach.pk, at=world.NOW)

    row = Breach.objects.get()
    assert (row.state, row.closed_at, row.affected_count) == ("CLOSED", world.NOW, 12)
    with pytest.raises(BreachClosed):
        breaches.contain(breach_id=breach.pk, at=world.NOW)


def test_a_breach_found_worse_gets_the_duties_that_it_lacked(shop):
    mild = breaches.record(found=replace(FOUND, severity="LOW"), at=world.NOW)
    assert duties(mild) == [("MANAGEMENT", 72)]

    breaches.raise_severity(breach_id=mild.pk, severity="HIGH", at=world.NOW)

    assert dict(duties(mild)) == {
        "AUTHORITY_FIRST": 4,
        "MANAGEMENT": 24,
        "AUTHORITY": 72,
        "MEMBERS": 72,
    }
    with pytest.raises(SeverityFell):
        breaches.raise_severity(breach_id=mild.pk, severity="MEDIUM", at=world.NOW)


def test_what_happened_is_sealed_and_in_no_trail(breach):
    assert Breach.objects.get().description == FOUND.description
    assert not any("张三" in str(row.details) for row in AuditRecord.objects.all())
