"""Transfers, merges and refunds before their order, from several processes at once."""

import msgspec

from loyalty.errors import InsufficientPoints
from loyalty.models import Account, Order, Program, Refund, Transfer
from loyalty.selectors import ledger_checks
from loyalty.services import points, refunds, transfers
from loyalty.services.documents import OrderRefundDocument, TransferDocument
from members.errors import DomainError, NotMergeable
from members.models import Member, MemberMerge
from members.services import merge_undos, merges
from tests.concurrency.processes import at_once
from tests.loyalty import till
from tests.loyalty.till import NOW, line

ALICE, BOB = "13800138000", "13900139000"


def _send(external_id, giver, taker, count):
    sent = {
        "external_id": external_id,
        "from": {"type": "phone", "value": giver},
        "to": {"type": "phone", "value": taker},
        "points": count,
    }
    document = msgspec.convert(sent, TransferDocument)
    return transfers.transfer(transfer=document, source=till.TILL, at=NOW)


def _bob():
    return till.register(BOB, "Bob")


def _grant(member, count):
    points.grant(member_id=member.pk, points=count, key=f"g-{member.pk}", reason="gift", at=NOW)


def test_opposite_transfers_at_once_keep_the_sum_and_wait_in_no_ring(alice):
    bob = _bob()
    Program.objects.update(transfers_allowed=True)
    for member in (alice, bob):
        _grant(member, 100)

    def work(number):
        giver, taker = (ALICE, BOB) if number % 2 else (BOB, ALICE)
        for turn in range(10):
            try:
                _send(f"t-{number}-{turn}", giver, taker, 7)
            except InsufficientPoints:
                pass

    at_once(work)

    held = [account.active_points for account in Account.objects.all()]
    assert sum(held) == 200
    assert Transfer.objects.count() > 0
    assert ledger_checks.findings() == []


def test_one_transfer_sent_by_all_at_once_moves_once(alice):
    bob = _bob()
    Program.objects.update(transfers_allowed=True)
    _grant(alice, 100)

    answers = at_once(lambda number: _send("t-1", ALICE, BOB, 60).answer)

    assert all(answer == answers[0] for answer in answers)
    assert (till.balances(alice), till.balances(bob)) == ((0, 40, 0), (0, 60, 0))


def test_an_order_and_its_refund_at_once_never_miss_each_other(alice):
    def work(number):
        for turn in range(10):
            name = f"{number // 2}-{turn}"
            if number % 2:
                till.sell(f"o-{name}", line("1", 10_000))
            else:
                alone = msgspec.to_builtins(till.refund(f"r-{name}", {"1": 4_000}))
                document = msgspec.convert(
                    {**alone, "order_external_id": f"o-{name}"}, OrderRefundDocument
                )
                refunds.record_by_number(refund=document, source=till.TILL, at=NOW)

    at_once(work)

    assert (Order.objects.count(), Refund.objects.count()) == (40, 40)
    assert not Refund.objects.filter(state="PARKED").exists()
    assert till.balances(alice) == (0, 2_400, 0)
    assert ledger_checks.findings() == []


def test_orders_during_a_merge_end_with_the_survivor(alice):
    bob = _bob()

    def work(number):
        if number == 0:
            merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)
            return 0
        sold = 0
        for turn in range(10):
            try:
                till.sell(f"o-{number}-{turn}", line("1", 1_000), phone=BOB)
                sold += 1
            except DomainError:
                pass
        return sold

    assert sum(at_once(work)) == 70
    assert till.balances(alice) == (0, 700, 0)
    assert till.balances(bob) == (0, 0, 0)
    assert Order.objects.filter(member=alice).count() == 70
    assert ledger_checks.findings() == []


def test_two_cards_merged_into_each_other_at_once_become_one(alice):
    bob = _bob()
    till.sell("a-1", line("1", 1_000))
    till.sell("b-1", line("1", 2_000), phone=BOB)
    ids = alice.pk, bob.pk

    def work(number):
        survivor, retired = ids if number % 2 else ids[::-1]
        try:
            merges.merge(survivor_id=survivor, retired_id=retired, at=NOW)
        except DomainError as refusal:
            return refusal.details["reason"]
        return ""

    answers = at_once(work, processes=4)

    # Whoever asked for the same way finds it done; the other way is refused.
    assert sorted(answers) == ["", "", "survivor_merged", "survivor_merged"]
    merge = MemberMerge.objects.get()
    assert till.balances(merge.survivor) == (0, 30, 0)
    assert till.balances(merge.retired) == (0, 0, 0)
    assert ledger_checks.findings() == []


def test_merges_in_a_ring_at_once_leave_one_member_who_holds_all(alice):
    bob, charlie = _bob(), till.register("13700137000", "Charlie")
    for member in (alice, bob, charlie):
        _grant(member, 100)
    ring = [(alice, bob), (bob, alice), (bob, charlie), (charlie, bob), (charlie, alice)]

    def work(number):
        survivor, retired = ring[number]
        try:
            merges.merge(survivor_id=survivor.pk, retired_id=retired.pk, at=NOW)
        except NotMergeable:
            return False
        return True

    # Who asks for what has come about by way of a third card finds it done.
    assert at_once(work, processes=len(ring)).count(True) >= 2
    assert MemberMerge.objects.count() == 2

    living = Member.objects.get(state="ACTIVE")
    retired = Member.objects.exclude(pk=living.pk).values_list("merged_into_id", flat=True)
    assert list(retired) == [living.pk] * 2
    assert till.balances(living) == (0, 300, 0)
    assert ledger_checks.findings() == []


def test_a_merge_is_taken_back_or_refused_while_tills_sell_and_no_order_is_lost(alice):
    bob = _bob()
    _grant(bob, 100)
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)
    row = MemberMerge.objects.get()

    def work(number):
        if number == 0:
            try:
                return merge_undos.undo(merge_id=row.pk, at=NOW).state
            except merge_undos.NotUndoable as error:
                return error.details["reason"]
        for turn in range(10):
            till.sell(f"o-{number}-{turn}", line("1", 100), phone=BOB if number % 2 else ALICE)
        return ""

    outcome = at_once(work, processes=4)[0]

    assert outcome in ("ACTIVE", "points_moved")
    assert Order.objects.count() == 30
    theirs = Order.objects.filter(member=bob).count()
    assert theirs == (20 if outcome == "ACTIVE" else 0)
    assert sum(row.active_points for row in Account.objects.all()) == 130
    assert ledger_checks.findings() == []
