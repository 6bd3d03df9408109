"""The last place of a community, the last hour of a store, and one answer."""

from datetime import timedelta

from members.errors import DomainError
from members.models import (
    Appointment,
    AppointmentKind,
    Community,
    CommunityMembership,
    Event,
    Store,
    Survey,
    SurveyResponse,
)
from members.services import appointments, communities, surveys
from members.services.appointments import Booking
from members.services.communities import Joining
from members.services.surveys import Reply
from tests import world
from tests.concurrency.processes import at_once
from tests.loyalty import till


def code_of(do):
    try:
        do()
    except DomainError as error:
        return error.code
    return "done"


def test_of_eight_who_join_at_once_three_find_a_place_and_the_goal_is_told_once(alice):
    Community.objects.create(
        code="tea", name_en="Tea", platform="WECHAT", capacity=3, invitation_goal=3,
        created_at=till.NOW,
    )  # fmt: skip
    guests = [till.register(f"1370000{number:04d}", "G") for number in range(8)]

    def work(number):
        joining = Joining(
            community_code="tea",
            member_id=guests[number].pk,
            invited_by_id=alice.pk,
            occurred_at=till.NOW,
        )
        return code_of(lambda: communities.join(joining=joining, at=till.NOW))

    assert sorted(at_once(work)) == ["community_full"] * 5 + ["done"] * 3
    assert CommunityMembership.objects.count() == 3
    assert Event.objects.filter(type="members.community.goal_reached").count() == 1


def test_of_eight_who_book_at_once_two_find_a_place_and_an_answer_counts_once(alice):
    AppointmentKind.objects.create(code="facial", name_en="Facial", places=2)
    store = Store.objects.order_by("pk").first()
    asked = [{"kind": "SCORE", "text_en": "Well?"}]
    draft = Survey.objects.create(code="x", name_en="x", kind="NPS", questions=asked)
    boss = world.operator("boss")
    survey = surveys.open_now(survey_id=draft.pk, actor_id=boss.pk, at=till.NOW)

    def work(number):
        booking = Booking(
            member_id=alice.pk,
            kind_code="facial",
            store_code=store.code,
            starts_at=till.NOW + timedelta(hours=1, minutes=number),
            occurred_at=till.NOW,
            source="mini",
            external_id=f"A-{number}",
        )
        reply = Reply(
            survey_uid=survey.uid, member_id=alice.pk, score=number % 2, occurred_at=till.NOW
        )
        return (
            code_of(lambda: appointments.book(booking=booking, at=till.NOW)),
            code_of(lambda: surveys.answer(reply=reply, at=till.NOW)),
        )

    booked, answered = zip(*at_once(work), strict=True)

    assert sorted(booked) == ["done"] * 2 + ["time_full"] * 6
    assert sorted(answered) == ["answered_already"] * 4 + ["done"] * 4
    assert (Appointment.objects.count(), SurveyResponse.objects.count()) == (2, 1)
