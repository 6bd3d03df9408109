"""Channels register, find and change members."""

import pytest

from members.models import AuditRecord, Channel, Event, Identity, Member, Tag
from members.rules import cards
from tests import world

pytestmark = pytest.mark.django_db
JOIN = {"identities": [{"type": "phone", "value": "138 0013 8000"}], "name": "张爱丽"}


def test_a_new_member_is_201_with_a_card_and_masked_data(shop):
    till = world.till(source="shop", scopes=["members:write"])

    answer = till.post("members", {**JOIN, "store": "SH01"})

    assert answer.status_code == 201
    shown = answer.json()
    assert cards.is_valid(shown["card_number"])
    assert (shown["name"], shown["channel"], shown["store"]) == ("张*", "pos", "SH01")
    assert [(one["type"], one["value"]) for one in shown["identities"]] == [
        ("card", shown["card_number"]),
        ("phone", "138****8000"),
    ]
    member = Member.objects.get()
    assert (member.name, str(member.uid)) == ("张爱丽", shown["id"])
    assert member.channel == Channel.objects.get(code="pos")


def test_the_same_person_is_200_with_the_same_id(till):
    first = till.post("members", JOIN)

    again = till.post("members", {"identities": [{"type": "phone", "value": "+86-138-0013-8000"}]})

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert Member.objects.count() == 1


def test_identities_of_two_members_are_409_and_change_nothing(till, alice, bob):
    identities = Identity.objects.count()

    answer = till.post(
        "members",
        {
            "identities": [
                {"type": "phone", "value": world.ALICE_PHONE},
                {"type": "phone", "value": world.BOB_PHONE},
                {"type": "email", "value": "new@example.org"},
            ]
        },
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "identity_conflict")
    assert Identity.objects.count() == identities


def test_a_client_of_one_store_does_not_register_for_another(shop):
    till = world.till(store_codes=["SH01"])

    answer = till.post("members", {**JOIN, "store": "BJ01"})

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_store")
    assert not Member.objects.exists()
    assert till.post("members", {**JOIN, "store": "SH01"}).status_code == 201


@pytest.mark.parametrize("spelled", ["13800138000", "+86 138-0013-8000", "１３８００１３８０００"])
def test_a_lookup_finds_a_phone_however_it_is_spelled(till, alice, spelled):
    answer = till.post("members/lookup", {"type": "phone", "value": spelled})

    assert answer.status_code == 200
    assert answer.json()["id"] == str(alice.uid)


def test_a_lookup_takes_one_query_and_one_more_each_for_a_new_token_and_the_hour_s_trail(
    till, alice, django_assert_num_queries
):
    body = {"type": "phone", "value": world.ALICE_PHONE}
    with django_assert_num_queries(3):
        till.post("members/lookup", body)
    with django_assert_num_queries(1):
        answer = till.post("members/lookup", body)

    assert answer.json()["name"] == "张爱丽"
    read = AuditRecord.objects.get(action="members.member.read_in_clear")
    assert (read.client_id, read.member_id) == (till.client.pk, alice.pk)
    assert read.request_id


def test_a_lookup_of_nobody_and_of_no_phone_are_404(till, alice):
    unknown = till.post("members/lookup", {"type": "phone", "value": world.BOB_PHONE})
    garbled = till.post("members/lookup", {"type": "phone", "value": "a phone"})

    assert (unknown.status_code, garbled.status_code) == (404, 404)
    assert unknown.json() | {"request_id": ""} == garbled.json() | {"request_id": ""}


def test_personal_data_is_masked_without_the_scope_for_it(till, alice):
    narrow = world.till(source="screen", scopes=["members:read"])

    clear, masked = till.get(f"members/{alice.uid}"), narrow.get(f"members/{alice.uid}")

    assert (clear.json()["name"], masked.json()["name"]) == ("张爱丽", "张*")
    assert (clear.json()["birthday"], masked.json()["birthday"]) == ("1990-05-17", "****-**-**")
    for personal in (world.ALICE_PHONE, "张爱丽", "alice@example.org", "1990"):
        assert personal not in masked.content.decode()
    values = {one["type"]: one["value"] for one in masked.json()["identities"]}
    assert (values["phone"], values["email"]) == ("138****8000", "a***@e…")


def test_a_merged_member_is_answered_by_the_survivor(till, alice, bob):
    bob.state, bob.merged_into = Member.State.MERGED, alice
    bob.save(update_fields=["state", "merged_into"])

    answer = till.get(f"members/{bob.uid}")

    assert answer.json()["id"] == str(alice.uid)


def test_a_change_needs_the_etag_that_was_read(till, alice):
    path = f"members/{alice.uid}"
    etag = till.get(path).headers["ETag"]

    without = till.patch(path, {"name": "王爱丽"})
    changed = till.patch(path, {"name": "王爱丽", "birthday": None}, If_Match=etag)
    late = till.patch(path, {"name": "李爱丽"}, If_Match=etag)
    endless = till.patch(path, {"name": "李爱丽"}, If_Match=f'"{"9" * 5_000}"')

    answers = (without, changed, late, endless)
    assert [answer.status_code for answer in answers] == [428, 200, 412, 412]
    assert (changed.json()["name"], changed.json()["birthday"]) == ("王爱丽", None)
    assert (etag, changed.headers["ETag"]) == ('"1"', '"2"')
    alice = Member.objects.get(pk=alice.pk)
    assert (alice.name, alice.version) == ("王爱丽", 2)
    told = Event.objects.filter(type="members.member.changed").get()
    assert told.payload == {"member": str(alice.uid), "fields": ["name", "birthday"]}


def test_consents_are_appended_and_the_last_one_counts(till, alice):
    def say(is_granted):
        answer = {"purpose": "marketing", "medium": "sms", "policy_version": "7"}
        body = {"consents": [{**answer, "is_granted": is_granted}]}
        return till.post(f"members/{alice.uid}/consents", body)

    yes, no = say(True), say(False)

    assert (yes.status_code, no.status_code) == (201, 201)
    (now,) = no.json()["consents"]
    assert (now["medium"], now["is_granted"], now["policy_version"]) == ("sms", False, "7")
    assert alice.consents.count() == 2


def test_tags_are_given_and_taken_and_unknown_ones_change_nothing(till, alice):
    Tag.objects.bulk_create([Tag(code="vip", name_en="VIP"), Tag(code="new", name_en="New")])
    path = f"members/{alice.uid}/tags"

    given = till.post(path, {"give": ["vip", "new"]})
    taken = till.post(path, {"take": ["new"], "give": ["vip"]})
    unknown = till.post(path, {"take": ["vip"], "give": ["nope"]})

    assert given.json() == {"tags": ["new", "vip"]}
    assert taken.json() == {"tags": ["vip"]}
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_tag")
    assert [row.tag.code for row in alice.member_tags.all()] == ["vip"]


def test_metadata_holds_fifty_pairs_of_text(till):
    pairs = {f"k{number}": "v" for number in range(50)}

    fits = till.post("members", {**JOIN, "metadata": pairs})
    too_many = till.post("members", {**JOIN, "metadata": {**pairs, "k50": "v"}})
    no_text = till.post("members", {**JOIN, "metadata": {"k": 1}})

    assert [fits.status_code, too_many.status_code, no_text.status_code] == [201, 422, 422]
    assert Member.objects.get().metadata == pairs
