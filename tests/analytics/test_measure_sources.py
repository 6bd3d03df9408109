"""Where members come from and what they cost, how they rise, what points and voices come to."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from analytics.models import ChannelSpend, PointsDay
from analytics.registry import measures
from analytics.rules import spends
from analytics.selectors.filters import Filters, Period
from analytics.selectors.measures import funnels, sources, tiers
from analytics.services import fact_rebuilds
from loyalty.models import Account, ReferralInvitation, Tier, TierChange
from members.models import (
    BehaviorEvent,
    Channel,
    Member,
    ServiceCase,
    ServiceTopic,
    Survey,
    SurveyResponse,
)
from tests.analytics.shop import bought, enroll

pytestmark = pytest.mark.django_db
MARCH = Period(from_on=date(2026, 3, 1), to_on=date(2026, 3, 31))


def at(day, *, hour=4, month=3):
    return datetime(2026, month, day, hour, tzinfo=UTC)


def told(code, period=MARCH):
    found = measures.measure(code).read(Filters(period=period))
    return (found.value, found.numerator, found.denominator)


def joined(*days, **fields):
    members = [enroll(joined_at=at(day)) for day in days]
    Member.objects.filter(pk__in=[member.pk for member in members]).update(**fields)
    return members


def test_a_spend_falls_into_a_period_by_its_days():
    january = (date(2026, 1, 1), date(2026, 1, 31))

    assert spends.within(3_100, january, (date(2026, 1, 31), date(2026, 2, 5))) == 100
    assert spends.within(100, january, (date(2026, 1, 1), date(2026, 1, 3))) == Fraction(300, 31)
    assert spends.within(100, january, (date(2026, 2, 1), date(2026, 2, 3))) == 0


@pytest.fixture
def spring(shop):
    """Five joined in March, two of them at the counter by Guide G, one by the mini-program; two
    bought. Spent: 6,200 on the till over February and March, 300 on the mini-program's banner."""
    pos, mini = (Channel.objects.get(code=code) for code in ("pos", "mini"))
    by_guide = joined(2, 3, channel=pos, guide="g")
    others = joined(4, 5, channel=pos)
    by_app = joined(6, channel=mini, placement="banner")
    enroll(joined_at=at(20, month=2))
    bought(by_guide[0], 1_000, day=date(2026, 3, 31))
    bought(by_app[0], 1_000, day=date(2026, 3, 31))
    bought(others[0], 1_000, day=date(2026, 4, 1))
    days = {"created_at": at(1), "from_on": date(2026, 3, 1), "to_on": date(2026, 3, 31)}
    ChannelSpend.objects.create(channel=pos, amount=5_900, **(days | {"from_on": date(2026, 2, 1)}))
    ChannelSpend.objects.create(channel=mini, placement="banner", amount=300, **days)
    list(fact_rebuilds.rebuild())
    return pos, mini


def test_new_members_cost_what_was_spent_on_their_channel(spring):
    pos, mini = spring
    # 31 of 59 days fall into March.
    filters = Filters(period=MARCH)
    by_channel: dict[Any, Any] = {
        one.key: (one.new, one.with_order, one.spend, one.each.value)
        for one in sources.sources(filters, sources.By.CHANNEL)
    }

    assert by_channel == {pos.pk: (4, 1, 3_100, 775), mini.pk: (1, 1, 300, 300)}
    assert told("cac") == (680, 3_400, 5)
    assert told("cac_first_order") == (1_700, 3_400, 2)


def test_a_guide_takes_a_part_for_each_member_whom_a_spend_could_have_brought(spring):
    filters = Filters(period=MARCH)

    assert {one.key: one.spend for one in sources.sources(filters, sources.By.GUIDE)} == {
        "g": 1_550,
        "": 1_850,
    }
    assert {one.key: one.spend for one in sources.sources(filters, sources.By.PLACEMENT)} == {
        "": 3_100,
        "banner": 300,
    }
    assert [one.spend for one in sources.sources(filters, sources.By.STORE) if one.key] == [0]


