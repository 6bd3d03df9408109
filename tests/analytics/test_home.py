"""The home page: every figure with the numbers of docs/algorithms/home-figures.md."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from analytics.selectors.home import home
from analytics.services import member_days
from loyalty.models import Account, Lot, Tier
from members.models import Member, Store
from tests.analytics.shop import NOW, TODAY, bought, enroll

pytestmark = pytest.mark.django_db


def day(number):
    """So many days ago."""
    return TODAY - timedelta(days=number)


@pytest.fixture
def busy_shop(alice, bob):
    """Alice buys now and before, Bob only before; somebody unknown as well."""
    bought(alice, 10_000, day=day(0), earned_points=100)
    bought(alice, 6_000, day=day(29), channel="mini", store=None, earned_points=60, spent_points=40)
    bought(bob, 8_000, day=day(30), store="BJ01", earned_points=80)
    bought(bob, 3_000, day=day(5), store="BJ01", refunded_amount=3_000, earned_points=30)
    bought(bob, 7_000, day=day(60), store="BJ01")
    bought(None, 4_000, day=day(10))
    bought(None, 2_000, day=day(59))
    list(member_days.rebuild())
    return alice, bob


def figures(**options):
    shown = home(at=NOW, **options)
    return {one.code: (one.value, one.previous) for one in shown.figures}


def test_the_figures_of_thirty_days_and_of_the_thirty_before(busy_shop):
    shown = figures()

    assert shown["active_members"] == (1, 1)
    assert shown["sales"] == (20_000, 10_000)
    assert shown["member_sales"] == (16_000, 8_000)
    assert shown["member_share"] == (Decimal("80.0"), Decimal("80.0"))


def test_a_comparison_is_told_in_per_cent_and_of_a_percentage_in_points(busy_shop):
    shown = home(at=NOW)

    assert shown.figure("sales").change_percent == Decimal("100.0")
    assert shown.figure("sales").change_points is None
    assert shown.figure("member_share").change_points == Decimal("0.0")
    assert shown.figure("member_share").change_percent is None
    assert shown.figure("liability").change_percent is None


def test_the_trend_shows_every_day_also_those_without_a_sale(busy_shop):
    trend = home(at=NOW).trend

    assert [one.day for one in trend] == [day(number) for number in range(29, -1, -1)]
    sold = [one for one in trend if one.orders_count]
    assert [
        (one.day, one.sales_amount, one.orders_count, one.earned_points, one.spent_points)
        for one in sold
    ] == [(day(29), 6_000, 1, 60, 40), (day(10), 4_000, 1, 0, 0), (day(0), 10_000, 1, 100, 0)]
    # What was given back whole is no sale; the points it earned were earned that day.
    assert (trend[24].day, trend[24].sales_amount, trend[24].earned_points) == (day(5), 0, 30)


def test_channels_are_bars_from_the_largest(busy_shop):
    bars = home(at=NOW).channels

    assert [(bar.code, bar.names["en"], bar.value, bar.share_percent) for bar in bars] == [
        ("pos", "Store till", 14_000, Decimal("70.0")),
        ("mini", "Mini-program", 6_000, Decimal("30.0")),
    ]


def test_members_are_counted_by_the_day_they_joined_in_the_programmes_zone(shop):
    # 00:00 of the first day of each period in Shanghai is 16:00 of the day before in UTC.
    first_of_period = datetime(2026, 1, 31, 16, tzinfo=UTC)
    instant = timedelta(microseconds=1)
    for joined_at in (NOW, first_of_period, first_of_period - instant):
        enroll(joined_at=joined_at)
    enroll(joined_at=first_of_period - timedelta(days=30))
    enroll(joined_at=first_of_period - timedelta(days=30) - instant)

    shown = home(at=NOW)

    assert (shown.figure("members").value, shown.figure("members").previous) == (5, 3)
    assert (shown.figure("new_members").value, shown.figure("new_members").previous) == (2, 2)


def test_merged_and_erased_people_are_no_members(alice, bob):
    carol = enroll()
    Member.objects.filter(pk=bob.pk).update(state="MERGED", merged_into=alice)
    Member.objects.filter(pk=carol.pk).update(state="ERASED")

    shown = home(at=NOW)

    assert shown.figure("members").value == 1
    assert [(one.code, one.value) for one in shown.tiers] == [("member", 1)]


def test_liability_is_outstanding_points_at_their_price_less_breakage(alice, bob):
    """1,001 points at 100 for 1 yuan, 15 % breakage: 850.85 fen, rounded down."""
    Account.objects.filter(member=alice).update(
        pending_points=300, active_points=500, held_points=200, debt_points=0
    )
    Account.objects.filter(member=bob).update(active_points=201, debt_points=50)

    shown = figures()

    assert shown["outstanding_points"] == (1_001, None)
    assert shown["liability"] == (850, None)


def lot(member, remaining, *, expires_at, held=0):
    return Lot.objects.create(
        member=member,
        entry_id=1,
        earned_points=remaining,
        remaining_points=remaining,
        held_points=held,
        activates_at=NOW - timedelta(days=30),
        expires_at=expires_at,
    )


def test_points_that_lapsed_are_owed_no_more_whether_or_not_a_job_has_run(alice):
    Account.objects.filter(member=alice).update(active_points=600, held_points=50)
    lot(alice, 100, expires_at=NOW)
    lot(alice, 80, expires_at=NOW - timedelta(days=1), held=50)
    lot(alice, 420, expires_at=NOW + timedelta(microseconds=1))

    # 100 and the 30 of the second that no hold pins are gone.
    assert figures()["outstanding_points"] == (470, None)


def test_tiers_are_slices_from_the_lowest(alice, bob):
    gold = Tier.objects.get(code="gold")
    Account.objects.filter(member=bob).update(tier=gold)
    enroll()

    tiers = home(at=NOW).tiers

    assert [(one.code, one.names["zh"], one.value, one.share_percent) for one in tiers] == [
        ("member", "普通会员", 2, Decimal("66.7")),
        ("gold", "金卡", 1, Decimal("33.3")),
    ]
    assert tiers[1].color == gold.color


def test_a_store_sees_its_own_sales_and_its_own_members(busy_shop):
    alice, bob = busy_shop
    Account.objects.filter(member=alice).update(active_points=1_000)
    Account.objects.filter(member=bob).update(active_points=70)
    store = Store.objects.get(code="BJ01").pk
    lot(alice, 5, expires_at=NOW)

    shown = figures(store_ids=[store])

    assert shown["members"] == (1, 0)
    assert shown["sales"] == (0, 8_000)
    assert shown["active_members"] == (0, 1)
    assert shown["member_share"] == (None, Decimal("100.0"))
    assert shown["outstanding_points"] == (70, None)
    assert home(at=NOW, store_ids=[]).figure("sales").value == 0


def test_an_empty_shop_has_zeros_and_no_shares(shop):
    shown = home(at=NOW)

    assert {one.code: one.value for one in shown.figures} == {
        "members": 0,
        "new_members": 0,
        "active_members": 0,
        "sales": 0,
        "member_sales": 0,
        "member_share": None,
        "outstanding_points": 0,
        "liability": 0,
    }
    assert (shown.tiers, shown.channels, len(shown.trend)) == ((), (), 30)


def test_the_day_changes_at_midnight_in_shanghai(busy_shop):
    before = home(at=datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC))
    after = home(at=datetime(2026, 3, 2, 16, tzinfo=UTC))

    assert (before.as_of, after.as_of) == (date(2026, 3, 2), date(2026, 3, 3))
    # The mini-program's order of the first day has left the period.
    assert (before.figure("sales").value, after.figure("sales").value) == (20_000, 14_000)


def test_the_page_takes_at_most_eight_queries(busy_shop, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        home(at=NOW)


def test_every_figure_has_a_name_and_a_definition(shop):
    assert all(str(one.label) and str(one.definition) for one in home(at=NOW).figures)
