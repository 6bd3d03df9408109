"""The short way of spending says what the rules say, entry by entry, or leaves it to them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty.errors import InsufficientPoints
from loyalty.models import LedgerEntry, Lot, Program
from loyalty.selectors import ledger_checks
from loyalty.services import plain_redeems, points
from tests.loyalty import till
from tests.loyalty.test_settle_sql import STEP, Shop, after

pytestmark = pytest.mark.django_db


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=3, max_size=12), asked=st.integers(1, 400))
def test_any_history_is_spent_from_shortly_as_it_is_by_the_rules(shop, steps, asked):
    with transaction.atomic():
        here = Shop()
        for number, step in enumerate(steps):
            here.take(number, *step)
        done = []

        def spend(way):
            for member in here.members:
                spent = {"points": asked, "key": f"x-{member.pk}", "reason": "x", "at": here.now}
                try:
                    done.append(way(member_id=member.pk, **spent))
                except InsufficientPoints:
                    done.append(False)

        by_rules = after(lambda: spend(points.redeem_by_rules), here)
        shortly = after(lambda: spend(points.redeem), here)
        assert shortly == by_rules
        transaction.set_rollback(True)


def test_a_redemption_is_one_statement_and_by_the_rules_it_is_two(alice):
    points.grant(member_id=alice.pk, points=500, key="g", reason="opening", at=till.NOW)
    spent = {"member_id": alice.pk, "points": 10, "reason": "x", "at": till.NOW}
    with CaptureQueriesContext(connection) as short:
        points.redeem(key="a", **spent)
    with CaptureQueriesContext(connection) as by_rules:
        points.redeem_by_rules(key="b", **spent)
    assert _count(short) == 1
    assert _count(by_rules) == 2
    assert till.balances(alice) == (0, 480, 0)


def _count(captured):
    return sum(
        not query["sql"].startswith(("SAVEPOINT", "RELEASE")) for query in captured.captured_queries
    )


def test_sliding_lots_debts_and_what_is_due_are_left_to_the_rules(alice):
    def try_it(at):
        return plain_redeems.redeem_plainly(
            member_id=alice.pk, points=10, key="x", reason="x", at=at
        )

    points.grant(
        member_id=alice.pk, points=50, key="g", reason="opening", at=till.NOW,
        expires_at=till.NOW + timedelta(days=1),
    )  # fmt: skip
    assert not try_it(till.NOW + timedelta(days=1))
    Lot.objects.update(is_sliding=True)
    assert not try_it(till.NOW)
    assert LedgerEntry.objects.count() == 1
    Lot.objects.update(is_sliding=False)
    assert try_it(till.NOW)
    assert till.balances(alice) == (0, 40, 0)
    assert ledger_checks.findings() == []


def test_a_key_is_spent_under_once(alice):
    points.grant(member_id=alice.pk, points=500, key="g", reason="opening", at=till.NOW)
    spent = {"member_id": alice.pk, "points": 10, "reason": "x", "at": till.NOW, "key": "a"}
    points.redeem(**spent)
    with pytest.raises(IntegrityError, match="entry_posted_once"), transaction.atomic():
        points.redeem(**spent)
    assert till.balances(alice) == (0, 490, 0)


def test_a_redemption_gives_sliding_points_their_whole_life_again(alice):
    Program.objects.update(validity_slides=True, validity="DAYS", validity_count=10)
    points.grant(
        member_id=alice.pk, points=50, key="g", reason="opening", at=till.NOW,
        expires_at=till.NOW + timedelta(days=1),
    )  # fmt: skip
    Lot.objects.update(is_sliding=True)
    points.redeem(member_id=alice.pk, points=10, key="x", reason="x", at=till.NOW)
    # Through the 1st of December, ten days after 21 November.
    assert Lot.objects.get().expires_at == till.at("2026-12-02")
    assert till.balances(alice) == (0, 40, 0)
