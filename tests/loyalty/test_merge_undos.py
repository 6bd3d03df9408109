"""A merge is taken back: both cards are what they were, and the ledger is sound."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.utils.dateparse import parse_datetime

from analytics.models import MemberDay
from analytics.services import member_days
from loyalty.models import Account, Hold, LedgerEntry, Lot, Order, TierChange
from loyalty.selectors import as_of, ledger_checks
from loyalty.services import holds, points
from loyalty.services import merge_undos as loyalty_undos
from loyalty.services.documents import HoldDocument
from members.errors import NotFound
from members.models import Identity, Member, MemberMerge, MemberTag, Tag
from members.selectors import consents, members
from members.services import consents as consent_service
from members.services import members as member_service
from members.services import merge_undos, merges, tags
from members.services.consents import ConsentGiven
from members.services.merge_undos import NotUndoable
from tests.loyalty import till
from tests.loyalty.till import NOW, line

pytestmark = pytest.mark.django_db
BOB = "13900139000"
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _the_ledger_is_sound_afterwards(db):
    yield
    assert ledger_checks.findings() == []


def merge(survivor: Member, retired: Member, at: Any = NOW) -> MemberMerge:
    merges.merge(survivor_id=survivor.pk, retired_id=retired.pk, at=at, reason="one person")
    return MemberMerge.objects.latest("pk")


def undo(row: MemberMerge, at: Any = LATER) -> Member:
    return merge_undos.undo(merge_id=row.pk, at=at)


def refusal(row: MemberMerge) -> str:
    with pytest.raises(NotUndoable) as caught:
        undo(row)
    assert [one.reason for one in merge_undos.obstacles(merge_id=row.pk, at=LATER)] == [
        one["reason"] for one in caught.value.details["obstacles"]
    ]
    reason: str = caught.value.details["reason"]
    return reason


def holdings(member: Member) -> dict[str, Any]:
    """All that an account says, but the version."""
    row: dict[str, Any] = dict(Account.objects.filter(pk=member.pk).values().get())
    lots = Lot.objects.filter(member=member).order_by("pk")
    del row["version"]
    return {
        **row,
        "lots": list(lots.values_list("pk", "remaining_points", "is_open", "expires_at")),
        "orders": list(Order.objects.filter(member=member).values_list("pk", flat=True)),
        "holds": list(Hold.objects.filter(member=member).values_list("pk", "points")),
    }


def hold(points_count: int, phone: str) -> None:
    sent = {"external_id": f"h-{phone}", "member": {"type": "phone", "value": phone}}
    document = msgspec.convert({**sent, "points": points_count}, HoldDocument)
    holds.create(hold=document, source=till.TILL, at=NOW)


def owe(member: Member, phone: str) -> None:
    order = till.sell(f"debt-{phone}", line("1", 10_000), phone=phone)
    points.redeem(member_id=member.pk, points=80, key=f"x-{phone}", reason="gift", at=NOW)
    till.give_back(order, f"r-{phone}")


def test_points_lots_holds_orders_and_tier_are_what_they_were(alice, bob):
    till.sell("a-1", line("1", 10_000))
    for number in range(5):
        till.sell(f"b-{number}", line("1", 60_000), phone=BOB)
    hold(30, BOB)
    before = holdings(alice), holdings(bob)
    row = merge(alice, bob)
    assert Account.objects.get(member=alice).tier.code == "silver"
    undo(row)
    assert (holdings(alice), holdings(bob)) == before
    change = TierChange.objects.filter(member=alice).latest("pk")
    assert (change.reason, change.to_tier.code) == ("UNMERGED", "member")
    account = Account.objects.get(member=bob)
    assert account.version > 0
    till.sell("b-9", line("1", 1_000), phone=BOB)
    assert Order.objects.get(external_id="b-9").member_id == bob.pk


def test_a_debt_that_the_other_card_repaid_is_owed_again(alice, bob):
    owe(alice, "13800138000")
    till.sell("b-1", line("1", 6_000), phone=BOB)
    before = holdings(alice), holdings(bob)
    row = merge(alice, bob)
    assert till.balances(alice) == (0, 0, 20)
    undo(row)
    assert till.balances(alice) == (0, 0, 80)
    assert till.balances(bob) == (0, 60, 0)
    assert (holdings(alice), holdings(bob)) == before
    entries = LedgerEntry.objects.filter(reason="merge_undone").order_by("pk")
    assert [(one.member_id, one.kind, one.points) for one in entries] == [
        (alice.pk, "REPAY", 60),
        (alice.pk, "TRANSFER_OUT", -60),
        (bob.pk, "TRANSFER_IN", 60),
    ]


def test_sums_before_are_sums_after_and_sums_after_the_undo(alice, bob):
    owe(bob, BOB)
    till.sell("a-1", line("1", 10_000))
    before = holdings(alice), holdings(bob)
    row = merge(alice, bob)
    assert till.balances(alice) == (0, 20, 0)
    undo(row)
    assert (holdings(alice), holdings(bob)) == before
    assert till.balances(bob) == (0, 0, 80)


def test_the_same_two_can_be_merged_again_and_parted_again(alice, bob):
    till.sell("b-1", line("1", 6_000), phone=BOB)
    undo(merge(alice, bob))
    row = merge(alice, bob, LATER)
    assert till.balances(alice) == (0, 60, 0)
    undo(row, LATER + timedelta(hours=1))
    assert till.balances(bob) == (0, 60, 0)
    assert MemberMerge.objects.filter(undone_at__isnull=False).count() == 2


def test_taking_it_back_twice_changes_nothing_the_second_time(alice, bob):
    row = merge(alice, bob)
    undo(row)
    version = Account.objects.get(member=alice).version
    assert undo(row).pk == bob.pk
    assert Account.objects.get(member=alice).version == version
    with pytest.raises(NotFound):
        merge_undos.undo(merge_id=10**9, at=LATER)


def test_identities_tags_and_consents_go_back(alice, bob):
    for code in ("vip", "vegan"):
        Tag.objects.create(code=code, name_en=code, name_zh=code)
    tags.give(members=[alice, bob], code="vip", at=NOW)
    tags.give(members=[bob], code="vegan", at=NOW)
    for member, is_granted, days, medium in (
        (alice, True, 2, "SMS"),
        (bob, False, 1, "SMS"),
        (bob, True, 1, "EMAIL"),
    ):
        consent_service.record(
            member=member,
            given=[ConsentGiven("MARKETING", medium, is_granted, "1")],
            occasion=consent_service.Occasion(
                occurred_at=NOW - timedelta(days=days), source="test"
            ),
            at=NOW,
        )
    row = merge(alice, bob)
    assert granted(alice) == {"SMS": False, "EMAIL": True}
    undo(row)
    assert granted(alice) == {"SMS": True, "EMAIL": False}
    assert granted(bob) == {"SMS": False, "EMAIL": True}
    assert codes(alice) == ["vip"]
    assert codes(bob) == ["vegan", "vip"]
    assert members.find(kind="PHONE", value=BOB).pk == bob.pk  # type: ignore[union-attr]
    assert members.by_uid(uid=bob.uid).pk == bob.pk
    assert Identity.objects.get(member=bob, kind="PHONE").value == "+8613900139000"
    # Bob's later word counts again when they are merged after all.
    merge(alice, bob, LATER)
    assert granted(alice) == {"SMS": False, "EMAIL": True}


def granted(member: Member) -> dict[str, bool]:
    return {
        medium: consents.is_granted(member_id=member.pk, purpose="MARKETING", medium=medium)
        for medium in ("SMS", "EMAIL")
    }


def codes(member: Member) -> list[str]:
    found = MemberTag.objects.filter(member=member).values_list("tag__code", flat=True)
    return sorted(found)


def test_an_order_since_stands_against_it_and_nothing_changes(alice, bob):
    till.sell("b-1", line("1", 6_000), phone=BOB)
    row = merge(alice, bob)
    till.sell("b-2", line("1", 1_000), phone=BOB)
    assert refusal(row) == "points_moved"
    assert till.balances(alice) == (0, 70, 0)
    assert Member.objects.get(pk=bob.pk).merged_into_id == alice.pk


def test_an_order_that_came_while_the_locks_were_waited_for_stands_against_it_too(alice, bob):
    till.sell("b-1", line("1", 6_000), phone=BOB)
    row = merge(alice, bob)
    till.sell("a-1", line("1", 10_000))
    before = holdings(alice)
    done = merges.Merge(
        survivor_id=alice.pk, retired_id=bob.pk, actor_id=None, at=LATER, merge_id=row.pk
    )

    with pytest.raises(NotUndoable) as caught:
        loyalty_undos.give_back(done, row.moved["loyalty.accounts"])

    assert caught.value.details["reason"] == "points_moved"
    assert holdings(alice) == before


def test_a_new_identity_a_consent_or_a_changed_profile_stands_against_it(alice, bob):
    row = merge(alice, bob)
    consent_service.record(
        member=alice,
        given=[ConsentGiven("MARKETING", "SMS", True, "1")],
        occasion=consent_service.Occasion(occurred_at=LATER, source="test"),
        at=LATER,
    )
    assert refusal(row) == "consents_changed"
    member_service.update(member_id=alice.pk, changes={"name": "Alicia"}, at=LATER)
    reasons = [one.reason for one in merge_undos.obstacles(merge_id=row.pk, at=LATER)]
    assert reasons == ["consents_changed"]
    claims = tuple(
        member_service.IdentityClaim(kind, value)
        for kind, value in (("PHONE", BOB), ("EMAIL", "new@example.org"))
    )
    member_service.register(registration=member_service.Registration(identities=claims), at=LATER)
    reasons = [one.reason for one in merge_undos.obstacles(merge_id=row.pk, at=LATER)]
    assert reasons == ["identities_changed", "consents_changed"]


def test_chains_are_taken_back_from_the_end(alice, bob):
    charlie = till.register("13700137000", "Charlie")
    first, second = merge(bob, charlie), merge(alice, bob, LATER)
    assert Member.objects.get(pk=charlie.pk).merged_into_id == alice.pk
    assert refusal(first) == "survivor_merged"
    undo(second, LATER)
    assert Member.objects.get(pk=charlie.pk).merged_into_id == bob.pk
    assert members.find(kind="PHONE", value="13700137000").pk == bob.pk  # type: ignore[union-attr]
    # Being merged and parted meanwhile, Bob's card is not what it was after the first.
    assert refusal(first) == "points_moved"


def test_balances_of_the_time_in_between_are_those_of_one_person(alice, bob):
    till.sell("b-1", line("1", 6_000), phone=BOB)
    row = merge(alice, bob, NOW + timedelta(hours=1))
    undo(row, NOW + timedelta(hours=3))
    for hours, owner, active in ((0, bob, 60), (2, alice, 60), (4, bob, 60)):
        found = as_of.by_uid(uid=bob.uid, at=NOW + timedelta(hours=hours))
        assert (found.member_uid, found.account.active) == (str(owner.uid), active)
    for hours, active in ((0, 0), (2, 60), (4, 0)):
        account = as_of.account_as_of(member_id=alice.pk, at=NOW + timedelta(hours=hours))
        assert account is not None
        assert (account.active, account.earned) == (active, active)


def test_the_days_of_analytics_follow_back(alice, bob):
    till.sell("a-1", line("1", 10_000))
    till.sell("b-1", line("1", 6_000), phone=BOB)
    member_days.recompute(order_ids=Order.objects.values_list("pk", flat=True))
    row = merge(alice, bob)
    undo(row)
    found = MemberDay.objects.order_by("member_id").values_list("member_id", "net_amount")
    assert sorted(found) == sorted([(alice.pk, 10_000), (bob.pk, 6_000)])


def test_what_is_kept_are_ids_and_figures(alice, bob):
    till.sell("b-1", line("1", 6_000), phone=BOB)
    row = merge(alice, bob)
    assert row.reason == "one person"
    kept = str(row.moved)
    assert "13900139000" not in kept
    assert "Bob" not in kept
    since = row.moved["loyalty.accounts"]["before"][1]["tier_since_at"]
    assert parse_datetime(since) == Account.objects.get(member=bob).tier_since_at