def test_the_k_factor_counts_who_came_through_a_member(spring):
    referrer = Member.objects.order_by("pk").first()
    newest = Member.objects.filter(joined_at__gte=at(4)).values("pk")[:2]
    Member.objects.filter(pk__in=[row["pk"] for row in newest]).update(referrer=referrer)

    # One member was there when March began.
    assert told("k_factor") == (Decimal("2.00"), 2, 1)


def test_the_k_factor_is_invitations_per_member_times_their_conversion(spring):
    referrer = Member.objects.order_by("pk").first()
    newest = Member.objects.filter(joined_at__gte=at(4)).values("pk")[:2]
    Member.objects.filter(pk__in=[row["pk"] for row in newest]).update(referrer=referrer)
    for number, day in enumerate((1, 2, 3, 30)):
        ReferralInvitation.objects.create(
            member=referrer,
            source="app",
            external_id=str(number),
            invited_at=at(day),
            recorded_at=at(day),
        )

    assert told("invitations_per_member") == (Decimal("4.00"), 4, 1)
    assert told("invitation_conversion") == (Decimal("50.0"), 2, 4)


def test_each_step_of_the_funnel_is_a_part_of_the_one_before(spring):
    visitor = Member.objects.get(placement="banner")
    never = joined(7)[0]
    early = Member.objects.filter(joined_at__lt=at(1)).get()
    for number, member in enumerate((visitor, visitor, never, early, None, None)):
        BehaviorEvent.objects.create(
            source="app",
            external_id=str(number),
            member=member,
            visitor="" if member else "v",
            kind="app_open",
            occurred_at=at(2),
            recorded_at=at(2),
        )

    acquired = funnels.acquisition(Filters(period=MARCH))
    joining = funnels.joining(Filters(period=MARCH))

    # Two who joined and one unknown visitor; who was a member before isn't acquired.
    assert [(one.code, one.count) for one in acquired] == [
        ("visited", 3),
        ("joined", 2),
        ("first_order", 1),
        ("second_order", 0),
    ]
    assert [one.count for one in joining] == [6, 2, 0]
    assert told("mau_events", Period(from_on=at(2).date(), to_on=at(2).date()))[0] == 3


def test_who_joined_and_had_no_second_order_in_ninety_days_bounced(shop):
    stayed, gone, late = joined(1, 1, 2)
    bought(stayed, 500, day=date(2026, 3, 9))
    bought(stayed, 500, day=date(2026, 3, 9))
    bought(gone, 500, day=date(2026, 3, 9))
    bought(gone, 500, day=date(2026, 5, 31))
    bought(late, 500, day=date(2026, 3, 9))
    list(fact_rebuilds.rebuild())
    ninetieth = Period(from_on=date(2026, 5, 30), to_on=date(2026, 5, 30))

    # Of the two of 1 March one bought twice on a day, the other a second time on day 91.
    assert told("bounce_rate", ninetieth) == (Decimal("50.0"), 1, 2)


def test_members_who_rose_are_a_part_of_those_who_could(shop):
    base, silver, gold = Tier.objects.order_by("rank")[:3]
    members = [enroll(joined_at=at(1, month=1)) for _ in range(4)]
    newcomer = enroll(joined_at=at(15))
    for member, steps in (
        (members[0], ((base, silver, 10), (silver, base, 20))),
        (members[1], ((base, gold, 12),)),
        (newcomer, ((base, silver, 16),)),
    ):
        for before, after, day in steps:
            TierChange.objects.create(
                member=member, from_tier=before, to_tier=after, reason="UPGRADE",
                occurred_at=at(day), recorded_at=at(day),
            )  # fmt: skip
            Account.objects.filter(member=member).update(tier=after)
    filters = Filters(period=MARCH)

    conversions = {one.tier.code: (one.risen, one.members) for one in tiers.conversions(filters)}
    assert conversions[base.code] == (2, 4)
    flow = {
        (one.before.code if one.before else None, one.after.code): one.members
        for one in tiers.flow(filters)
    }
    assert flow == {
        (None, silver.code): 1,
        (base.code, base.code): 3,
        (base.code, gold.code): 1,
    }
    # April begins where March ended.
    april = Filters(period=Period(from_on=date(2026, 4, 1), to_on=date(2026, 4, 30)))
    assert sum(one.members for one in tiers.conversions(april)) == 5
    assert told("upgrade_conversion") == (Decimal("50.0"), 2, 4)


