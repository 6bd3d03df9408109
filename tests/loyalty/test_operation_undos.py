"""Operations on many members are undone by compensating entries, once."""

import pytest

from loyalty.models import LedgerEntry, Lot, LotExtension
from loyalty.selectors import ledger_checks
from loyalty.selectors import operations as selector
from loyalty.services import operations, points
from members.errors import ReasonRequired
from tests import world
from tests.loyalty import till
from tests.loyalty.operators import LIST, run, undo
from tests.loyalty.till import NOW, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(shop):
    """May adjust 10,000 points alone."""
    return world.operator("chief", role="administrator")


def test_undoing_a_grant_takes_what_is_left_and_what_was_spent_becomes_a_debt(alice, bob, chief):
    done = run(chief, LIST)
    points.redeem(member_id=bob.pk, points=400, key="s", reason="payment", at=NOW)
    undone = undo(done, chief)
    assert undone.state == "UNDONE"
    assert (till.balances(alice), till.balances(bob)) == ((0, 0, 0), (0, 0, 400))
    assert undone.undo_job.result == {"rows": 2, "points": 1_120}
    entries = LedgerEntry.objects.filter(member_id=bob.pk).order_by("pk")
    assert list(entries.values_list("kind", "points", "reason")) == [
        ("EARN", 1_000, "campaign"),
        ("REDEEM", -400, "payment"),
        ("CLAWBACK", -600, "operation_undone"),
        ("DEBT", -400, "operation_undone"),
    ]
    assert ledger_checks.findings() == []


def test_or_what_was_spent_stays_with_the_member(alice, bob, chief):
    done = run(chief, LIST)
    points.redeem(member_id=bob.pk, points=400, key="s", reason="payment", at=NOW)
    undone = undo(done, chief, owes=False)
    assert till.balances(bob) == (0, 0, 0)
    assert undone.undo_job.result == {"rows": 2, "points": 720}


def test_a_grant_that_was_spent_whole_is_undone_out_of_other_points_first(alice, chief):
    done = run(chief, LIST[:2])
    points.redeem(member_id=alice.pk, points=120, key="s", reason="payment", at=NOW)
    points.grant(member_id=alice.pk, points=100, key="o", reason="opening", at=NOW)
    undo(done, chief)
    assert till.balances(alice) == (0, 0, 20)
    assert ledger_checks.findings() == []


def test_what_expired_of_a_grant_is_gone_and_owed_by_nobody(alice, chief):
    rows = [["phone", "points", "expires_on"], ["13800138000", "100", "2026-11-30"]]
    done = run(chief, rows)
    undo(done, chief, when=at("2026-12-05"))
    assert till.balances(alice) == (0, 0, 0)


def test_undone_once(alice, bob, chief):
    done = run(chief, LIST)
    undo(done, chief)
    with pytest.raises(operations.NotInThatState):
        undo(done, chief)
    with pytest.raises(ReasonRequired):
        operations.undo(operation_id=done.pk, owes=True, reason=" ", actor=chief, at=NOW)
    assert till.balances(alice) == (0, 0, 0)


def test_an_extension_moves_the_ends_of_lots_and_its_undoing_moves_them_back(alice, bob, chief):
    early, late = at("2026-12-01"), at("2027-06-01")
    points.grant(
        member_id=alice.pk, points=100, key="a", reason="opening", at=NOW, expires_at=early
    )
    points.grant(member_id=alice.pk, points=50, key="b", reason="opening", at=NOW, expires_at=late)
    points.grant(member_id=bob.pk, points=70, key="c", reason="opening", at=NOW)
    done = run(
        chief,
        kind="EXTEND",
        audience={"all": True},
        expires_at=at("2027-01-01"),
        expiring_before_at=at("2027-01-01"),
    )
    assert (done.members_count, done.total_points, done.refused_count) == (1, 100, 1)
    assert set(Lot.objects.filter(member_id=alice.pk).values_list("expires_at", flat=True)) == {
        at("2027-01-01"), late,
    }  # fmt: skip
    assert selector.reconciliation(operation=done).agrees

    # Undone in December, when the old end has passed: it lapses at once, and not before.
    when = at("2026-12-10T12:00")
    undo(done, chief, when)
    assert till.balances(alice) == (0, 50, 0)
    lapsed = LedgerEntry.objects.get(kind="EXPIRE")
    assert (lapsed.points, lapsed.occurred_at) == (-100, when)
    reasons = LotExtension.objects.order_by("pk").values_list("reason", "before_at", "after_at")
    assert list(reasons) == [
        ("OPERATION", early, at("2027-01-01")),
        ("UNDO", at("2027-01-01"), early),
    ]
    assert ledger_checks.findings() == []


def test_an_extension_undone_in_time_leaves_the_points_with_their_old_end(alice, chief):
    early = at("2026-12-01")
    points.grant(
        member_id=alice.pk, points=100, key="a", reason="opening", at=NOW, expires_at=early
    )
    done = run(chief, kind="EXTEND", audience={"all": True}, expires_at=at("2027-01-01"))
    undo(done, chief, at("2026-11-30"))
    assert till.balances(alice) == (0, 100, 0)
    points.settle(member_ids=[alice.pk], at=early)
    assert till.balances(alice) == (0, 0, 0)
