"""Points spent from several tills at the same moment."""

from loyalty.errors import InsufficientPoints
from loyalty.models import LedgerEntry
from loyalty.selectors import ledger_checks
from loyalty.services import points
from tests.concurrency.processes import at_once, shared_out
from tests.loyalty import till
from tests.loyalty.till import line


def test_of_a_hundred_spends_of_ten_points_five_hundred_points_pay_for_fifty(alice):
    points.grant(member_id=alice.pk, points=500, key="open", reason="opening", at=till.NOW)

    def work(number):
        return [_spend(alice.pk, turn) for turn in shared_out(range(100), number)]

    outcomes = [spent for part in at_once(work) for spent in part]

    assert (outcomes.count(True), outcomes.count(False)) == (50, 50)
    assert till.balances(alice) == (0, 0, 0)
    assert LedgerEntry.objects.filter(kind="REDEEM").count() == 50
    assert ledger_checks.findings() == []


def _spend(member_id, turn):
    try:
        points.redeem(
            member_id=member_id, points=10, key=f"spend-{turn}", reason="payment", at=till.NOW
        )
    except InsufficientPoints:
        return False
    return True


def test_orders_paid_with_the_last_points_at_once_are_all_recorded_and_spend_them_once(alice):
    points.grant(member_id=alice.pk, points=500, key="open", reason="opening", at=till.NOW)

    def work(number):
        answer = till.sell(f"o-{number}", line("1", 500), points_amount=500)
        return answer["points"]["spent"], [one["code"] for one in answer["refused"]]

    outcomes = sorted(at_once(work))

    # 100 points pay ¥1: ¥5 take all 500.
    assert outcomes == [(0, ["insufficient_points"])] * 7 + [(500, [])]
    assert till.balances(alice) == (0, 0, 0)
    assert ledger_checks.findings() == []


def test_points_that_fall_due_are_settled_once_however_many_look(alice):
    points.grant(
        member_id=alice.pk,
        points=500,
        key="open",
        reason="opening",
        at=till.at("2026-01-01"),
        expires_at=till.at("2026-07-01"),
    )

    expired = at_once(lambda number: points.settle(member_ids=[alice.pk], at=till.at("2026-07-01")))

    assert sorted(expired) == [0] * 7 + [500]
    assert LedgerEntry.objects.filter(kind="EXPIRE").count() == 1
    assert ledger_checks.findings() == []