def test_what_a_tier_brings_is_its_margin_less_the_points_it_earned(alice):
    bought(alice, 10_000, day=date(2026, 3, 5), earned_points=1_000)
    list(fact_rebuilds.rebuild())

    worth = tiers.worths(Filters(period=MARCH))[0]

    # Margin 20 %; 1,000 points pay 1,000 fen, breakage 15 %.
    assert (worth.members, worth.buyers, worth.sales) == (1, 1, 10_000)
    assert (worth.margin, worth.cost, worth.profit) == tuple(map(Fraction, (2_000, 850, 1_150)))
    assert told("member_profit")[0] == 1_150


def test_points_of_a_period_and_the_rate_that_was_used(shop):
    for kind, points in (("EARN", 1_000), ("REDEEM", -400), ("RESTORE", 50), ("EXPIRE", -70)):
        PointsDay.objects.create(
            day=date(2026, 3, 31), kind=kind, reason="x", points=points, entries_count=1
        )
    PointsDay.objects.create(
        day=date(2026, 4, 1), kind="EARN", reason="x", points=9, entries_count=1
    )
    Account.objects.filter(member=enroll()).update(active_points=589)

    assert [told(f"points_{name}")[0] for name in ("issued", "redeemed", "expired")] == [
        1_000,
        350,
        70,
    ]
    assert told("points_used_rate") == (Decimal("35.0"), 350, 1_000)
    # What was earned on 1 April isn't there on 31 March: 580 points, 15 % breakage.
    assert told("points_outstanding")[0] == 580
    assert told("points_liability")[0] == 493


def test_promoters_less_detractors_and_the_time_of_answers(shop, alice, bob):
    survey = Survey.objects.create(code="nps", kind="NPS", name_zh="推荐", name_en="NPS")
    for member, score, subject in ((alice, 9, ""), (bob, 6, ""), (alice, 10, "b"), (bob, 8, "b")):
        SurveyResponse.objects.create(
            survey=survey, member=member, score=score, subject=subject,
            occurred_at=at(5), recorded_at=at(5),
        )  # fmt: skip
    topic = ServiceTopic.objects.create(code="t", name_zh="问", name_en="Topic")
    for minutes in (*range(1, 11), None):
        ServiceCase.objects.create(
            topic=topic, medium="CALL", subject="x", opened_at=at(6), recorded_at=at(6),
            first_response_due_at=at(7),
            first_response_at=at(6) + timedelta(minutes=minutes) if minutes else None,
        )  # fmt: skip

    assert told("nps") == (Decimal("25.0"), 1, 4)
    assert told("response_time_mean") == (330, 3_300, 10)
    assert told("response_time_p90")[0] == 540


def test_a_session_lasts_from_its_first_event_to_the_end_of_its_last(shop, alice):
    for number, (session, minute, dwell) in enumerate(
        (("a", 0, None), ("a", 4, 60), ("b", 9, 30), (None, 9, 900))
    ):
        BehaviorEvent.objects.create(
            source="app", external_id=str(number), member=alice, kind="page_view",
            occurred_at=at(3) + timedelta(minutes=minute), recorded_at=at(4), dwell_seconds=dwell,
            attributes={"session": session} if session else {},
        )  # fmt: skip

    assert told("session_length") == (165, 330, 2)
