"""Two cards of one person become one: nothing is lost, and nothing comes twice."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from analytics.models import MemberDay
from analytics.services import member_days
from loyalty.models import Account, Hold, LedgerEntry, Lot, Order, Program, Tier, TierChange
from loyalty.selectors import accounts as selectors
from loyalty.selectors import ledger_checks
from loyalty.services import accounts, holds, points
from loyalty.services.documents import HoldDocument
from members.errors import MemberMerged, NotFound, NotMergeable
from members.models import Consent, Event, Identity, Member, MemberTag, Tag
from members.selectors import consents, members, profiles, timeline
from members.services import consents as consent_service
from members.services import merges, tags
from members.services.consents import ConsentGiven
from tests.loyalty import till
from tests.loyalty.till import NOW, line

pytestmark = pytest.mark.django_db
BOB = "13900139000"


@pytest.fixture(autouse=True)
def _the_ledger_is_sound_afterwards(db):
    yield
    assert ledger_checks.findings() == []


def merge(survivor: Member, retired: Member, at: Any = NOW) -> Member:
    return merges.merge(survivor_id=survivor.pk, retired_id=retired.pk, at=at)


def test_points_move_with_their_lots_and_the_sums_stay(alice, bob):
    till.sell("a-1", line("1", 10_000))
    till.sell("b-1", line("1", 6_000), phone=BOB)
    lot = Lot.objects.get(member=bob)
    merge(alice, bob)
    assert till.balances(alice) == (0, 160, 0)
    assert till.balances(bob) == (0, 0, 0)
    moved = Lot.objects.get(pk=lot.pk)
    assert (moved.member_id, moved.expires_at) == (alice.pk, lot.expires_at)
    entries = LedgerEntry.objects.filter(source_type="MERGE").order_by("pk")
    assert {
        (entry.member_id, entry.kind, entry.points, entry.active_after) for entry in entries
    } == {(bob.pk, "TRANSFER_OUT", -60, 0), (alice.pk, "TRANSFER_IN", 60, 160)}
    account = Account.objects.get(member=alice)
    assert (account.earned_points, account.orders_count) == (160, 2)
    assert account.window_spend_amount == 16_000


def test_merging_again_changes_nothing(alice, bob):
    till.sell("b-1", line("1", 6_000), phone=BOB)
    merge(alice, bob)
    before = Account.objects.get(member=alice).version
    assert merge(alice, bob).pk == alice.pk
    assert till.balances(alice) == (0, 60, 0)
    assert Account.objects.get(member=alice).version == before
    assert Event.objects.filter(type="members.member.merged").count() == 1


def test_ids_identities_and_events_lead_to_the_survivor(alice, bob):
    merge(alice, bob)
    assert members.by_uid(uid=bob.uid).pk == alice.pk
    assert profiles.by_uid(uid=bob.uid).member.pk == alice.pk
    assert members.find(kind="PHONE", value=BOB).pk == alice.pk  # type: ignore[union-attr]
    assert members.find(kind="CARD", value=bob.card_number).pk == alice.pk  # type: ignore[union-attr]
    assert [row.value for row in Identity.objects.filter(member=alice, kind="PHONE")] == [
        "+8613800138000",
        "+8613900139000",
    ]
    registered = [
        event
        for event in timeline.timeline(member_id=alice.pk).rows
        if event.type == "members.member.registered"
    ]
    assert {event.member_id for event in registered} == {alice.pk, bob.pk}


def test_an_order_by_the_old_card_earns_for_the_survivor(alice, bob):
    merge(alice, bob)
    till.sell("b-2", line("1", 5_000), phone=BOB)
    assert till.balances(alice) == (0, 50, 0)


def test_a_debt_moves_and_is_repaid_from_what_the_other_had(alice, bob):
    order = till.sell("b-1", line("1", 10_000), phone=BOB)
    points.redeem(member_id=bob.pk, points=80, key="x", reason="gift", at=NOW)
    till.give_back(order, "r-1")
    assert till.balances(bob) == (0, 0, 80)
    till.sell("a-1", line("1", 10_000))
    merge(alice, bob)
    assert till.balances(alice) == (0, 20, 0)
    repaid = LedgerEntry.objects.get(kind="REPAY")
    assert (repaid.member_id, repaid.points, repaid.source_type) == (alice.pk, -80, "MERGE")


def test_the_survivors_debt_is_repaid_from_what_comes(alice, bob):
    order = till.sell("a-1", line("1", 10_000))
    points.redeem(member_id=alice.pk, points=100, key="x", reason="gift", at=NOW)
    till.give_back(order, "r-1")
    till.sell("b-1", line("1", 3_000), phone=BOB)
    merge(alice, bob)
    assert till.balances(alice) == (0, 0, 70)


def test_a_later_refund_of_the_retired_members_order_works_on_the_survivor(alice, bob):
    till.sell("b-0", line("1", 200_000), phone=BOB)
    order = till.sell("b-1", line("1", 10_000), phone=BOB, points_amount=2_000)
    merge(alice, bob)
    assert till.balances(alice) == (0, 80, 0)
    answer = till.give_back(order, "r-1")
    assert answer["points"]["restored"] == 2_000
    assert answer["points"]["clawed_back"] == 80
    assert till.balances(alice) == (0, 2_000, 0)
    assert Lot.objects.filter(member=bob).count() == 0


def test_pending_points_stay_pending(alice, bob):
    Program.objects.update(pending_days=15)
    till.sell("b-1", line("1", 10_000), phone=BOB)
    merge(alice, bob)
    assert till.balances(alice) == (100, 0, 0)
    points.settle(member_ids=[alice.pk], at=NOW + timedelta(days=15))
    assert till.balances(alice) == (0, 100, 0)


def test_an_open_hold_can_be_captured_after_the_merge_and_its_repeat_answers(alice, bob):
    till.sell("b-1", line("1", 10_000), phone=BOB)
    document = msgspec.convert(
        {"external_id": "h-1", "member": {"type": "phone", "value": BOB}, "points": 30},
        HoldDocument,
    )
    held = holds.create(hold=document, source=till.TILL, at=NOW)
    merge(alice, bob)
    assert Account.objects.get(member=alice).held_points == 30
    done = holds.capture(hold_uid=UUID(held["id"]), source=till.TILL, at=NOW)
    assert done["captured_points"] == 30
    again = holds.capture(hold_uid=UUID(held["id"]), source=till.TILL, at=NOW)
    assert again["captured_points"] == 30
    assert Hold.objects.get().member_id == alice.pk
    assert till.balances(alice) == (0, 70, 0)


def test_a_hold_captured_before_the_merge_answers_its_repeat_after_it(alice, bob):
    till.sell("b-1", line("1", 10_000), phone=BOB)
    document = msgspec.convert(
        {"external_id": "h-1", "member": {"type": "phone", "value": BOB}, "points": 100},
        HoldDocument,
    )
    held = holds.create(hold=document, source=till.TILL, at=NOW)
    holds.capture(hold_uid=UUID(held["id"]), source=till.TILL, at=NOW)
    merge(alice, bob)
    assert holds.capture(hold_uid=UUID(held["id"]), source=till.TILL, at=NOW)["state"] == "CAPTURED"


def test_the_higher_tier_stays_with_its_term(alice, bob):
    for number in range(5):
        till.sell(f"b-{number}", line("1", 60_000), phone=BOB)
    silver = Tier.objects.get(code="silver")
    until_at = Account.objects.get(member=bob).tier_until_at
    merge(alice, bob)
    account = Account.objects.get(member=alice)
    assert (account.tier_id, account.tier_until_at) == (silver.pk, until_at)
    change = TierChange.objects.filter(member=alice).latest("pk")
    assert (change.reason, change.to_tier_id) == ("MERGED", silver.pk)
    assert (account.window_spend_amount, account.window_orders_count) == (300_000, 5)


def test_the_survivors_own_higher_tier_is_no_change(alice, bob):
    for number in range(5):
        till.sell(f"a-{number}", line("1", 60_000))
    merge(alice, bob)
    assert not TierChange.objects.filter(reason="MERGED").exists()


def test_three_cards_become_one_in_either_order(alice, bob):
    charlie = till.register("13700137000", "Charlie")
    till.sell("c-1", line("1", 7_000), phone="13700137000")
    till.sell("b-1", line("1", 6_000), phone=BOB)
    merge(bob, charlie)
    merge(alice, bob)
    assert till.balances(alice) == (0, 130, 0)
    assert Member.objects.get(pk=charlie.pk).merged_into_id == alice.pk
    till.sell("c-2", line("1", 1_000), phone="13700137000")
    assert till.balances(alice) == (0, 140, 0)
    with pytest.raises(NotMergeable):
        merge(bob, alice)
    with pytest.raises(NotMergeable):
        merge(alice, alice)
    with pytest.raises(NotMergeable):
        merge(till.register("13600136000"), bob)


def test_somebody_unknown_can_not_be_merged(alice):
    with pytest.raises(NotFound):
        merges.merge(survivor_id=alice.pk, retired_id=10**9, at=NOW)


def test_nothing_is_posted_on_a_retired_account(alice, bob):
    merge(alice, bob)
    with pytest.raises(MemberMerged):
        accounts.lock(member_ids=[bob.pk])
    assert Account.objects.get(member=bob).version < 0


def test_a_dry_run_changes_nothing(alice, bob):
    till.sell("b-1", line("1", 6_000), phone=BOB)
    merges.preview(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)
    assert till.balances(bob) == (0, 60, 0)
    assert Member.objects.get(pk=bob.pk).state == "ACTIVE"
    with pytest.raises(NotMergeable):
        merges.preview(survivor_id=alice.pk, retired_id=alice.pk, at=NOW)


def test_tags_of_both_stay_and_the_last_word_of_a_consent_counts(alice, bob):
    for code in ("vip", "vegan"):
        Tag.objects.create(code=code, name_en=code, name_zh=code)
    tags.give(members=[alice, bob], code="vip", at=NOW)
    tags.give(members=[bob], code="vegan", at=NOW)
    for member, granted, days in ((alice, True, 2), (bob, False, 1)):
        consent_service.record(
            member=member,
            given=[ConsentGiven("MARKETING", "SMS", granted, "1")],
            occasion=consent_service.Occasion(
                occurred_at=NOW - timedelta(days=days), source="test"
            ),
            at=NOW,
        )
    merge(alice, bob)
    codes = MemberTag.objects.filter(member=alice).values_list("tag__code", flat=True)
    assert sorted(codes) == ["vegan", "vip"]
    assert not MemberTag.objects.filter(member=bob).exists()
    assert not consents.is_granted(member_id=alice.pk, purpose="MARKETING", medium="SMS")
    assert Consent.objects.filter(member=bob).count() == 1


def test_the_days_of_analytics_follow(alice, bob):
    till.sell("a-1", line("1", 10_000))
    till.sell("b-1", line("1", 6_000), phone=BOB)
    member_days.recompute(order_ids=Order.objects.values_list("pk", flat=True))
    assert MemberDay.objects.count() == 2
    merge(alice, bob)
    day = MemberDay.objects.get()
    assert (day.member_id, day.net_amount, day.orders_count) == (alice.pk, 16_000, 2)


def test_what_the_api_shows_of_the_survivor_is_the_sum(alice, bob):
    till.sell("a-1", line("1", 10_000))
    till.sell("b-1", line("1", 6_000), phone=BOB)
    merge(alice, bob)
    view = selectors.account(member_id=alice.pk, at=NOW)
    assert view is not None
    assert (view.available, view.earned, view.lifetime_orders_count) == (160, 160, 2)
