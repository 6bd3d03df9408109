"""A parent agrees for a minor; until then what the minor allowed doesn't count."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from campaigns.selectors.reach import reach_of
from members.models import AuditRecord, Event, GuardianConsent, Member
from members.selectors import guardians as selectors
from members.services import guardians
from members.services.guardians import Guardian, GuardianUnnamed, NoGuardianConsent, NotAMinor
from tests import world

pytestmark = pytest.mark.django_db
MOTHER = Guardian(name="张妈妈", phone="13500135000", verified_how="at the counter")
ASKED = ("MARKETING", "SMS")


@pytest.fixture
def child(shop):
    """Comes of age on 3 March 2026, the day after NOW."""
    told = replace(world.ALICE, birthday=date(2012, 3, 3), consents=world.yes("SMS"))
    return world.register(told)


def unguarded(member, at=world.NOW):
    reach = reach_of(member_ids=[member.pk], asked=[ASKED], at=at)[member.pk]
    assert reach.has_consent(purpose="MARKETING", medium="SMS")
    assert not reach.needs_guardian(purpose="SERVICE")
    return reach.needs_guardian(purpose="MARKETING")


def test_a_minor_s_consent_counts_once_a_parent_agreed_and_until_it_is_taken_back(child):
    assert unguarded(child)

    guardians.record(member_id=child.pk, guardian=MOTHER, at=world.NOW)
    assert not unguarded(child)

    guardians.end(member_id=child.pk, at=world.NOW)
    assert unguarded(child)


def test_on_the_day_they_come_of_age_the_need_ends_by_itself(child):
    # Midnight in Shanghai is 16:00 of the day before in UTC.
    midnight = world.NOW.replace(hour=16)

    assert unguarded(child, midnight - timedelta(microseconds=1))
    assert not unguarded(child, midnight)


def test_who_agreed_is_sealed_and_nowhere_else(child):
    guardians.record(member_id=child.pk, guardian=MOTHER, at=world.NOW)

    row = GuardianConsent.objects.get()
    assert (row.name, row.phone) == ("张妈妈", "13500135000")
    told = [str(event.payload) for event in Event.objects.all()]
    told += [f"{one.details}{one.reason}" for one in AuditRecord.objects.all()]
    assert not any("张妈妈" in text or "13500135000" in text for text in told)


def test_a_new_consent_ends_the_one_before(child):
    guardians.record(member_id=child.pk, guardian=MOTHER, at=world.NOW)
    father = replace(MOTHER, name="张爸爸")
    guardians.record(member_id=child.pk, guardian=father, at=world.NOW + timedelta(hours=1))

    rows = GuardianConsent.objects.order_by("pk")
    assert [row.ended_at is None for row in rows] == [False, True]
    assert selectors.current(member_id=child.pk).name == "张爸爸"


def test_nobody_agrees_for_a_member_of_age(shop):
    alice = world.register(world.ALICE)

    with pytest.raises(NotAMinor):
        guardians.record(member_id=alice.pk, guardian=MOTHER, at=world.NOW)
    assert not GuardianConsent.objects.exists()


def test_who_agreed_and_how_it_was_checked_must_be_said(child):
    for unsaid in (replace(MOTHER, name=" "), replace(MOTHER, verified_how="")):
        with pytest.raises(GuardianUnnamed):
            guardians.record(member_id=child.pk, guardian=unsaid, at=world.NOW)
    assert not GuardianConsent.objects.exists()


def test_what_nobody_agreed_to_can_t_be_taken_back(child):
    with pytest.raises(NoGuardianConsent):
        guardians.end(member_id=child.pk, at=world.NOW)


def test_adults_cost_no_query(shop, django_assert_num_queries):
    world.register(world.ALICE)
    world.register(world.BOB)
    members = list(Member.objects.all())

    with django_assert_num_queries(0):
        assert selectors.needing(members=members, at=world.NOW) == set()
