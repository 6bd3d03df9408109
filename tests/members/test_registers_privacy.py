"""What the registers do when a member is merged, erased or exported."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from members.models import GuardianConsent
from members.registry import privacy
from members.registry.privacy import Erasing
from members.selectors import guardians as guardian_selectors
from members.selectors import legal_holds as hold_selectors
from members.services import guardians, legal_holds, merges
from members.services.guardians import Guardian
from tests import world

pytestmark = pytest.mark.django_db
MOTHER = Guardian(name="张妈妈", phone="13500135000", verified_how="ID_SEEN")
BORN = date(2015, 5, 17)


@pytest.fixture
def children(shop):
    alice = world.register(replace(world.ALICE, birthday=BORN))
    bob = world.register(replace(world.BOB, birthday=BORN))
    return alice, bob


def agreed(member, at=world.NOW, name="张妈妈"):
    return guardians.record(member_id=member.pk, guardian=replace(MOTHER, name=name), at=at)


def test_a_parent_s_consent_goes_with_the_card_and_still_opens(children):
    alice, bob = children
    agreed(bob)

    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=world.NOW)

    held = guardian_selectors.current(member_id=alice.pk)
    assert (held.name, held.phone) == ("张妈妈", "13500135000")


def test_of_two_parents_consents_the_survivor_s_holds(children):
    alice, bob = children
    agreed(alice)
    agreed(bob, name="张爸爸")

    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=world.NOW)

    assert guardian_selectors.current(member_id=alice.pk).name == "张妈妈"
    assert GuardianConsent.objects.filter(member=alice).count() == 2


def test_a_hold_on_one_card_holds_the_person(children):
    alice, bob = children
    staff = world.operator("wei", role="dpo")
    legal_holds.place(member_id=bob.pk, reason="x", actor_id=staff.pk, at=world.NOW)
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=world.NOW)

    assert hold_selectors.held() == {alice.pk, bob.pk}
    assert hold_selectors.is_held(member_id=alice.pk)
    ended = legal_holds.end(
        member_id=alice.pk, reason="settled", actor_id=staff.pk, at=world.NOW + timedelta(days=1)
    )
    assert ended == 1
    assert hold_selectors.held() == frozenset()


def test_an_erasure_empties_what_was_written_of_parents_and_bears_a_repeat(children):
    alice, _ = children
    agreed(alice)
    step = privacy.ERASURE_STEPS["members.registers"]
    erasing = Erasing(member_ids=(alice.pk,), actor_id=None, at=world.NOW)

    assert step.run(erasing)["members_guardianconsent"] == 1
    assert step.run(erasing)["members_guardianconsent"] == 0
    row = GuardianConsent.objects.get()
    assert (row.name, row.phone, row.verified_how, row.ended_at) == ("", "", "", world.NOW)


def test_the_package_tells_who_agreed_and_who_got_data(children):
    alice, _ = children
    agreed(alice)
    for code in ("guardians", "disclosures", "measures"):
        section = privacy.EXPORT_SECTIONS[code]
        rows = list(section.rows([alice.pk], world.NOW))
        assert all(set(row) == set(section.columns) for row in rows)
        assert len(rows) == (1 if code == "guardians" else 0)
