"""Every measure of analytics.md with whole numbers: docs/algorithms/measures.md."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from analytics.models import AnalyticsPolicy
from analytics.registry import measures
from analytics.selectors import asking
from analytics.selectors.filters import Filters, Period
from analytics.selectors.measures import months, repurchase
from analytics.services import fact_rebuilds
from members.models import Channel, Member, Store
from tests.analytics.shop import bought, enroll

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 3, 31)
MARCH = Period(from_on=date(2026, 3, 1), to_on=AS_OF)


def noon(day):
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def ago(days):
    return AS_OF - timedelta(days=days)


def computed():
    list(fact_rebuilds.rebuild())


def value(code, *, period=MARCH, **filters):
    found = measures.measure(code).read(Filters(period=period, **filters))
    return found.value


def ratio(code, *, period=MARCH, **filters):
    found = measures.measure(code).read(Filters(period=period, **filters))
    return (found.numerator, found.denominator, found.value)


@pytest.fixture
def people(shop):
    """Six members: they bought 0, 30, 31, 61, 90 and 91 days ago; a seventh never did."""
    members = [enroll(joined_at=noon(ago(200))) for _ in range(7)]
    for member, days in zip(members, (0, 30, 31, 61, 90, 91), strict=False):
        bought(member, 1_000, day=ago(days))
    computed()
    return members


def test_members_by_the_days_since_their_last_order_make_up_all_members(people):
    assert [
        value(code)
        for code in (
            "members",
            "active_members",
            "warm_members",
            "dormant_members",
            "lost_members",
            "never_buyers",
        )
    ] == [7, 2, 1, 2, 1, 1]


def test_recency_as_of_an_earlier_day_knows_nothing_of_later_orders(people):
    first = people[0]
    bought(first, 1_000, day=ago(100))
    computed()

    before = Period(from_on=ago(80), to_on=ago(60))

    # The first one's last order was then 40 days ago, the others' 1, 30 and 31 days.
    assert value("active_members", period=before) == 2
    assert value("warm_members", period=before) == 2
    assert value("never_buyers", period=before) == 3


def test_the_cuts_are_the_operators(people):
    AnalyticsPolicy.objects.create(pk=1, active_days=31, warm_days=61, dormant_days=90)

    assert value("active_members") == 3
    assert value("warm_members") == 1
    assert value("dormant_members") == 1


def test_merged_and_erased_people_are_no_members_though_their_sales_stay(people):
    Member.objects.filter(pk=people[0].pk).update(state="ERASED")

    assert value("active_members") == 1
    assert value("members") == 6
    assert value("mau_orders") == 1
    assert value("sales") == 2_000


def test_daily_and_monthly_actives_count_thirty_days(people):
    # 30 days ago is the thirty-first day back.
    assert value("dau_orders") == 1
    assert value("mau_orders") == 1
    assert value("mau_orders", period=Period(from_on=ago(2), to_on=ago(2))) == 2


@pytest.fixture
def weeks(shop):
    """Alice buys on days 1, 31 and 122 of the year, twice on day 31; Bob on day 1 only; Carol on
    day 80 and, at the other store, 81."""
    alice, bob, carol = (enroll(joined_at=noon(date(2026, 1, 1))) for _ in range(3))
    start = date(2025, 12, 31)
    for number in (1, 31, 31):
        bought(alice, 1_000, day=start + timedelta(days=number))
    bought(alice, 1_000, day=start + timedelta(days=122))
    bought(bob, 2_500, day=start + timedelta(days=1))
    bought(carol, 400, day=start + timedelta(days=80))
    bought(carol, 600, day=start + timedelta(days=81), store="BJ01", channel="mini")
    bought(None, 500, day=start + timedelta(days=81))
    bought(bob, 900, day=start + timedelta(days=82), refunded_amount=900)
    computed()
    return alice, bob, carol


def test_repurchase_counts_purchase_days_whose_time_is_over(weeks):
    thirty, ninety = repurchase.repurchase(Filters(period=MARCH), (30, 90))

    # As of day 90: Alice's and Bob's first day lie 89 days back; hers is followed after 30.
    assert (thirty.first_repeated, thirty.first_base) == (1, 2)
    # Her second day (59 days back) isn't followed within 30 days; Carol's are too young.
    assert (thirty.all_repeated, thirty.all_base) == (1, 3)
    assert (ninety.first_base, ninety.all_base) == (0, 0)
    assert ratio("repurchase_first_30") == (1, 2, Decimal("50.0"))
    assert ratio("repurchase_all_90") == (0, 0, None)


def test_repurchase_in_a_store_is_as_if_only_its_sales_had_been(weeks):
    later = Period(from_on=MARCH.from_on, to_on=date(2026, 6, 30))
    beijing = (Store.objects.get(code="BJ01").pk,)

    (everywhere,) = repurchase.repurchase(Filters(period=later), (1,))
    (there,) = repurchase.repurchase(Filters(period=later, store_ids=beijing), (1,))

    assert (everywhere.all_repeated, everywhere.all_base) == (1, 6)
    assert (there.all_repeated, there.all_base) == (0, 1)


def test_cohorts_follow_the_month_of_the_first_paid_order(weeks):
    cohorts = months.cohorts(Filters(period=MARCH))

    # Alice bought on 1 and 31 January: that is one month.
    assert [(f"{one.month:%Y-%m}", one.active) for one in cohorts] == [
        ("2026-01", (2, 0, 0)),
        ("2026-03", (1,)),
    ]


def test_the_life_cycle_of_a_month_adds_up_to_its_buyers(weeks):
    until_may = Period(from_on=MARCH.from_on, to_on=date(2026, 5, 2))

    shown = months.life_cycle(Filters(period=until_may))

    assert [
        (f"{one.month:%m}", one.new, one.returning, one.resurrecting, one.dormant, one.active)
        for one in shown
    ] == [
        ("01", 2, 0, 0, 0, 2),
        ("02", 0, 0, 0, 2, 0),
        ("03", 1, 0, 0, 0, 1),
        ("04", 0, 0, 0, 1, 0),
        ("05", 0, 0, 1, 0, 1),
    ]
    # The day before Alice's last order, May has nobody.
    eve = Period(from_on=MARCH.from_on, to_on=date(2026, 5, 1))
    assert months.life_cycle(Filters(period=eve))[-1].active == 0
    assert ratio("month_churn", period=until_may) == (1, 1, Decimal("100.0"))


def test_averages_and_shares_tell_both_parts(weeks):
    assert ratio("aov") == (1_500, 3, 500)
    assert ratio("arpu") == (1_000, 1, 1_000)
    assert ratio("member_share") == (1_000, 1_500, Decimal("66.7"))
    assert ratio("returning_rate") == (1, 1, Decimal("100.0"))


def test_figures_are_narrowed_by_store_channel_and_tier(weeks):
    alice, _bob, _carol = weeks
    beijing = (Store.objects.get(code="BJ01").pk,)
    mini = (Channel.objects.get(code="mini").pk,)

    assert value("sales", store_ids=beijing) == 600
    assert value("sales", channel_ids=mini) == 600
    assert value("buyers", store_ids=()) == 0
    assert value("sales", tier_ids=(alice.account.tier_id,)) == 1_000
    assert value("members", store_ids=beijing) == 0


def test_a_question_is_asked_once_together(weeks, django_assert_num_queries):
    # Begin, settings, one question, settings back, end.
    with django_assert_num_queries(5), asking.together():
        assert value("member_share") == Decimal("66.7")
        assert value("aov") == 500


def test_every_measure_has_its_texts_and_an_empty_shop_has_values(shop):
    computed()
    with asking.together():
        for code, measure in measures.MEASURES.items():
            found = measure.read(Filters(period=MARCH))
            assert found.value in (0, None), code
            assert str(measure.label), code
            assert str(measure.definition), code
            assert bool(measure.numerator) == bool(measure.denominator), code


def test_a_long_period_counts_the_same_buyers_as_its_stores_do(weeks):
    year = Period(from_on=date(2026, 1, 1), to_on=date(2026, 12, 31))
    first_half = Period(from_on=date(2026, 1, 1), to_on=date(2026, 6, 29))
    everywhere = tuple(Store.objects.values_list("pk", flat=True))

    for period in (year, first_half):
        told = (2, 3, Decimal("66.7"))
        assert ratio("returning_rate", period=period) == told
        assert ratio("returning_rate", period=period, store_ids=everywhere) == told


def test_the_simple_lifetime_value_multiplies_what_a_year_brings(weeks):
    """The 52 weeks to 1 August have 7,500 fen in 7 orders of 3 buyers. Their second half begins on
    1 February: of Alice and Bob, who bought before, Bob didn't again, so h is a half."""
    august = Period(from_on=date(2026, 7, 1), to_on=date(2026, 8, 1))

    assert value("churn_year", period=august) == Decimal("75.0")
    # 7,500 ÷ 7 × 7 ÷ 3 ÷ 0.75 × 20 %
    assert value("clv_simple", period=august) == 667
