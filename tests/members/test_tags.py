"""Tags go on and off, once each, and every change is told."""

import pytest

from members.models import Event, MemberTag, Tag
from members.selectors import tags as selectors
from members.services import tags
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def vip(shop):
    return Tag.objects.create(code="vip", name_en="VIP")


def told():
    return list(
        Event.objects.filter(type__startswith="members.tag")
        .order_by("pk")
        .values_list("type", flat=True)
    )


def test_a_tag_is_borne_once_however_often_it_is_given(vip, alice, bob):
    assert tags.give(members=[alice], code="vip", at=world.NOW) == 1
    assert tags.give(members=[alice, bob], code="vip", at=world.NOW) == 1

    assert MemberTag.objects.count() == 2
    assert selectors.borne_by(member_id=alice.pk) == [vip]
    assert told() == ["members.tag.given"] * 2


def test_a_tag_is_taken_from_those_who_bear_it(vip, alice, bob):
    tags.give(members=[alice], code="vip", at=world.NOW)

    assert tags.take(members=[alice, bob], code="vip", at=world.NOW) == 1

    assert not MemberTag.objects.exists()
    assert told() == ["members.tag.given", "members.tag.taken"]


def test_an_unknown_tag_is_refused_and_the_others_stay_as_they_were(vip, alice):
    with pytest.raises(tags.UnknownTag):
        tags.change(member=alice, give_codes=["vip", "nope"], at=world.NOW)

    assert not MemberTag.objects.exists()
