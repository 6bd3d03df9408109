"""Facts with the numbers of docs/algorithms/facts.md: what orders, members and the ledger say."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import connection, transaction

from analytics.models import KpiDay, MemberMetrics, MemberMonth, PointsDay, PurchaseDay
from analytics.selectors import fact_checks
from analytics.services import fact_rebuilds, facts, member_days
from loyalty.models import LedgerEntry, Program
from members.models import Heartbeat, Member
from members.registry import panels
from members.services import dispatches
from tests.analytics.rolled import everything, from_nothing, marks, rows
from tests.analytics.shop import NOW, bought, enroll

pytestmark = pytest.mark.django_db
JAN_10, JAN_12, MAR_1, MAR_2 = (
    date(2026, 1, 10),
    date(2026, 1, 12),
    date(2026, 3, 1),
    date(2026, 3, 2),
)
LATER = NOW + timedelta(days=2)
DAYS = ("member_id", "day", "previous_day", "next_day", "orders_count", "net_amount")
SALES = (
    "day", "store__code", "channel__code", "orders_count", "gross_amount", "net_amount",
    "member_orders_count", "member_net_amount", "buyers_count", "first_orders_count",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _the_facts_are_sound_afterwards(db):
    yield
    hear()
    facts.refresh(at=NOW)
    assert fact_checks.findings() == []


def hear():
    while dispatches.drain(at=LATER):
        pass


def follow(*orders):
    """The orders are heard of, and a minute passes."""
    member_days.recompute(order_ids=[order.pk for order in orders])
    hear()
    return facts.refresh(at=NOW)


def at_hour(order, hour):
    order.occurred_at = order.occurred_at.replace(hour=hour)
    order.save(update_fields=["occurred_at"])
    return order


def give_back(order, amount):
    order.refunded_amount = amount
    order.save(update_fields=["refunded_amount"])
    return order


@pytest.fixture
def spring(alice, bob):
    """The worked example; Alice's orders of 10 January are in two places, the dearer one first."""
    follow(
        at_hour(bought(alice, 10_000, day=JAN_10), 3),
        at_hour(bought(alice, 2_000, day=JAN_10, store="BJ01", channel="mini"), 5),
        bought(alice, 6_000, day=JAN_12),
        bought(alice, 3_000, day=MAR_1, refunded_amount=1_000),
        bought(alice, 5_000, day=MAR_2, refunded_amount=5_000),
        bought(bob, 700, day=MAR_1),
        bought(None, 400, day=MAR_1),
    )
    return alice, bob


def test_purchase_days_know_their_neighbors(spring):
    alice, bob = (member.pk for member in spring)

    assert rows(PurchaseDay, *DAYS) == sorted(
        [
            (alice, JAN_10, None, JAN_12, 2, 12_000),
            (alice, JAN_12, JAN_10, MAR_1, 1, 6_000),
            (alice, MAR_1, JAN_12, None, 1, 2_000),
            (bob, MAR_1, None, None, 1, 700),
        ],
        key=str,
    )


def test_months_bear_their_cohort_and_the_month_of_buying_before(spring):
    alice, bob = (member.pk for member in spring)
    january, march = date(2026, 1, 1), date(2026, 3, 1)

    assert rows(MemberMonth) == sorted(
        [
            (alice, january, january, None, 3, 2, 18_000),
            (alice, march, january, january, 1, 1, 2_000),
            (bob, march, march, None, 1, 1, 700),
        ],
        key=str,
    )


def test_metrics_sum_a_life_and_give_the_median_gap(spring):
    alice, bob = (member.pk for member in spring)

    # Gaps of 2 and 48 days: 25.
    assert rows(MemberMetrics) == sorted(
        [
            (alice, JAN_10, JAN_12, MAR_1, 3, 4, 20_000, Decimal("25.0")),
            (bob, MAR_1, None, MAR_1, 1, 1, 700, None),
        ],
        key=str,
    )


def test_a_median_between_two_gaps_may_be_a_half(alice):
    follow(*(bought(alice, 100, day=MAR_1 + timedelta(days=one)) for one in (0, 3, 7)))

    assert MemberMetrics.objects.get().gap_days == Decimal("3.5")


def test_a_days_figures_stand_by_store_and_channel(spring):
    sold = rows(KpiDay, *SALES, gross_amount__gt=0)

    assert sold == [
        (JAN_10, "BJ01", "mini", 1, 2_000, 2_000, 1, 2_000, 1, 0),
        (JAN_10, "SH01", "pos", 1, 10_000, 10_000, 1, 10_000, 1, 1),
        (JAN_12, "SH01", "pos", 1, 6_000, 6_000, 1, 6_000, 1, 0),
        (MAR_1, "SH01", "pos", 3, 4_100, 3_100, 2, 2_700, 2, 1),
        (MAR_2, "SH01", "pos", 0, 5_000, 0, 0, 0, 0, 0),
    ]


def test_the_first_order_is_the_earliest_paid_one_in_whatever_order_they_come(spring):
    alice, _ = spring
    dear = alice.orders.get(net_amount=10_000)

    follow(give_back(dear, 10_000))

    assert rows(KpiDay, "store__code", "first_orders_count", day=JAN_10) == [
        ("BJ01", 1),
        ("SH01", 0),
    ]


