"""Whoever objects is computed no more, and what was computed of them goes."""

import pytest

from members.models import Consent, Event, Measure, Member, MemberTag, Tag
from members.selectors import consents as consent_selectors
from members.services import consents, measures, profiling, tags
from members.services.consents import ConsentGiven, Occasion
from members.services.profiling import NothingToProfile
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def profiled(alice):
    for origin in Tag.Origin.values:
        Tag.objects.create(code=origin.lower(), name_en=origin, origin=origin)
        tags.give(members=[alice], code=origin.lower(), at=world.NOW)
    measures.publish(code="clv", values={alice.pk: 100}, as_of_on=world.NOW.date(), at=world.NOW)
    given = [
        ConsentGiven("PROFILING", "SMS", True, "1"),
        ConsentGiven("MARKETING", "SMS", True, "1"),
    ]
    occasion = Occasion(occurred_at=world.NOW, source="till")
    consents.record(member=alice, given=given, occasion=occasion, at=world.NOW)
    return alice


def held(member):
    borne = MemberTag.objects.filter(member=member).values_list("tag__code", flat=True)
    return set(borne), Measure.objects.filter(member=member).count()


def test_refusing_removes_measures_and_computed_tags_and_withdraws_consents(profiled):
    profiling.refuse(member_id=profiled.pk, at=world.NOW)

    assert held(profiled) == ({"hand"}, 0)
    assert not Member.objects.get(pk=profiled.pk).is_profiled
    now = {row.purpose: row.is_granted for row in consent_selectors.current(member_id=profiled.pk)}
    assert now == {"PROFILING": False, "MARKETING": True}


def test_refusing_twice_is_one_fact(profiled):
    profiling.refuse(member_id=profiled.pk, at=world.NOW)
    profiling.refuse(member_id=profiled.pk, at=world.NOW)

    assert Event.objects.filter(type="members.profiling.refused").count() == 1
    assert Consent.objects.filter(purpose="PROFILING", is_granted=False).count() == 1


def test_measures_of_who_objected_are_not_published(profiled, bob):
    profiling.refuse(member_id=profiled.pk, at=world.NOW)

    values = {profiled.pk: 5, bob.pk: 7}
    count = measures.publish(code="clv", values=values, as_of_on=world.NOW.date(), at=world.NOW)

    assert count == 1
    assert list(Measure.objects.values_list("member_id", "value")) == [(bob.pk, 7)]


def test_allowing_again_gives_no_consent_back(profiled):
    profiling.refuse(member_id=profiled.pk, at=world.NOW)
    profiling.allow(member_id=profiled.pk, at=world.NOW)

    assert Member.objects.get(pk=profiled.pk).is_profiled
    assert not consent_selectors.is_granted(
        member_id=profiled.pk, purpose="PROFILING", medium="SMS"
    )
    assert Event.objects.filter(type="members.profiling.allowed").count() == 1


def test_the_night_removes_what_a_computation_wrote_meanwhile(profiled):
    profiling.refuse(member_id=profiled.pk, at=world.NOW)
    Measure.objects.create(
        member=profiled, code="clv", value=1, as_of_on=world.NOW, updated_at=world.NOW
    )
    rule = Tag.objects.get(code="rule")
    MemberTag.objects.create(member=profiled, tag=rule, created_at=world.NOW)

    assert list(profiling.sweep(at=world.NOW)) == [1]
    assert held(profiled) == ({"hand"}, 0)
    assert list(profiling.sweep(at=world.NOW)) == []


def test_an_erased_member_is_refused(alice):
    Member.objects.filter(pk=alice.pk).update(state=Member.State.ERASED)

    with pytest.raises(NothingToProfile):
        profiling.refuse(member_id=alice.pk, at=world.NOW)
