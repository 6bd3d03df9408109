"""The inbox of service cases, a case as a conversation, and notes, as staff see them."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.models import CaseMessage, MemberNote, ServiceCase, ServiceTopic, Store
from members.sealing import masking
from members.services import notes, service_cases, service_topics
from members.services.notes import Writing
from members.services.service_case_changes import Doing
from members.services.service_cases import CaseOpening
from tests import world
from tests.console import staff

pytestmark = pytest.mark.django_db
CASES = "/console/members/servicecase/"


@pytest.fixture
def topics(shop):
    service_topics.set_up()


def opened(member, store, subject="Parcel lost", minutes=0):
    opening = CaseOpening(
        topic="delivery",
        medium="CHAT",
        subject=subject,
        text="Where is it?",
        member_id=member.pk,
        store_id=Store.objects.get(code=store).pk,
    )
    at = world.NOW + timedelta(minutes=minutes)
    return service_cases.open_case(opening=opening, doing=Doing(at=at)).case


@pytest.fixture
def case(topics, alice):
    return opened(alice, "SH01")


def sent(browser, case, act, **fields):
    version = ServiceCase.objects.get(pk=case.pk).version
    form = {"_form_submitted": "on", "submission": uuid.uuid4(), "version": version, **fields}
    return browser.post(f"{CASES}{case.pk}/{act}/", form)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_inbox_opens_within_its_queries_whatever_its_length(topics, alice, language):
    for number in range(12):
        opened(alice, "SH01", minutes=number - 90)
    service = staff.logged_in("sun", "customer_service", language=language)

    for box in ("", "mine", "unanswered", "overdue", "ongoing"):
        with CaptureQueriesContext(connection) as queries:
            shown = staff.text(service.get(f"{CASES}?box={box}" if box else CASES))
        assert len(queries) <= staff.MOST_QUERIES + 6
        assert "爱丽" not in shown


def test_the_clock_counts_down_in_words_and_says_how_long_it_is_overdue(service, topics, alice):
    opened(alice, "SH01", minutes=-18)
    opened(alice, "SH01", minutes=-140)

    assert "Answer due in 42 min" in staff.text(service.get(f"{CASES}?box=unanswered"))
    assert "Answer overdue by 1 h 20 min" in staff.text(service.get(f"{CASES}?box=overdue"))
    assert "Answer due" not in staff.text(service.get(f"{CASES}?box=overdue"))


def test_a_clerk_sees_the_cases_of_their_own_stores_only(topics, alice, bob):
    here, there = opened(alice, "SH01", "Mine"), opened(bob, "BJ01", "Theirs")
    clerk = staff.logged_in("lin", "clerk", ["SH01"])

    listed = staff.text(clerk.get(CASES))
    assert "Mine" in listed
    assert "Theirs" not in listed
    assert clerk.get(f"{CASES}{here.pk}/change/").status_code == 200
    assert clerk.get(f"{CASES}{there.pk}/change/").status_code != 200
    refused = sent(clerk, there, "reply", text="Hello")
    assert refused.status_code == 404
    assert CaseMessage.objects.filter(case=there).count() == 1


def test_a_reply_a_note_and_a_resolution_stand_in_the_conversation(service, case):
    assert "HX-Redirect" in sent(service, case, "reply", text="On its way").headers
    assert "HX-Redirect" in sent(service, case, "note", text="Called the carrier").headers
    assert "HX-Redirect" in sent(service, case, "resolve", text="It has arrived").headers

    shown = staff.text(service.get(f"{CASES}{case.pk}/change/"))
    for text in ("Where is it?", "On its way", "Called the carrier", "It has arrived"):
        assert text in shown
    case.refresh_from_db()
    assert case.state == "RESOLVED"


def test_a_form_sent_twice_replies_once(service, case):
    form = {"submission": uuid.uuid4(), "text": "On its way"}
    for _ in range(2):
        sent(service, case, "reply", **form)

    assert CaseMessage.objects.filter(kind="TO_MEMBER").count() == 1


def test_resolving_on_old_news_is_refused_in_words(service, case):
    sent(service, case, "note", text="Something new")

    shown = sent(service, case, "resolve", version=case.version)

    assert "The case changed since you read it" in staff.text(shown)
    case.refresh_from_db()
    assert case.state == "OPEN"


def test_an_auditor_sees_the_case_and_not_what_was_said(case):
    auditor = staff.logged_in("ada", "auditor")

    shown = staff.text(auditor.get(f"{CASES}{case.pk}/change/"))
    assert "Delivery" in shown
    for secret in ("Parcel", "Where is it?"):
        assert secret not in shown
        assert secret not in staff.text(auditor.get(CASES))


def test_a_case_is_opened_from_the_counter_s_card(topics, alice):
    clerk = staff.logged_in("lin", "clerk", ["SH01"])
    form = {
        "submission": uuid.uuid4(),
        "kind": "COMPLAINT",
        "medium": "STORE",
        "subject": "Button lost",
        "text": "It fell off",
        "answer": "We sew it on",
        "store": Store.objects.get(code="SH01").pk,
    }
    form["topic"] = ServiceTopic.objects.get(code="product").pk
    page = f"{CASES}add/?member={alice.uid}"

    shown = staff.text(clerk.get(page))
    assert alice.card_number in shown
    assert "爱丽" not in shown
    for _ in range(2):
        clerk.post(page, form)

    made = ServiceCase.objects.get()
    assert (made.member_id, made.subject, made.state) == (alice.pk, "Button lost", "ANSWERED")


def test_a_clerk_can_not_open_a_case_in_another_store(topics, alice):
    clerk = staff.logged_in("lin", "clerk", ["SH01"])
    form = {
        "submission": uuid.uuid4(),
        "topic": ServiceTopic.objects.get(code="product").pk,
        "kind": "QUESTION",
        "medium": "STORE",
        "subject": "Hello",
        "store": Store.objects.get(code="BJ01").pk,
    }
    shown = staff.text(clerk.post(f"{CASES}add/?member={alice.uid}", form))

    assert "is-bad" in shown
    assert not ServiceCase.objects.exists()


def test_of_another_store_s_member_a_case_is_opened_from_their_card_and_by_no_id(topics, bob):
    clerk = staff.logged_in("wang", "clerk", ["SH01"])
    blind = staff.text(clerk.get(f"{CASES}add/?member={bob.uid}"))
    served = clerk.post("/console/counter/lookup/", {"text": world.BOB_PHONE})
    page = served.context["card"].case_page
    colleague = staff.logged_in("zhao", "clerk", ["SH01"])

    assert bob.card_number not in blind
    assert masking.name(bob.name) not in blind
    assert bob.card_number in staff.text(clerk.get(page))
    assert bob.card_number not in staff.text(colleague.get(page))


def test_the_member_s_page_opens_a_case_and_lists_it(service, topics, alice):
    form = {
        "_form_submitted": "on",
        "submission": uuid.uuid4(),
        "topic": ServiceTopic.objects.get(code="points").pk,
        "kind": "QUESTION",
        "medium": "CALL",
        "subject": "Points missing",
    }
    service.post(f"{staff.MEMBERS}{alice.pk}/open-case/", form)

    assert "Points missing" in staff.text(service.get(staff.page(alice, "service")))
    assert "Asked about Points and membership" in staff.text(service.get(staff.page(alice)))


def note(member, text, *, is_pinned=True):
    author = world.operator(f"a-{uuid.uuid4().hex[:6]}")
    writing = Writing(actor_id=author.pk, at=world.NOW)
    return notes.write(member_id=member.pk, text=text, is_pinned=is_pinned, writing=writing)


def test_pinned_notes_stand_at_the_counter_for_those_with_the_right(alice):
    note(alice, "Prefers a phone call")
    note(alice, "Has two dogs", is_pinned=False)
    clerk = staff.logged_in("lin", "clerk", ["SH01"])
    analyst = staff.logged_in("ana", "analyst")
    asked = {"text": world.ALICE_PHONE}

    headers = {"X-Fragment": "1"}
    seen = staff.text(analyst.post("/console/counter/lookup/", asked, headers=headers))
    assert "Prefers" not in seen
    seen = staff.text(clerk.post("/console/counter/lookup/", asked, headers=headers))
    assert "Prefers a phone call" in seen
    assert "Has two dogs" not in seen


def test_a_note_is_written_and_taken_away_by_dialogs(service, alice):
    form = {"_form_submitted": "on", "submission": uuid.uuid4(), "text": "Allergic to wool"}
    for _ in range(2):
        service.post(f"{staff.MEMBERS}{alice.pk}/write-note/", form)
    kept = MemberNote.objects.get()
    assert kept.text == "Allergic to wool"
    assert "Allergic to wool" in staff.text(service.get(staff.page(alice, "notes")))

    form = {
        "_form_submitted": "on",
        "submission": uuid.uuid4(),
        "note": kept.pk,
        "act": "take_away",
    }
    service.post(f"{staff.MEMBERS}{alice.pk}/keep-note/", form)
    assert "Allergic" not in staff.text(service.get(staff.page(alice, "notes")))
    assert MemberNote.objects.get().ended_at == world.NOW


def test_three_notes_stand_at_the_counter_at_most(alice):
    for number in range(3):
        note(alice, f"Note {number}")

    with pytest.raises(notes.TooManyPinned):
        note(alice, "One more")
    assert MemberNote.objects.count() == 3
