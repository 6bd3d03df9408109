"""Appointments: places, moving, what became of them, reminders and no-shows."""

from datetime import UTC, date, datetime, timedelta

import pytest

from campaigns.models import Delivery
from campaigns.services import defaults
from members.models import Appointment, AppointmentKind, Event, Store
from members.registry.privacy import Erasing
from members.rules import appointments as rules
from members.rules.appointments import Span
from members.selectors import appointments as selector
from members.services import (
    appointment_days,
    appointment_privacy,
    appointment_refusals,
    appointments,
    consents,
    dispatches,
    merges,
)
from members.services.appointments import Act, Booking
from tests import documented, world
from tests.world import NOW

PAGE = "algorithms/appointments.md"
TOMORROW = NOW + timedelta(days=1)


def at_hour(text):
    return datetime.strptime(text, "%H:%M").replace(tzinfo=UTC)


def spans(text):
    for part in text.split():
        begins, ends = (
            datetime.strptime(one, "%H:%M").replace(tzinfo=UTC) for one in part.split("–")
        )
        yield Span(begins, ends)


@pytest.mark.parametrize("row", documented.rows(PAGE, "Places"), ids=str)
def test_the_places_of_the_page(row):
    (wanted,) = spans(row.text("wanted"))

    has = rules.has_place(wanted, spans(row.text("taken")), row.number("places"))

    assert ("yes" if has else "no") == row.text("has a place")


@pytest.mark.parametrize("row", documented.rows(PAGE, "What may follow"), ids=str)
def test_what_may_follow_on_the_page(row):
    for wanted in rules.NEXT:
        heard = rules.may_follow(
            row.text("state"),
            wanted,
            starts_at=NOW,
            occurred_at=NOW + timedelta(minutes=row.number("minutes after it begins")),
        )

        assert heard == (wanted in row.text("may become").split()), wanted


# With a database

pytestmark = pytest.mark.django_db


@pytest.fixture
def facial(shop):
    return AppointmentKind.objects.create(code="facial", name_en="Facial", minutes=60, places=1)


def book(member, starts_at=TOMORROW, *, at=NOW, number="", **changes):
    booking = {
        "kind_code": "facial",
        "store_code": "SH01",
        "source": "mini",
        "external_id": number,
        "occurred_at": at,
    }
    return appointments.book(
        booking=Booking(member_id=member.pk, starts_at=starts_at, **{**booking, **changes}), at=at
    )


def act(appointment, when=NOW):
    return Act(appointment_uid=appointment.uid, occurred_at=when)


def told(kind):
    return list(Event.objects.filter(type=f"members.appointment.{kind}").order_by("pk"))


def test_a_full_hour_is_refused_and_the_next_one_is_free(facial, alice, bob):
    book(alice)

    with pytest.raises(appointment_refusals.TimeFull) as refused:
        book(bob, TOMORROW + timedelta(minutes=59))
    assert refused.value.details == {"places": 1}
    assert Appointment.objects.count() == 1

    book(bob, TOMORROW + timedelta(minutes=60))
    book(bob, store_code="BJ01")


def test_one_number_books_once_even_after_it_was_moved(facial, alice, bob):
    first = book(alice, number="A-1")
    moved_to = TOMORROW + timedelta(days=1)
    appointments.move(act=act(first.appointment), starts_at=moved_to, at=NOW)

    again = book(alice, number="A-1", at=NOW + timedelta(hours=2), occurred_at=NOW)

    assert (again.is_repeat, again.appointment.starts_at) == (True, moved_to)
    for other in ({"member": bob}, {"member": alice, "starts_at": moved_to}):
        with pytest.raises(appointment_refusals.AppointmentConflict):
            book(number="A-1", **other)
    assert len(told("booked")) == Appointment.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"starts_at": NOW - timedelta(seconds=1)}, appointment_refusals.AppointmentInPast),
        ({"starts_at": NOW + timedelta(days=367)}, appointment_refusals.AppointmentTooFarAhead),
        ({"kind_code": "nails"}, appointment_refusals.UnknownAppointmentKind),
        ({"store_code": "XX"}, appointment_refusals.UnknownAppointmentStore),
        ({"occurred_at": NOW + timedelta(hours=1)}, appointment_refusals.HappenedInFuture),
    ],
)
def test_what_can_not_be_booked_is_refused(facial, alice, changes, error):
    with pytest.raises(error):
        book(alice, **changes)

    assert not Appointment.objects.exists()


def test_a_booking_that_is_told_late_counts_from_when_it_was_made(facial, alice):
    made = NOW - timedelta(hours=3)

    booked = book(alice, NOW - timedelta(hours=1), occurred_at=made)

    assert booked.appointment.booked_at == made


def test_moving_finds_a_place_and_frees_the_old_one(facial, alice, bob):
    first = book(alice).appointment
    other = book(bob, TOMORROW + timedelta(hours=2)).appointment

    with pytest.raises(appointment_refusals.TimeFull):
        appointments.move(act=act(first), starts_at=other.starts_at, at=NOW)
    # Its own place doesn't stand in its way.
    appointments.move(act=act(first), starts_at=TOMORROW + timedelta(minutes=30), at=NOW)
    book(bob, TOMORROW - timedelta(minutes=30))

    assert [event.payload["moved_from"] for event in told("moved")] == [selector.stamp(TOMORROW)]


