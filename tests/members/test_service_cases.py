"""Service cases: opened once, answered by the clock, resolved, rated, merged, erased."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from members.models import CaseMessage, Event, ServiceCase, ServiceTopic
from members.registry.privacy import Erasing
from members.selectors import service_cases as selectors
from members.selectors.scopes import Scope
from members.services import (
    case_messages,
    merges,
    service_case_privacy,
    service_case_steps,
    service_cases,
    service_topics,
)
from members.services.case_messages import Word
from members.services.service_case_changes import CaseChanged, CaseInFuture, Doing
from members.services.service_cases import CaseOpening
from tests import world

pytestmark = pytest.mark.django_db
NOW = world.NOW
OPENING = CaseOpening(topic="delivery", medium="CHAT", subject="Parcel lost", text="Where is it?")


def after(minutes):
    return NOW + timedelta(minutes=minutes)


def doing(minutes=0, **more):
    return Doing(at=after(minutes), **more)


@pytest.fixture
def shop(keys_made):
    world.open_shop()
    service_topics.set_up()


@pytest.fixture
def alice(shop):
    return world.register(world.ALICE)


@pytest.fixture
def case(alice):
    opening = replace(OPENING, member_id=alice.pk)
    return service_cases.open_case(opening=opening, doing=doing()).case


def say(case, kind, minutes, *, told=None, text="Well", external_id=""):
    """A message that happened after so many minutes, and was told at once or later."""
    word = Word(kind=kind, text=text, external_id=external_id)
    told_at = minutes if told is None else told
    done = doing(told_at, occurred_at=after(minutes))
    return case_messages.add(case_id=case.pk, word=word, doing=done)


def told(case):
    rows = Event.objects.filter(payload__case=str(case.uid)).order_by("pk")
    return [event.type.rpartition(".")[2] for event in rows]


def test_a_case_is_due_after_the_minutes_of_its_topic(case):
    assert case.first_response_due_at == after(60)
    assert case.first_response_at is None
    assert case.state == "OPEN"


def test_the_first_answer_stops_the_clock_and_later_ones_do_not(case):
    say(case, "TO_MEMBER", 12)
    say(case, "TO_MEMBER", 30)

    case.refresh_from_db()
    assert (case.first_response_at, case.state) == (after(12), "ANSWERED")
    assert told(case) == ["opened", "answered"]


def test_a_note_among_staff_is_no_answer(case):
    say(case, "NOTE", 5)

    case.refresh_from_db()
    assert (case.first_response_at, case.state, case.version) == (None, "OPEN", 3)


def test_an_answer_that_is_told_late_moves_the_first_response_earlier(case):
    say(case, "TO_MEMBER", 30)
    say(case, "TO_MEMBER", 9, told=45)

    case.refresh_from_db()
    assert case.first_response_at == after(9)
    assert told(case) == ["opened", "answered"]


def test_a_call_that_is_taken_at_once_is_answered_at_its_opening(alice):
    opening = replace(OPENING, medium="CALL", member_id=alice.pk, answer="It comes today.")
    case = service_cases.open_case(opening=opening, doing=doing()).case

    assert (case.first_response_at, case.state) == (NOW, "ANSWERED")


def test_a_word_of_the_member_opens_a_resolved_case_again(case):
    service_case_steps.resolve(case_id=case.pk, doing=doing(20))
    say(case, "FROM_MEMBER", 15, told=25)
    case.refresh_from_db()
    assert (case.state, case.resolved_at) == ("RESOLVED", after(20))

    say(case, "FROM_MEMBER", 30)
    case.refresh_from_db()
    assert (case.state, case.resolved_at, case.reopened_count) == ("OPEN", None, 1)
    assert told(case) == ["opened", "resolved", "reopened"]


def test_a_resolution_told_after_the_member_wrote_again_leaves_the_case_open(case):
    say(case, "FROM_MEMBER", 30)
    service_case_steps.resolve(case_id=case.pk, doing=doing(40, occurred_at=after(20)))

    case.refresh_from_db()
    assert (case.state, case.resolved_at, case.reopened_count) == ("OPEN", None, 1)


def test_steps_bear_a_repeat(case):
    for _ in range(2):
        service_case_steps.wait(case_id=case.pk, doing=doing(5))
        service_case_steps.resolve(case_id=case.pk, doing=doing(6))
        service_case_steps.rate(case_id=case.pk, satisfaction=4, doing=doing(7))
        service_case_steps.reopen(case_id=case.pk, doing=doing(8))

    assert told(case) == ["opened", "resolved", "rated", "reopened", "resolved", "reopened"]


@pytest.mark.parametrize("satisfaction", [0, 6, True])
def test_satisfaction_is_one_to_five(case, satisfaction):
    with pytest.raises(service_case_steps.BadSatisfaction):
        service_case_steps.rate(case_id=case.pk, satisfaction=satisfaction, doing=doing(7))

    case.refresh_from_db()
    assert case.satisfaction is None


def test_a_case_that_changed_since_is_not_resolved(case):
    say(case, "FROM_MEMBER", 3)

    with pytest.raises(CaseChanged):
        service_case_steps.resolve(case_id=case.pk, doing=doing(4, expected_version=case.version))
    assert ServiceCase.objects.get().state == "OPEN"


def test_a_case_sent_twice_is_one_case(alice):
    sent = replace(OPENING, member_id=alice.pk, source="chat", external_id="C-1")
    first = service_cases.open_case(opening=sent, doing=doing())
    again = service_cases.open_case(opening=sent, doing=doing(90))

    assert (first.is_new, again.is_new, again.case.pk) == (True, False, first.case.pk)
    assert CaseMessage.objects.count() == 1
    other = replace(sent, subject="Parcel broken")
    with pytest.raises(service_cases.CaseConflict):
        service_cases.open_case(opening=other, doing=doing(91))


def test_a_message_sent_twice_is_one_message(case):
    first = say(case, "FROM_MEMBER", 3, external_id="m-1")
    again = say(case, "FROM_MEMBER", 9, external_id="m-1")

    assert (again.is_new, again.message.pk) == (False, first.message.pk)
    with pytest.raises(case_messages.MessageConflict):
        say(case, "FROM_MEMBER", 9, external_id="m-1", text="Other")


def test_what_happened_in_the_future_or_before_the_opening_is_refused(case):
    with pytest.raises(CaseInFuture):
        say(case, "TO_MEMBER", 6, told=0)
    with pytest.raises(case_messages.BeforeOpening):
        say(case, "TO_MEMBER", -1, told=1)
    assert say(case, "TO_MEMBER", 5, told=1).message.occurred_at == after(1)


def test_a_topic_out_of_use_opens_no_case(alice):
    ServiceTopic.objects.filter(code="delivery").update(is_active=False)

    with pytest.raises(service_cases.UnknownTopic):
        service_cases.open_case(opening=OPENING, doing=doing())
    assert not ServiceCase.objects.exists()


def test_a_new_topic_gives_its_clock_while_nobody_has_answered(case):
    said = service_case_steps.Classification(topic="store", kind="COMPLAINT", priority=1)
    changed = service_case_steps.classify(case_id=case.pk, said=said, doing=doing(1))

    assert changed.first_response_due_at == after(30)


def test_only_who_works_in_the_store_is_given_its_cases(case):
    here = world.operator("lin", role="clerk", store_codes=["SH01"])
    elsewhere = world.operator("bei", role="clerk", store_codes=["BJ01"])
    analyst = world.operator("ana", role="analyst")
    ServiceCase.objects.update(store=here.stores.get())

    case = service_case_steps.assign(case_id=case.pk, assignee_id=here.pk, doing=doing(1))
    assert case.assignee == here
    for nobody in (elsewhere, analyst):
        with pytest.raises(service_case_steps.NotOnCases):
            service_case_steps.assign(case_id=case.pk, assignee_id=nobody.pk, doing=doing(1))


def test_figures_are_of_the_cases_opened_in_a_half_open_period(alice):
    for start in (0, 60):
        opening = replace(OPENING, member_id=alice.pk, opened_at=after(start))
        case = service_cases.open_case(opening=opening, doing=doing(start)).case
        say(case, "TO_MEMBER", start + 10 + start)
        service_case_steps.resolve(case_id=case.pk, doing=doing(start + 100))
        service_case_steps.rate(case_id=case.pk, satisfaction=4, doing=doing(start + 100))
    service_cases.open_case(opening=replace(OPENING, opened_at=after(120)), doing=doing(120))

    figures = selectors.figures(since=NOW, until=after(120), scope=Scope())

    assert (figures.opened_count, figures.answered_in_time_count) == (2, 1)
    assert figures.average_first_response_seconds == (10 + 70) * 60 // 2
    assert figures.average_resolution_seconds == 6_000
    assert figures.average_satisfaction == 4
    only = selectors.figures(since=after(120), until=after(121), scope=Scope())
    assert (only.opened_count, only.average_first_response_seconds) == (1, None)


def test_overdue_are_those_without_an_answer_after_their_time(case):
    cases = ServiceCase.objects.all()

    assert not selectors.overdue(cases, at=after(60)).exists()
    assert selectors.overdue(cases, at=after(61)).get() == case
    say(case, "TO_MEMBER", 62)
    assert not selectors.overdue(cases, at=after(63)).exists()


def test_what_people_wrote_is_sealed(case):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(encode(subject, 'escape'), ' ') FROM members_servicecase"
            " UNION ALL SELECT string_agg(encode(text, 'escape'), ' ') FROM members_casemessage"
        )
        kept = " ".join(row[0] for row in cursor.fetchall())

    assert "Parcel" not in kept
    assert "Where" not in kept


def test_after_a_merge_the_survivor_s_case_reads_as_before(case, alice):
    bob = world.register(world.BOB)
    merges.merge(survivor_id=bob.pk, retired_id=alice.pk, at=after(5))

    case = ServiceCase.objects.get()
    assert (case.member_id, case.subject) == (bob.pk, "Parcel lost")
    assert [one.text for one in selectors.conversation(case=case)] == ["Where is it?"]
    say(case, "TO_MEMBER", 9)
    assert CaseMessage.objects.latest("pk").member_id == bob.pk


def test_an_erased_member_s_case_names_no_order(case, alice):
    ServiceCase.objects.update(order_reference="SH01-42")
    erasing = Erasing(member_ids=(alice.pk,), actor_id=None, at=after(5))

    assert service_case_privacy.erase(erasing) == {"members_servicecase": 1}
    assert service_case_privacy.erase(erasing) == {"members_servicecase": 0}
    assert ServiceCase.objects.get().order_reference == ""


def test_the_export_tells_cases_and_what_was_said(case, alice):
    say(case, "TO_MEMBER", 4, text="On its way")

    (row,) = service_case_privacy.exported([alice.pk], NOW)
    said = list(service_case_privacy.exported_messages([alice.pk], NOW))

    assert set(row) == set(service_case_privacy.COLUMNS)
    assert (row["subject"], row["state"]) == ("Parcel lost", "ANSWERED")
    assert [one["text"] for one in said] == ["Where is it?", "On its way"]
