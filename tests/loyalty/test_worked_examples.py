"""The six worked examples of the ledger, through the services and the real database."""

from datetime import UTC

import pytest

from loyalty.errors import InsufficientPoints
from loyalty.models import LedgerEntry, Program
from loyalty.selectors import accounts, ledger_checks
from loyalty.services import points
from tests.loyalty import till
from tests.loyalty.till import at, line

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_ledger_is_sound_afterwards(db):
    yield
    assert ledger_checks.findings() == []


def test_1_the_lot_that_expires_first_is_spent_first(alice):
    for key, count, expires in (("a", 100, "2027-01-31"), ("b", 80, "2026-06-30")):
        points.grant(
            member_id=alice.pk,
            points=count,
            key=key,
            reason="opening",
            at=at("2026-01-01"),
            expires_at=at(expires),
        )
    points.redeem(
        member_id=alice.pk, points=100, key="spend", reason="payment", at=at("2026-03-01")
    )
    left = {lot.earned_points: lot.remaining_points for lot in alice.lots.all()}
    assert left == {80: 0, 100: 80}


def test_2_points_can_be_spent_before_their_instant_and_not_at_it(alice):
    points.grant(
        member_id=alice.pk,
        points=40,
        key="a",
        reason="opening",
        at=at("2026-01-01"),
        expires_at=at("2026-07-01"),
    )
    midnight, before = at("2026-07-01"), at("2026-06-30T23:59:59.999")
    assert accounts.account(member_id=alice.pk, at=before).available == 40
    assert accounts.account(member_id=alice.pk, at=midnight).available == 0
    with pytest.raises(InsufficientPoints):
        points.redeem(member_id=alice.pk, points=40, key="x", reason="payment", at=midnight)
    assert till.balances(alice) == (0, 40, 0)
    points.redeem(member_id=alice.pk, points=40, key="y", reason="payment", at=before)
    assert till.balances(alice) == (0, 0, 0)


def test_3_pending_points_half_refunded_leave_half_to_become_usable(alice):
    Program.objects.update(pending_days=15)
    order = till.sell("o-1", line("1", 12_000), when=at("2026-05-01T10:00"))
    assert order["points"]["earned"] == 120
    assert order["points"]["pending"] == 120
    assert order["points"]["active_at"] == at("2026-05-16").astimezone(UTC).isoformat()
    assert order["points"]["expires_at"] == at("2027-05-17").astimezone(UTC).isoformat()
    till.give_back(order, "r-1", 6_000, when=at("2026-05-10"))
    assert till.balances(alice) == (60, 0, 0)
    seen = accounts.account(member_id=alice.pk, at=at("2026-05-16"))
    assert (seen.pending, seen.active, seen.available) == (0, 60, 60)


def test_4_many_small_refunds_take_as_much_as_one_big_one(shop):
    rule = Program.objects.get().earning_rules.get()
    rule.per_amount = 1_000
    rule.save()
    alice = till.register("13800138000")
    order = till.sell("o-1", line("1", 10_000))
    assert order["points"]["earned"] == 10
    taken = []
    for number, amount in enumerate([900] * 11 + [100]):
        till.give_back(order, f"r-{number}", {"1": amount})
        entries = LedgerEntry.objects.filter(member_id=alice.pk, kind="CLAWBACK")
        taken.append(-sum(entry.points for entry in entries))
    assert taken == [1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 10, 10]


def _two_hundred_points_of_which_120_expired(alice):
    order = till.sell("o-1", line("1", 20_000), when=at("2025-01-10T10:00"))
    assert order["points"]["earned"] == 200
    points.redeem(member_id=alice.pk, points=80, key="spend", reason="payment", at=at("2025-06-01"))
    points.grant(member_id=alice.pk, points=30, key="other", reason="opening", at=at("2025-07-01"))
    points.settle(member_ids=[alice.pk], at=at("2026-02-01"))
    assert till.balances(alice) == (0, 30, 0)
    return order


def test_5_a_refund_that_expiry_covers_moves_nothing(alice):
    order = _two_hundred_points_of_which_120_expired(alice)
    answer = till.give_back(order, "r-1", {"1": 10_000}, when=at("2026-02-01"))
    assert answer["points"]["absorbed_by_expiry"] == 100
    assert answer["points"]["clawed_back"] == 0
    assert till.balances(alice) == (0, 30, 0)


def test_5_the_rest_comes_from_other_points_and_becomes_a_debt_that_is_repaid_first(alice):
    order = _two_hundred_points_of_which_120_expired(alice)
    answer = till.give_back(order, "r-1", {"1": 20_000}, when=at("2026-02-01"))
    assert answer["points"]["absorbed_by_expiry"] == 120
    assert answer["points"]["clawed_back"] == 30
    assert answer["points"]["debt"] == 50
    assert till.balances(alice) == (0, 0, 50)
    till.sell("o-2", line("1", 6_000), when=at("2026-02-02"))
    assert till.balances(alice) == (0, 10, 0)
    assert accounts.account(member_id=alice.pk, at=at("2026-02-02")).available == 10


def test_6_a_refund_of_an_order_paid_with_points_splits_to_the_cent_and_the_point(alice):
    points.grant(member_id=alice.pk, points=2_000, key="a", reason="opening", at=till.NOW)
    order = till.sell("o-1", line("A", 6_000), line("B", 4_000), points_amount=2_000)
    assert order["points"]["spent"] == 2_000
    assert order["points"]["earned"] == 80
    assert till.balances(alice) == (0, 80, 0)
    back = till.give_back(order, "r-1", {"B": 4_000})
    assert (back["points"]["restored"], back["money_amount"]) == (800, 3_200)
    assert back["points"]["clawed_back"] == 32
    rest = till.give_back(order, "r-2", {"A": 6_000})
    assert (rest["points"]["restored"], rest["money_amount"]) == (1_200, 4_800)
    assert rest["points"]["clawed_back"] == 48
    assert till.balances(alice) == (0, 2_000, 0)