def test_arriving_twice_is_told_once_and_a_canceled_one_stays_canceled(facial, alice):
    booked = book(alice).appointment
    later = TOMORROW + timedelta(minutes=5)

    for _ in range(2):
        appointments.change_state(act=act(booked, TOMORROW), state="ARRIVED", at=later)
    appointments.change_state(act=act(booked, later), state="DONE", at=later)
    with pytest.raises(appointment_refusals.WrongAppointmentState):
        appointments.change_state(act=act(booked, later), state="CANCELED", at=later)

    booked.refresh_from_db()
    assert (booked.state, booked.closed_at, len(told("arrived"))) == ("DONE", later, 1)


def test_a_reminder_is_due_once_a_day_ahead_and_again_when_moved(facial, alice):
    booked = book(alice, NOW + timedelta(hours=48)).appointment

    assert appointment_days.remind(at=NOW + timedelta(hours=23, minutes=59)) == 0
    assert appointment_days.remind(at=NOW + timedelta(hours=24)) == 1
    assert appointment_days.remind(at=NOW + timedelta(hours=24)) == 0

    later = NOW + timedelta(hours=25)
    new = NOW + timedelta(hours=72)
    appointments.move(act=act(booked, later), starts_at=new, at=later)
    assert appointment_days.remind(at=later) == 0
    assert appointment_days.remind(at=NOW + timedelta(hours=48)) == 1
    assert [event.payload["starts_at"] for event in told("due")] == [
        selector.stamp(NOW + timedelta(hours=48)),
        selector.stamp(new),
    ]


def test_who_books_within_the_notice_is_reminded_at_once_and_never_after_it_began(facial, alice):
    book(alice, NOW + timedelta(hours=3))
    book(alice, NOW, store_code="BJ01")

    assert appointment_days.remind(at=NOW) == 1


def test_a_reminder_becomes_a_message_unless_it_was_canceled(facial, alice):
    defaults.install_reminder(at=NOW)
    yes = consents.Occasion(occurred_at=NOW, source="mini")
    consents.record(member=alice, given=world.yes("INBOX", purpose="SERVICE"), occasion=yes, at=NOW)
    kept = book(alice, NOW + timedelta(hours=3)).appointment
    lost = book(alice, NOW + timedelta(hours=5)).appointment
    appointment_days.remind(at=NOW)
    appointments.change_state(act=act(lost), state="CANCELED", at=NOW)

    while dispatches.drain(at=NOW):
        pass

    inbox = Delivery.objects.filter(medium="INBOX").order_by("pk")
    assert [(one.state, one.reason) for one in inbox] == [
        ("QUEUED", ""),
        ("SKIPPED", "missing_variable"),
    ]
    # 14:00 in Shanghai and three hours.
    assert "2026-03-02 17:00" in inbox[0].subject
    assert kept.store.name_zh in inbox[0].body


def test_nobody_came_an_hour_after_the_end(facial, alice):
    booked = book(alice, NOW + timedelta(hours=1)).appointment
    ends = booked.ends_at

    assert appointment_days.mark_missed(at=ends + timedelta(minutes=59)) == 0
    assert appointment_days.mark_missed(at=ends + timedelta(minutes=60)) == 1
    assert appointment_days.mark_missed(at=ends + timedelta(minutes=60)) == 0

    booked.refresh_from_db()
    assert (booked.state, len(told("missed"))) == ("NO_SHOW", 1)
    # Who came after all, and was forgotten at the desk, is marked later.
    late = ends + timedelta(hours=2)
    appointments.change_state(act=act(booked, booked.starts_at), state="ARRIVED", at=late)
    booked.refresh_from_db()
    assert (booked.state, booked.closed_at) == ("ARRIVED", None)


def test_a_day_is_the_store_s_own(facial, alice):
    Store.objects.filter(code="BJ01").update(time_zone="America/New_York")
    here = book(alice, world.HARD_HOUR, at=world.HARD_HOUR).appointment
    there = book(alice, world.HARD_HOUR, at=world.HARD_HOUR, store_code="BJ01").appointment

    def on(store, day):
        return selector.of_day(store=Store.objects.get(code=store), day=day)

    assert on("SH01", date(2026, 3, 1)) == [here]
    assert on("BJ01", date(2026, 2, 28)) == [there]


def test_merged_erased_and_old_appointments(facial, alice, bob):
    booked = book(bob, number="A-1").appointment
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)
    booked.refresh_from_db()
    assert booked.member_id == alice.pk
    assert book(alice, number="A-1").is_repeat

    erasing = Erasing(member_ids=(alice.pk, bob.pk), actor_id=None, at=NOW)
    assert appointment_privacy.erase(erasing) == {"members_appointment": 1}
    booked.refresh_from_db()
    assert (booked.state, booked.external_id) == ("CANCELED", "")

    long_after = TOMORROW + timedelta(days=800)
    assert appointment_privacy.count_old(long_after) == 1
    assert appointment_privacy.remove_old(long_after, 10) == 1