def test_a_late_order_moves_the_first_day_and_what_is_counted_there(spring):
    alice, _ = spring
    before = JAN_10 - timedelta(days=30)

    follow(bought(alice, 900, day=before))

    assert rows(KpiDay, "day", "store__code", first_orders_count__gt=0) == [
        (before, "SH01"),
        (MAR_1, "SH01"),
    ]
    assert set(rows(MemberMonth, "cohort_month", member=alice)) == {(date(2025, 12, 1),)}
    assert MemberMetrics.objects.get(member=alice).gap_days == Decimal("30.0")


def test_who_gave_everything_back_bought_nothing(spring):
    _, bob = spring

    follow(give_back(bob.orders.get(), 700))

    for model in (PurchaseDay, MemberMonth, MemberMetrics):
        assert not model.objects.filter(member=bob).exists()
    assert rows(KpiDay, *SALES, day=MAR_1) == [
        (MAR_1, "SH01", "pos", 2, 4_100, 2_400, 1, 2_000, 1, 0)
    ]


def test_members_join_on_the_programmes_day_at_their_store_unless_they_are_none(alice, bob):
    """00:00 in Shanghai is 16:00 of the day before in UTC."""
    hear()
    facts.refresh(at=NOW)
    joined = ("day", "store__code", "channel__code", "joined_count")
    assert rows(KpiDay, *joined) == [(MAR_2, "BJ01", "pos", 1), (MAR_2, "SH01", "pos", 1)]

    midnight = datetime(2026, 3, 2, 16, tzinfo=UTC)
    enroll(joined_at=midnight)
    enroll(joined_at=midnight - timedelta(microseconds=1))
    hear()
    facts.refresh(at=NOW)

    assert rows(KpiDay, *joined) == [
        (MAR_2, "BJ01", "pos", 1),
        (MAR_2, "SH01", "pos", 2),
        (date(2026, 3, 3), "SH01", "pos", 1),
    ]
    Member.objects.filter(pk=bob.pk).update(state="ERASED")
    facts.mark_joined(member_ids=[bob.pk])
    facts.refresh(at=NOW)

    assert rows(KpiDay, *joined, day=MAR_2) == [(MAR_2, "SH01", "pos", 2)]


def test_whoever_joins_in_an_hour_that_comes_twice_at_midnight_counts_on_that_day(shop):
    # In the Azores the clock goes back from one to midnight: 26 October begins at 0:00 UTC and,
    # once more, at 1:00.
    Program.objects.update(time_zone="Atlantic/Azores", version=3)
    midnight = datetime(2025, 10, 26, tzinfo=UTC)
    for minutes in (-1, 0, 59, 60, 119):
        enroll(joined_at=midnight + timedelta(minutes=minutes))
    hear()
    facts.refresh(at=NOW)

    joined = rows(KpiDay, "day", "joined_count", joined_count__gt=0)
    assert joined == [(date(2025, 10, 25), 1), (date(2025, 10, 26), 4)]


def test_points_count_on_the_day_they_moved_however_late_they_are_told(alice):
    earn(alice, 300, at=datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC))
    earn(alice, 100, at=datetime(2026, 3, 2, 16, tzinfo=UTC))
    facts.refresh(at=NOW)
    earn(alice, 50, at=datetime(2026, 3, 1, 16, tzinfo=UTC))
    assert marks()[2] == 1
    facts.refresh(at=NOW)

    assert rows(PointsDay) == [
        (date(2026, 3, 2), "EARN", "purchase", 350, 2),
        (date(2026, 3, 3), "EARN", "purchase", 100, 1),
    ]
    assert marks()[2] == 0


def earn(member, count, *, at):
    LedgerEntry.objects.create(
        member=member, kind="EARN", points=count, pending_after=0, active_after=count, debt_after=0,
        reason="purchase", source_type="ORDER", key=f"order:{at}", occurred_at=at,
        recorded_at=LATER,
    )  # fmt: skip


def test_points_that_were_taken_back_with_their_transaction_never_moved(alice):
    with transaction.atomic():
        earn(alice, 300, at=NOW)
        assert marks()[2] == 1
        transaction.set_rollback(True)

    assert marks()[2] == 0


def test_a_second_refresh_finds_nothing_and_writes_nothing(spring):
    before = versions()

    assert facts.refresh(at=NOW) == 0
    list(member_days.rebuild())
    assert marks() == (0, 0, 0)
    assert versions() == before


def versions():
    """The rows as stored: an update that changes nothing would show here."""
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(
            f"SELECT '{name}', ctid::text FROM analytics_{name}"
            for name in ("memberday", "purchaseday", "membermonth", "membermetrics", "kpiday")
        ))  # fmt: skip
        return sorted(cursor.fetchall())


def test_computing_everything_anew_writes_only_what_was_wrong(spring):
    alice, _ = spring
    right, stored = everything(), versions()
    assert from_nothing() == right

    PurchaseDay.objects.filter(member=alice).update(net_amount=1)
    MemberMetrics.objects.filter(member=alice).delete()
    KpiDay.objects.create(day=date(2020, 1, 1), orders_count=9)
    list(fact_rebuilds.rebuild())

    assert everything() == right
    assert len(versions()) == len(stored)


def test_a_refresh_leaves_a_sign_of_life(alice):
    facts.refresh(at=NOW)

    assert Heartbeat.objects.get(name=facts.HEARTBEAT).seen_at == NOW


def test_facts_follow_each_minute_and_in_the_night_before_reminders():
    assert settings.CELERY_BEAT_SCHEDULE["facts"]["schedule"] == 60
    order = [step.code for step in panels.night_steps()]
    assert order.index("loyalty.coupons") < order.index("analytics.facts")
    assert order.index("analytics.facts") < order.index("loyalty.remind")
