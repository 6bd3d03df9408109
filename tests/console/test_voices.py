"""Surveys, communities and the day of a store in the console."""

from datetime import timedelta

import pytest
from django.urls import reverse

from members.models import Appointment, AuditRecord, Community, CommunityMembership, Survey
from members.services import dispatches
from tests import world
from tests.console import staff, voice_stock

pytestmark = pytest.mark.django_db
SURVEYS = "/console/members/survey/"


def questions(**rows):
    return {
        "questions-TOTAL_FORMS": "2",
        "questions-INITIAL_FORMS": "0",
        "questions-0-text_en": "What do you like best?",
        "questions-0-kind": "CHOICE",
        "questions-0-is_required": "1",
        "questions-0-options": "服务 | Service\nPrices\n",
        "questions-1-kind": "CHOICE",
        **rows,
    }


def draft(**fields):
    return {
        "name_en": "Spring",
        "code": "spring",
        "kind": "NPS",
        "flag_below": "7",
        "flag_from_answers": "5",
        **questions(),
        **fields,
    }


@pytest.fixture
def marketer(shop):
    return staff.logged_in("zhao", "marketer")


@pytest.fixture
def filled(shop, alice, bob):
    voice_stock.fill([alice, bob], world.NOW)
    while dispatches.drain(at=world.NOW):
        pass


def send(browser, name, row, **fields):
    path = reverse(f"admin:{name}", args=[row.pk])
    return browser.post(path, {"_form_submitted": "True", **fields})


def test_a_survey_is_drafted_in_both_languages_opened_and_then_fixed(marketer):
    marketer.post(f"{SURVEYS}add/", draft())

    survey = Survey.objects.get()
    assert survey.questions == [
        {
            "kind": "SCORE",
            "text_zh": "您有多大可能向朋友推荐我们？",
            "text_en": "How likely are you to recommend us to a friend?",
        },
        {
            "kind": "CHOICE",
            "code": "q1",
            "text_zh": "",
            "text_en": "What do you like best?",
            "is_required": True,
            "options": [
                {"code": "1", "text_zh": "服务", "text_en": "Service"},
                {"code": "2", "text_zh": "Prices", "text_en": "Prices"},
            ],
        },
    ]
    # The form shows what was kept, and keeps it when it is saved again.
    shown = staff.text(marketer.get(f"{SURVEYS}{survey.pk}/change/"))
    assert "服务 | Service\nPrices</textarea>" in shown

    send(marketer, "members_survey_open_it", survey)
    survey.refresh_from_db()
    assert survey.state == "OPEN"
    fixed = marketer.post(f"{SURVEYS}{survey.pk}/change/", draft(name_en="Other"))
    assert fixed.status_code == 403
    assert "1. What do you like best? (Service / Prices)" in staff.text(
        marketer.get(f"{SURVEYS}{survey.pk}/change/")
    )
    send(marketer, "members_survey_close_it", survey)
    survey.refresh_from_db()
    assert survey.state == "CLOSED"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name_en": ""}, "Give it a name"),
        ({"questions-0-options": "One"}, "Question 1: give two to twenty options"),
        ({"questions-0-kind": "TEXT"}, "Question 1: a text has no options"),
        ({"questions-0-text_en": "", "questions-0-text_zh": ""}, "Question 1: a text is missing"),
        ({"kind": "SATISFACTION"}, "Of this kind the line lies from 2 to 5"),
    ],
)
def test_a_draft_that_is_not_in_order_is_shown_where_it_is_wrong(marketer, fields, said):
    assert said in staff.text(marketer.post(f"{SURVEYS}add/", draft(**fields)))
    assert not Survey.objects.exists()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_results_show_the_figure_and_what_was_written_to_whom_it_concerns(filled, language):
    survey = Survey.objects.first()
    analyst = staff.logged_in("an", "analyst", language=language)
    manager = staff.logged_in("ma", "store_manager", ["SH01"], language=language)
    page = reverse("admin:members_survey_results", args=[survey.pk])

    assert "Nice" in staff.text(analyst.get(page))
    assert "−100" in staff.text(analyst.get(page))
    assert "Nice" not in staff.text(manager.get(page))


def test_scores_are_taken_out_without_names_and_it_is_kept_that_they_were(filled, marketer, alice):
    survey = Survey.objects.first()

    answer = marketer.post(reverse("admin:members_survey_answers_file", args=[survey.pk]))
    text = b"".join(answer.streaming_content).decode()

    assert len(text.strip().splitlines()) == 3
    for secret in (alice.card_number, "爱丽", "Nice", str(alice.uid)):
        assert secret not in text
    assert AuditRecord.objects.filter(action="survey.export").count() == 1


def test_a_clerk_marks_who_came_in_their_store_and_no_other(filled):
    clerk = staff.logged_in("li", "clerk", ["SH01"])
    here, there = Appointment.objects.order_by("pk")
    day = reverse("admin:members_appointment_day")

    shown = staff.text(clerk.get(day))
    assert "14:00–14:30" in shown
    assert "张*" in shown
    assert "爱丽" not in shown
    clerk.post(reverse("admin:members_appointment_mark", args=[here.pk]), {"state": "ARRIVED"})
    refused = clerk.post(
        reverse("admin:members_appointment_mark", args=[there.pk]), {"state": "ARRIVED"}
    )

    here.refresh_from_db()
    there.refresh_from_db()
    assert (here.state, there.state, refused.status_code) == ("ARRIVED", "BOOKED", 404)
    assert 'value="DONE"' in staff.text(clerk.get(day))


def test_booking_moving_and_canceling_by_the_store_s_clock(filled, bob):
    clerk = staff.logged_in("li", "clerk", ["SH01", "BJ01"])
    booked = {
        "kind": Appointment.objects.first().kind_id,
        "store": Appointment.objects.first().store_id,
        "day": "2026-03-05",
        "time": "10:30",
        "submission": "01890000-0000-7000-8000-000000000001",
    }
    for _ in range(2):
        send(clerk, "members_member_book_appointment", bob, **booked)

    made = Appointment.objects.get(source="console")
    # 10:30 in Shanghai.
    assert made.starts_at.isoformat() == "2026-03-05T02:30:00+00:00"
    send(clerk, "members_appointment_move", made, **booked | {"time": "11:00"})
    send(clerk, "members_appointment_cancel_it", made)
    made.refresh_from_db()
    assert (made.state, made.ends_at - made.starts_at) == ("CANCELED", timedelta(minutes=30))
    assert made.starts_at.isoformat() == "2026-03-05T03:00:00+00:00"


def test_a_member_joins_through_another_and_leaves(filled, alice, bob):
    service = staff.logged_in("sun", "customer_service")
    club = Community.objects.get(code="c-0")
    number = "01890000-0000-7000-8000-00000000000{}"

    for _ in range(2):
        send(
            service, "members_member_join_community", bob, community=club.pk,
            invited_by=world.ALICE_PHONE, submission=number.format(1),
        )  # fmt: skip
    inside = CommunityMembership.objects.get(community=club, member=bob)
    assert (inside.invited_by_id, inside.left_at) == (alice.pk, None)
    assert "2" in staff.text(service.get(staff.page(alice, "communities")))

    send(
        service, "members_member_leave_community", bob, community=club.pk,
        submission=number.format(2),
    )  # fmt: skip
    inside.refresh_from_db()
    assert inside.left_at == world.NOW
