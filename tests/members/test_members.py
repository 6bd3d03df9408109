"""Members are registered once, found by whatever they go by, and changed with a version."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from members.errors import IdentityConflict, VersionConflict
from members.models import Consent, Event, Identity, Member, MemberKey
from members.rules import cards
from members.sealing import normalize
from members.selectors import members as selectors
from members.services import members
from members.services.attributions import UnknownReferrer, UnknownStore
from members.services.identities import IdentityClaim, InvalidIdentity
from tests import world
from tests.parallel import at_once

pytestmark = pytest.mark.django_db
SPELLINGS = (
    "13800138000",
    "138 0013 8000",
    "+86-138-0013-8000",
    "１３８００１３８０００",
    "008613800138000",
)


def phone(text, **options):
    return members.Registration(identities=(IdentityClaim("PHONE", text),), **options)


def everything():
    models = (Member, MemberKey, Identity, Consent, Event)
    return [model.objects.count() for model in models]


def test_a_new_member_gets_a_card_a_key_and_an_event(shop):
    registered = members.register(registration=world.ALICE, at=world.NOW)

    member = Member.objects.get()
    assert registered == members.Registered(member, is_new=True)
    assert cards.is_valid(member.card_number)
    assert (member.name, member.birthday) == ("张爱丽", date(1990, 5, 17))
    assert (member.birthday_md, member.birth_band) == (517, 1990)
    assert (member.channel.code, member.store.code, member.guide) == ("pos", "SH01", "g-12")
    assert {one.kind: one.value for one in member.identities.all()} == {
        "CARD": member.card_number,
        "PHONE": "+8613800138000",
        "EMAIL": "alice@example.org",
    }
    assert member.identities.get(kind="PHONE").verified_at == world.NOW
    assert member.identities.get(kind="EMAIL").verified_at is None
    event = Event.objects.get(type="members.member.registered")
    assert event.payload == {
        "member": str(member.uid),
        "channel": "pos",
        "store": "SH01",
        "placement": "counter",
    }


def test_registration_takes_twelve_statements_a_known_member_one(shop, django_assert_num_queries):
    members.register(registration=world.BOB, at=world.NOW)
    # Six of this app, one that asks since when birthdays count, three that open the account, one
    # that takes over what a guest used, one that has the days' figures hear of it; two more are the
    # test's savepoint.
    with django_assert_num_queries(12 + 2):
        members.register(registration=world.ALICE, at=world.NOW)

    with django_assert_num_queries(1 + 2):
        members.register(registration=world.ALICE, at=world.NOW)


@pytest.mark.parametrize("spelled", SPELLINGS)
def test_one_phone_is_one_member_however_it_is_spelled(alice, spelled):
    before = everything()

    registered = members.register(registration=phone(spelled), at=world.NOW)

    assert registered == members.Registered(alice, is_new=False)
    assert everything() == before


def test_a_known_member_gets_what_is_new_and_keeps_the_profile(alice):
    sent = replace(
        phone("13800138000", name="Somebody Else", consents=world.yes("SMS")),
        identities=(
            IdentityClaim("PHONE", "13800138000"),
            IdentityClaim("WECHAT_OPENID", "oABC", issuer="wx1"),
        ),
    )

    members.register(registration=sent, at=world.NOW)

    alice = Member.objects.get()
    assert alice.name == "张爱丽"
    assert alice.identities.count() == 4
    assert alice.consents.get().medium == "SMS"
    assert selectors.find(kind="WECHAT_OPENID", value="oABC", issuer="wx1") == alice
    assert selectors.find(kind="WECHAT_OPENID", value="oABC", issuer="wx2") is None


def test_identities_of_two_members_are_refused_and_nothing_changes(alice, bob):
    before = everything()
    both = replace(
        world.CHARLIE,
        identities=(
            IdentityClaim("PHONE", world.ALICE_PHONE),
            IdentityClaim("PHONE", world.BOB_PHONE),
            IdentityClaim("EMAIL", "new@example.org"),
        ),
    )

    with pytest.raises(IdentityConflict):
        members.register(registration=both, at=world.NOW)

    assert everything() == before


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (phone("138"), InvalidIdentity),
        (phone("13600136000", store="XX99"), UnknownStore),
        (phone("13600136000", referrer="01890000-0000-7000-8000-000000000000"), UnknownReferrer),
    ],
)
def test_a_refused_registration_writes_nothing(shop, sent, error):
    with pytest.raises(error):
        members.register(registration=sent, at=world.NOW)

    assert everything() == [0, 0, 0, 0, 0]


def test_a_card_that_was_printed_elsewhere_is_kept(shop):
    card = IdentityClaim("CARD", "vip 0007-1234")

    registered = members.register(
        registration=members.Registration(identities=(card,)), at=world.NOW
    )

    assert registered.member.card_number == "VIP00071234"
    assert selectors.find(kind="CARD", value="VIP-0007-1234") == registered.member


def test_an_issued_number_that_is_a_printed_card_already_is_passed_over(alice):
    following = cards.make(int(alice.card_number[2:-1]) + 1)
    members.register(
        registration=members.Registration(identities=(IdentityClaim("CARD", following),)),
        at=world.NOW,
    )

    registered = members.register(registration=world.BOB, at=world.NOW)

    assert registered.is_new
    assert registered.member.card_number == cards.make(int(alice.card_number[2:-1]) + 2)


def test_a_batch_knows_its_own_members(shop):
    batch = [phone("13600136000"), phone("13600136001"), phone("+86 136 0013 6000")]

    first, second, third = members.register_many(registrations=batch, at=world.NOW)

    assert [first.is_new, second.is_new, third.is_new] == [True, True, False]
    assert third.member == first.member != second.member


def test_a_batch_takes_as_many_statements_as_one(shop, django_assert_max_num_queries):
    members.register(registration=world.BOB, at=world.NOW)
    batch = [phone(f"1360013{number:04d}") for number in range(50)]
    with django_assert_max_num_queries(11 + 2):
        registered = members.register_many(registrations=batch, at=world.NOW)

    assert len({one.member.pk for one in registered}) == 50


@pytest.mark.django_db(transaction=True)
def test_twenty_parallel_registrations_of_one_phone_are_one_member(shop):
    spellings = [SPELLINGS[number % len(SPELLINGS)] for number in range(20)]

    answers = at_once(
        *(
            lambda text=text: members.register(registration=phone(text), at=world.NOW)
            for text in spellings
        )
    )

    assert [type(answer) for answer in answers] == [members.Registered] * 20
    assert sum(answer.is_new for answer in answers) == 1
    assert len({answer.member.pk for answer in answers}) == 1
    assert (Member.objects.count(), MemberKey.objects.count()) == (1, 1)
    assert Identity.objects.count() == 2
    assert Event.objects.filter(type="members.member.registered").count() == 1


@pytest.mark.django_db(transaction=True)
def test_parallel_batches_in_opposite_order_do_not_deadlock(shop):
    batch = [phone(f"1360013{number:04d}") for number in range(30)]

    answers = at_once(
        *(
            lambda some=some: members.register_many(registrations=some, at=world.NOW)
            for some in (batch, batch[::-1], batch, batch[::-1])
        )
    )

    assert [type(answer) for answer in answers] == [list] * 4
    assert Member.objects.count() == 30


def test_a_change_raises_the_version_and_tells_the_fields(alice):
    changed = members.update(
        member_id=alice.pk,
        changes={"name": "王爱丽", "gender": "FEMALE"},
        at=world.NOW,
        expected_version=1,
    )

    assert (changed.name, changed.version) == ("王爱丽", 2)
    assert selectors.lookup(text="王") == [alice]
    assert selectors.lookup(text="张") == []
    event = Event.objects.get(type="members.member.changed")
    assert event.payload["fields"] == ["name"]


def test_a_change_to_what_already_is_changes_nothing(alice):
    before = everything()

    same = members.update(member_id=alice.pk, changes={"name": "张爱丽"}, at=world.NOW)

    assert (same.version, everything()) == (1, before)


def test_a_change_of_an_old_version_is_refused(alice):
    with pytest.raises(VersionConflict):
        members.update(member_id=alice.pk, changes={"name": "x"}, at=world.NOW, expected_version=2)

    assert Member.objects.get().name == "张爱丽"


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.sampled_from([" ", "-", "", " ", "　"]), min_size=10, max_size=10),
    st.sampled_from(["", "+86", "0086", "+86 "]),
    st.booleans(),
)
def test_any_spelling_of_a_phone_is_one_phone(separators, prefix, is_wide):
    digits = "13800138000"
    text = prefix + digits[0] + "".join(map("".join, zip(separators, digits[1:], strict=True)))
    if is_wide:
        text = text.translate({ord("0") + n: ord("０") + n for n in range(10)})

    assert normalize.identity("PHONE", text) == "+8613800138000"
