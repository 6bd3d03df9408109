"""A restore brings back whom an erasure had removed: every card of the person goes again."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from members.models import Erasure, Identity, Member, MemberKey, PrivacyRequest
from members.services import erasure_replays, merge_undos, merges
from tests import world
from tests.privacy import cases

pytestmark = pytest.mark.django_db
NOW = world.NOW


def line(member, *cards):
    row = {
        "erasure": "019cad21-0000-7000-8000-000000000001",
        "member": str(member),
        "erased_at": "2026-03-01T08:00:00+00:00",
    }
    return row | ({"cards": [str(card) for card in cards]} if cards else {})


@pytest.fixture
def replay(tmp_path):
    def run(*lines):
        log = tmp_path / "erasures.jsonl"
        log.write_text("\n".join(map(json.dumps, lines)) + "\n")
        out = StringIO()
        call_command("replay_erasures", "--from", str(log), stdout=out)
        return out.getvalue().strip()

    return run


def states():
    return dict(Member.objects.values_list("pk", "state"))


def test_the_log_names_the_cards_that_had_been_merged(alice, bob, staff):
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)
    erasure = cases.erase(alice, staff)
    out = StringIO()

    call_command("replay_erasures", "--log", stdout=out)

    assert json.loads(out.getvalue()) == {
        "erasure": str(erasure.uid),
        "member": str(alice.uid),
        "cards": [str(bob.uid)],
        "erased_at": NOW.isoformat(),
    }


def test_cards_that_the_backup_knows_apart_are_erased_both(alice, bob, replay):
    charlie = world.register(world.CHARLIE)
    told = line(alice.uid, bob.uid)

    assert replay(told) == "1 erasures in the log, 1 members erased again."

    assert states() == {alice.pk: "ERASED", bob.pk: "ERASED", charlie.pk: "ACTIVE"}
    assert Identity.objects.exclude(member=charlie).count() == 0
    assert MemberKey.objects.filter(wrapped=None).count() == 2
    assert Erasure.objects.get(member_uid=alice.uid).uid == erasure_replays.UUID(told["erasure"])
    # Apart, each has a line of its own in the next log.
    assert [(one.member, one.cards) for one in erasure_replays.log()] == [
        (alice.uid, ()), (bob.uid, ()),
    ]  # fmt: skip
    assert replay(told) == "1 erasures in the log, 0 members erased again."


def test_a_card_older_than_the_member_that_took_it_over_goes_too(bob, replay):
    unknown = "019cad21-0000-7000-8000-00000000dead"

    assert replay(line(unknown, bob.uid)) == "1 erasures in the log, 1 members erased again."

    assert states() == {bob.pk: "ERASED"}


def test_a_card_that_is_merged_into_somebody_else_in_the_backup_is_parted_first(alice, bob, replay):
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)

    assert replay(line(bob.uid)) == "1 erasures in the log, 1 members erased again."

    assert states() == {alice.pk: "ACTIVE", bob.pk: "ERASED"}
    assert {one.value for one in Identity.objects.filter(kind="PHONE")} == {"+8613800138000"}
    assert Identity.objects.filter(member=bob).count() == 0


def test_what_can_t_be_done_keeps_nobody_else_here(alice, bob, replay):
    charlie = world.register(world.CHARLIE)
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)
    Member.objects.filter(pk=alice.pk).update(version=99)
    second = line(charlie.uid) | {"erasure": "019cad21-0000-7000-8000-000000000002"}

    with pytest.raises(CommandError, match="019cad21-0000-7000-8000-000000000001"):
        replay(line(bob.uid), second)

    assert states() == {alice.pk: "ACTIVE", bob.pk: "MERGED", charlie.pk: "ERASED"}


def test_a_request_of_a_card_that_was_merged_since_erases_the_person(alice, bob, staff):
    """Bob asked; then it was found that Bob is Alice."""
    asked = cases.asked(bob, "DELETION")
    cases.asked(alice, "DELETION")
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)

    erasure = cases.let_happen(asked, staff)

    assert (erasure.member_uid, erasure.request) == (alice.uid, asked)
    assert states() == {alice.pk: "ERASED", bob.pk: "MERGED"}
    # The other card's wish came true too.
    assert set(PrivacyRequest.objects.values_list("state", "closed_at")) == {("DONE", NOW)}


def test_other_requests_of_a_card_that_was_merged_since_are_the_survivor_s(alice, bob):
    asked = cases.asked(bob, "RESTRICTION")
    right = cases.asked(bob, "CORRECTION", details={"name": "Bobby"})
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)

    cases.carry_out(right)
    cases.carry_out(asked)

    survivor = Member.objects.get(pk=alice.pk)
    assert (survivor.name, survivor.state) == ("Bobby", "RESTRICTED")


def test_a_parted_card_s_erasure_empties_what_was_said_of_the_merge(alice, bob, staff):
    why = "张三 13900139000 is the same"
    merges_asked = cases.merge(alice, bob, staff, reason=why)
    merge_undos.undo(merge_id=merges_asked.pk, at=NOW)
    refused = cases.ask_merge(alice, bob, staff, reason=why)
    cases.reject(refused, staff[1], note=why)
    card = bob.card_number

    cases.erase(bob, staff)

    assert cases.texts_of_approvals() == {"asked by letter", ""}
    assert not any(card in one for one in cases.summaries_of_approvals())
    assert cases.texts_of_trails() & {why} == set()
    assert Member.objects.get(pk=alice.pk).state == "ACTIVE"
