"""No row is a no; the last row counts; nothing is ever taken back from the record."""

import pytest
from django.db import ProgrammingError, transaction

from members.models import Consent, Event
from members.selectors import consents as selectors
from members.services import consents
from members.services.consents import ConsentGiven, Occasion, UnknownConsent
from tests import world

pytestmark = pytest.mark.django_db
AT_THE_TILL = Occasion(occurred_at=world.NOW, source="till")


def say(member, is_granted, medium="SMS", purpose="MARKETING"):
    given = [ConsentGiven(purpose, medium, is_granted, "2026-01")]
    return consents.record(member=member, given=given, occasion=AT_THE_TILL, at=world.NOW)


def may(member, medium="SMS", purpose="MARKETING"):
    return selectors.is_granted(member_id=member.pk, purpose=purpose, medium=medium)


def test_without_a_row_there_is_no_consent(alice):
    assert may(alice) is False
    assert selectors.current(member_id=alice.pk) == []


def test_the_last_answer_counts_per_purpose_and_medium(alice):
    say(alice, True)
    say(alice, True, medium="EMAIL")
    say(alice, False)

    assert [may(alice), may(alice, "EMAIL"), may(alice, "EMAIL", "SERVICE")] == [False, True, False]
    current = selectors.current(member_id=alice.pk)
    assert [(row.medium, row.is_granted) for row in current] == [("EMAIL", True), ("SMS", False)]


def test_each_answer_is_told_as_an_event(alice):
    say(alice, True)

    event = Event.objects.get(type="members.consent.recorded")
    assert event.payload == {
        "member": str(alice.uid),
        "purpose": "MARKETING",
        "medium": "SMS",
        "is_granted": True,
    }


def test_an_audience_is_asked_with_one_query(alice, bob, django_assert_num_queries):
    say(alice, True)
    say(bob, True)
    say(bob, False)

    with django_assert_num_queries(1):
        granting = selectors.granting(
            member_ids=[alice.pk, bob.pk], purpose="MARKETING", medium="SMS"
        )

    assert granting == {alice.pk}


def test_an_unknown_purpose_is_refused_and_nothing_recorded(alice):
    with pytest.raises(UnknownConsent):
        say(alice, True, purpose="GOSSIP")

    assert not Consent.objects.exists()


def test_the_database_refuses_even_its_owner_to_change_or_delete_an_answer(alice, as_owner):
    (row,) = say(alice, True)

    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        Consent.objects.filter(pk=row.pk).update(is_granted=False)
    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        Consent.objects.filter(pk=row.pk).delete()
    assert may(alice) is True
