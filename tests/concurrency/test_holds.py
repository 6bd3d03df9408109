"""Holds from several tills at once: each is resolved once, and nothing is spent twice."""

from datetime import timedelta
from uuid import UUID

from loyalty.errors import AlreadyResolved, HoldExpired, InsufficientPoints
from loyalty.models import Account, Hold, LedgerEntry
from loyalty.selectors import ledger_checks
from loyalty.services import holds, night, points
from loyalty.services.documents import HoldDocument, MemberReference
from tests.concurrency.processes import at_once, shared_out
from tests.loyalty import till
from tests.loyalty.till import NOW, line

REFUSALS = (AlreadyResolved, HoldExpired, InsufficientPoints)


def _grant(member, number, expires_at=None):
    points.grant(
        member_id=member.pk, points=number, key="open", reason="opening", at=NOW,
        expires_at=expires_at,
    )  # fmt: skip


def _hold(external_id, number, minutes=15):
    document = HoldDocument(
        external_id=external_id,
        member=MemberReference(type="phone", value="13800138000"),
        points=number,
        minutes=minutes,
    )
    return holds.create(hold=document, source=till.TILL, at=NOW)


def _tried(work, *args, **options):
    """Its answer's state, or the name of the refusal."""
    try:
        return work(*args, **options)["state"]
    except REFUSALS as refusal:
        return type(refusal).__name__


def test_of_captures_of_one_hold_for_other_amounts_one_spends(alice):
    _grant(alice, 500)
    uid = UUID(_hold("h-1", 400)["id"])

    def work(number):
        return _tried(holds.capture, hold_uid=uid, points=100 + number, source=till.TILL, at=NOW)

    outcomes = at_once(work)

    assert sorted(outcomes) == ["AlreadyResolved"] * 7 + ["CAPTURED"]
    spent = Hold.objects.get().captured_points
    assert 100 <= spent <= 107
    assert till.balances(alice) == (0, 500 - spent, 0)
    assert Account.objects.get().held_points == 0
    assert LedgerEntry.objects.filter(kind="REDEEM").count() == 1
    assert ledger_checks.findings() == []


def test_one_capture_sent_sixteen_times_at_once_spends_once_and_answers_the_same(alice):
    _grant(alice, 500)
    uid = UUID(_hold("h-1", 400)["id"])

    def work(number):
        return holds.capture(hold_uid=uid, source=till.TILL, at=NOW)["captured_points"]

    assert at_once(work, processes=16) == [400] * 16
    assert till.balances(alice) == (0, 100, 0)
    assert LedgerEntry.objects.filter(kind="REDEEM").count() == 1
    assert ledger_checks.findings() == []


def test_a_capture_and_a_release_at_once_resolve_a_hold_once(alice):
    _grant(alice, 500)
    uids = [UUID(_hold(f"h-{number}", 50)["id"]) for number in range(10)]

    def work(number):
        done = holds.release if number % 2 else holds.capture
        return [_tried(done, hold_uid=uid, source=till.TILL, at=NOW) for uid in uids]

    at_once(work)

    captured = Hold.objects.filter(state="CAPTURED").count()
    assert captured + Hold.objects.filter(state="RELEASED").count() == 10
    assert till.balances(alice) == (0, 500 - 50 * captured, 0)
    assert Account.objects.get().held_points == 0
    assert ledger_checks.findings() == []


def test_a_hundred_holds_of_ten_from_five_hundred_points_keep_fifty(alice):
    _grant(alice, 500)

    def work(number):
        return [_tried(_hold, f"h-{turn}", 10) for turn in shared_out(range(100), number)]

    outcomes = [one for part in at_once(work) for one in part]

    assert (outcomes.count("OPEN"), outcomes.count("InsufficientPoints")) == (50, 50)
    assert Account.objects.get().held_points == 500
    assert ledger_checks.findings() == []


def test_a_capture_that_races_with_the_night_at_the_hold_s_last_moment_is_one_or_the_other(alice):
    """The points lapse while they are held. A till whose clock still says 14:14 may capture; the
    night, at 14:15, lets go of what it finds open, and what is let go lapses."""
    _grant(alice, 100, expires_at=NOW + timedelta(minutes=5))
    uid = UUID(_hold("h-1", 80)["id"])
    before, after = NOW + timedelta(minutes=14), NOW + timedelta(minutes=15)

    def work(number):
        if number:
            return sum(night.settle_lots(at=after))
        return _tried(holds.capture, hold_uid=uid, source=till.TILL, at=before)

    captured = at_once(work, processes=4)[0]

    assert captured in ("CAPTURED", "HoldExpired")
    assert till.balances(alice) == (0, 0, 0)
    kinds = {entry.kind: entry.points for entry in LedgerEntry.objects.filter(kind="REDEEM")}
    assert kinds == ({"REDEEM": -80} if captured == "CAPTURED" else {})
    assert sum(entry.points for entry in LedgerEntry.objects.exclude(kind="EARN")) == -100
    assert Account.objects.get().next_change_at is None
    assert ledger_checks.findings() == []


def test_a_capture_that_races_with_a_refund_s_clawback_keeps_what_is_held(alice):
    """100 points earned, 80 held: a full refund takes the 20 that are free, and owes the rest,
    unless the capture was first; either way 80 are spent."""
    order = till.sell("o-1", line("1", 10_000))
    uid = UUID(_hold("h-1", 80)["id"])

    def work(number):
        if number:
            return till.give_back(order, "r-1")["points"]["clawed_back"]
        return _tried(holds.capture, hold_uid=uid, source=till.TILL, at=NOW)

    assert at_once(work, processes=4)[0] == "CAPTURED"
    account = Account.objects.get()
    assert (account.active_points, account.held_points, account.debt_points) == (0, 0, 80)
    assert account.redeemed_points == 80
    assert ledger_checks.findings() == []
