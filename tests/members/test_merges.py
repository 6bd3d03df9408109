"""What is written for a card that was merged a moment ago is never lost on the card."""

import pytest

from members.errors import MemberMerged
from members.models import Consent, Event, Identity, Member, MemberTag, Tag
from members.services import consents, members, merges, tags
from members.services.consents import ConsentGiven, Occasion
from tests import world
from tests.world import NOW

pytestmark = pytest.mark.django_db
OCCASION = Occasion(occurred_at=NOW, source="app")
NO = ConsentGiven("MARKETING", "SMS", False, "1")


@pytest.fixture
def stale(alice, bob):
    """Bob as somebody read him right before he became Alice."""
    read = Member.objects.get(pk=bob.pk)
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)
    return read


def test_a_withdrawal_on_a_card_that_was_merged_meanwhile_is_asked_for_again(stale):
    count = Event.objects.count()

    with pytest.raises(MemberMerged):
        consents.record(member=stale, given=[NO], occasion=OCCASION, at=NOW)

    assert (Consent.objects.count(), Event.objects.count()) == (0, count)


def test_a_tag_or_a_changed_profile_is_asked_for_again(stale):
    Tag.objects.create(code="vip", name_en="VIP")

    with pytest.raises(MemberMerged):
        tags.give(members=[stale], code="vip", at=NOW)
    with pytest.raises(MemberMerged):
        members.update(member_id=stale.pk, changes={"name": "Bobby"}, at=NOW)

    assert not MemberTag.objects.exists()
    assert Member.objects.get(pk=stale.pk).name == stale.name


def test_who_registers_again_with_the_old_phone_tells_the_survivor(stale, alice):
    members.register(
        registration=members.Registration(identities=world.BOB.identities, consents=(NO,)), at=NOW
    )

    assert [(row.member_id, row.is_granted) for row in Consent.objects.all()] == [(alice.pk, False)]
    assert not Identity.objects.filter(member=stale).exists()
