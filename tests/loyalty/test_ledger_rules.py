"""The ledger's rules without a database: spend order, pending, expiry, debt, taking back."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from loyalty.rules import calendar, clawbacks
from loyalty.rules.calendar import Validity
from loyalty.rules.entries import Balances, Document
from loyalty.rules.ledger import Ledger
from loyalty.rules.lots import Lot

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEVER = Validity("NEVER")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def document(key: str, when: datetime) -> Document:
    return Document("ORDER", 1, key, when)


def ledger_with(*lots: Lot) -> Ledger:
    active = sum(lot.remaining for lot in lots if not lot.is_pending)
    pending = sum(lot.remaining for lot in lots if lot.is_pending)
    ledger = Ledger(1, Balances(pending=pending, active=active), list(lots))
    ledger.note_next_change()
    return ledger


def lot(lot_id: int, points: int, expires: str | None, **options: object) -> Lot:
    expires_at = at(expires) if expires else None
    return Lot(lot_id, points, points, at("2025-01-01"), expires_at, **options)  # type: ignore[arg-type]


def test_the_lot_that_expires_first_is_spent_first() -> None:
    # Worked example 1 of docs/algorithms/expiry.md.
    a, b = lot(1, 100, "2027-01-31"), lot(2, 80, "2026-06-30")
    ledger = ledger_with(a, b)
    spent = ledger.redeem(
        100, document=document("o:1", at("2026-03-01")), reason="payment", at=at("2026-03-01")
    )
    assert spent
    assert (b.remaining, a.remaining) == (0, 80)
    assert ledger.entries[0].movements == ((2, -80), (1, -20))


def test_points_that_never_expire_are_spent_last() -> None:
    forever, soon = lot(1, 10, None), lot(2, 10, "2030-01-01")
    ledger = ledger_with(forever, soon)
    ledger.redeem(
        10, document=document("o:1", at("2026-03-01")), reason="payment", at=at("2026-03-01")
    )
    assert (forever.remaining, soon.remaining) == (10, 0)


def test_of_two_lots_that_expire_together_the_one_active_first_goes_first() -> None:
    first, second = lot(9, 10, "2030-01-01"), lot(2, 10, "2030-01-01")
    first.activates_at = at("2024-12-31")
    ledger = ledger_with(first, second)
    ledger.redeem(
        10, document=document("o:1", at("2026-03-01")), reason="payment", at=at("2026-03-01")
    )
    assert (first.remaining, second.remaining) == (0, 10)


def test_points_can_be_spent_until_the_last_moment_and_not_at_it() -> None:
    # Worked example 2: 40 points expire 2026-07-01T00:00, job or no job.
    ledger = ledger_with(lot(1, 40, "2026-07-01"))
    before = at("2026-06-30T23:59:59.999")
    assert ledger.available_at(before) == 40
    assert ledger.available_at(at("2026-07-01")) == 0
    when = at("2026-07-01")
    assert not ledger.redeem(40, document=document("o:1", when), reason="payment", at=when)
    assert ledger.redeem(40, document=document("o:2", before), reason="payment", at=before)


def test_lapsed_points_are_entered_with_the_date_on_which_they_lapsed() -> None:
    ledger = ledger_with(lot(1, 40, "2026-07-01"))
    assert ledger.settle(at("2026-07-05")) == 40
    entry = ledger.entries[0]
    assert (entry.kind, entry.points, entry.active_after) == ("EXPIRE", -40, 0)
    assert entry.document.occurred_at == at("2026-07-01")


def test_settling_twice_changes_nothing_the_second_time() -> None:
    ledger = ledger_with(lot(1, 40, "2026-07-01"))
    ledger.settle(at("2026-07-05"))
    assert ledger.settle(at("2026-07-05")) == 0
    assert len(ledger.entries) == 1


def test_pending_points_become_usable_at_the_start_of_the_day_and_live_from_then() -> None:
    # Worked example 3: pending 15 days, validity 12 months.
    paid = at("2026-05-01T10:00")
    active = calendar.activation(paid, 15, SHANGHAI)
    assert active == at("2026-05-16")
    assert calendar.expiry(active, Validity("MONTHS", 12), SHANGHAI) == at("2027-05-17")


def test_half_a_refund_while_pending_leaves_half_to_become_usable() -> None:
    # Worked example 3, its second half: 120 points, half refunded on 05-10 → 60 become active.
    ledger = ledger_with()
    paid, active = at("2026-05-01T10:00"), at("2026-05-16")
    own = ledger.earn(
        120,
        document=document("o:1", paid),
        reason="purchase",
        activates_at=active,
        expires_at=at("2027-05-17"),
        at=paid,
    )
    assert own is not None
    assert (ledger.balances.pending, ledger.balances.active) == (120, 0)
    refunded = at("2026-05-10")
    outcome = clawbacks.claw_back(
        ledger, 60, [own], document=document("r:1", refunded), at=refunded
    )
    assert (outcome.taken, outcome.debt) == (60, 0)
    ledger.settle(active)
    assert (ledger.balances.pending, ledger.balances.active) == (0, 60)


def test_a_month_after_31_january_runs_through_the_end_of_february() -> None:
    month = Validity("MONTHS", 1)
    assert calendar.expiry(at("2026-01-31T12:00"), month, SHANGHAI) == at("2026-03-01")
    assert calendar.expiry(at("2028-01-31T12:00"), month, SHANGHAI) == at("2028-03-01")


def test_a_validity_in_days_runs_through_the_end_of_the_last_day() -> None:
    assert calendar.expiry(at("2026-11-21T23:59"), Validity("DAYS", 1), SHANGHAI) == at(
        "2026-11-23"
    )
    assert calendar.expiry(at("2026-11-21"), NEVER, SHANGHAI) is None


def test_a_day_of_23_hours_ends_when_its_clock_says_midnight() -> None:
    new_york = ZoneInfo("America/New_York")
    earned = datetime(2026, 3, 7, 12, tzinfo=new_york)
    expires_at = calendar.expiry(earned, Validity("DAYS", 1), new_york)
    assert expires_at == datetime(2026, 3, 9, 4, tzinfo=UTC)


def test_a_refund_is_first_covered_by_what_expired_of_the_same_lot() -> None:
    # Worked example 5, first half: E = 200, P = 200; 80 spent, 120 expired; K(100) = 100.
    own = Lot(1, 200, 0, at("2025-01-01"), at("2026-01-01"), expired=120)
    other = lot(2, 30, None)
    ledger = ledger_with(own, other)
    when = at("2026-02-01")
    outcome = clawbacks.claw_back(ledger, 100, [own], document=document("r:1", when), at=when)
    assert (outcome.taken, outcome.absorbed, outcome.debt) == (0, 100, 0)
    assert ledger.entries == []
    assert other.remaining == 30


def test_what_expiry_does_not_cover_comes_from_other_points_and_then_is_debt() -> None:
    # Worked example 5, second half: all refunded, then 60 earned.
    own = Lot(1, 200, 0, at("2025-01-01"), at("2026-01-01"), expired=120)
    ledger = ledger_with(own, lot(2, 30, None))
    when = at("2026-02-01")
    outcome = clawbacks.claw_back(ledger, 200, [own], document=document("r:1", when), at=when)
    assert (outcome.taken, outcome.absorbed, outcome.debt) == (30, 120, 50)
    assert ledger.balances.available == 0
    ledger.earn(
        60,
        document=document("o:2", when),
        reason="purchase",
        activates_at=when,
        expires_at=None,
        at=when,
    )
    assert (ledger.balances.debt, ledger.balances.available) == (0, 10)
    assert [entry.kind for entry in ledger.entries] == ["CLAWBACK", "DEBT", "EARN", "REPAY"]


def test_within_balance_takes_what_there_is_and_leaves_the_rest_uncollected() -> None:
    ledger = ledger_with(lot(2, 30, None))
    when = at("2026-02-01")
    outcome = clawbacks.claw_back(
        ledger, 100, [], document=document("r:1", when), at=when, policy="WITHIN_BALANCE"
    )
    assert (outcome.taken, outcome.debt, outcome.uncollected) == (30, 0, 70)
    assert ledger.balances.debt == 0


def test_only_pending_leaves_active_points_alone() -> None:
    pending = lot(1, 40, None, is_pending=True)
    pending.activates_at = at("2026-03-01")
    active = lot(2, 30, None)
    ledger = ledger_with(pending, active)
    when = at("2026-02-01")
    outcome = clawbacks.claw_back(
        ledger, 60, [pending], document=document("r:1", when), at=when, policy="ONLY_PENDING"
    )
    assert (outcome.taken, outcome.uncollected) == (40, 20)
    assert active.remaining == 30


def test_nothing_can_be_spent_while_there_is_a_debt() -> None:
    ledger = ledger_with(lot(1, 30, None))
    ledger.balances.debt = 5
    when = at("2026-02-01")
    assert ledger.available_at(when) == 0
    assert not ledger.redeem(1, document=document("o:1", when), reason="payment", at=when)


def test_points_given_back_after_their_day_lapse_in_the_same_breath() -> None:
    spent = Lot(1, 50, 0, at("2025-01-01"), at("2026-01-01"))
    ledger = ledger_with()
    when = at("2026-02-01")
    assert ledger.restore([(spent, 50)], document=document("r:1", when), reason="refund") == 50
    assert ledger.settle(when) == 50
    assert [entry.kind for entry in ledger.entries] == ["RESTORE", "EXPIRE"]
    assert ledger.balances.active == 0


def test_many_lots_settle_in_the_order_of_their_dates() -> None:
    lots = [lot(n, 1, None) for n in range(1, 6)]
    for number, one in enumerate(lots):
        one.expires_at = at("2026-01-10") - timedelta(days=number)
    ledger = ledger_with(*lots)
    assert ledger.settle(at("2026-02-01")) == 5
    dates = [entry.document.occurred_at for entry in ledger.entries]
    assert dates == sorted(dates)


def test_points_that_come_back_after_their_end_lapse_when_they_come_back_and_not_before() -> None:
    # Else the balance as of a day in between were 50 below zero.
    spent = lot(1, 50, "2026-06-01")
    spent.remaining = 0
    ledger, when = ledger_with(spent), at("2026-07-10")
    ledger.restore([(spent, 50)], document=document("r:1", when), reason="refund", at=when)
    assert ledger.settle(at("2026-07-11")) == 50
    restored, expired = ledger.entries
    assert (restored.kind, restored.document.occurred_at) == ("RESTORE", when)
    assert (expired.kind, expired.document.occurred_at) == ("EXPIRE", when)


def test_points_that_come_back_before_their_end_lapse_at_their_end() -> None:
    spent = lot(1, 50, "2026-06-01")
    spent.remaining = 0
    ledger = ledger_with(spent)
    returned = document("r:1", at("2026-05-31"))
    ledger.restore([(spent, 50)], document=returned, reason="refund", at=at("2026-06-02"))
    ledger.settle(at("2026-06-02"))
    assert ledger.entries[1].document.occurred_at == at("2026-06-01")
