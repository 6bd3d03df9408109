"""The one query that scores everybody says what the rules say of each."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from analytics.models import PurchaseDay
from analytics.rules import customer_classes, health, life_cycle, rfm, value_classes
from analytics.rules.policies import Policy
from analytics.selectors import health_checks, scoring
from analytics.selectors.filters import Period
from analytics.services import member_metrics
from members.models import BehaviorEvent, Member, ServiceCase, ServiceTopic
from tests import kept, world
from tests.analytics import buyers
from tests.analytics.shop import enroll

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Shanghai")
A = date(2026, 3, 1)
METHODS = tuple(rfm.Method)


def scored(policy=None, *, as_of=A):
    """Rows by member id, each a dictionary by column."""
    period = Period(from_on=as_of, to_on=as_of)
    query = scoring.as_of(period, policy=policy or Policy(), zone=ZONE)
    with connection.cursor() as cursor:
        cursor.execute(query.sql, query.params)
        return {row[0]: dict(zip(scoring.COLUMNS[1:], row[1:], strict=True)) for row in cursor}


def by_rules(days, seen, answers, policy, as_of=A):
    """What the rules say, of purchase days by member id, active days and answers."""
    told, figures = {}, []
    for member_id, bought in days.items():
        past = {day: row for day, row in bought.items() if day <= as_of}
        told[member_id] = row = _figures(past, policy, as_of)
        if row["window_orders_count"]:
            figures.append(
                rfm.Figures(
                    member_id,
                    row["recency_days"],
                    row["window_orders_count"],
                    row["window_net_amount"],
                )
            )
    scores = rfm.score(figures, method=rfm.Method(policy.rfm_method), cuts=policy.rfm_cuts)
    for member_id, row in told.items():
        _judge(row, scores.get(member_id), policy)
        row["engagement_score"] = health.engagement_score(
            seen.get(member_id, 0), policy.engagement_cuts
        )
        row["service_score"] = health.service_score(answers.get(member_id, ()))
        _health(row, policy)
    return told


def _figures(past, policy, as_of):
    def total(days, place):
        return sum(row[place] for day, row in past.items() if day > as_of - timedelta(days=days))

    return {
        "last_day": max(past, default=None),
        "recency_days": (as_of - max(past)).days if past else None,
        "orders_count": total(10_000, 0),
        "purchase_days_count": len(past),
        "gap_days": life_cycle.median_gap(list(past)),
        "window_orders_count": total(policy.rfm_window_days, 0),
        "window_net_amount": total(policy.rfm_window_days, 1),
        "year_orders_count": total(365, 0),
        "year_net_amount": total(365, 1),
    }


def _judge(row, scores, policy):
    row["r_score"], row["f_score"], row["m_score"] = (
        (scores.r, scores.f, scores.m) if scores else (None, None, None)
    )
    for name in ("class_4", "class_8", "class_10"):
        row[name.replace("class", "rfm")] = getattr(scores, name) if scores else ""
    row["stage"] = life_cycle.stage(
        life_cycle.Buying(
            recency_days=row["recency_days"],
            year_orders_count=row["year_orders_count"],
            purchase_days_count=row["purchase_days_count"],
            gap_days=row["gap_days"],
        ),
        policy.life_cycle,
    )
    row["value_class"] = value_classes.value_class(
        net_amount=row["year_net_amount"], orders_count=row["year_orders_count"], cuts=policy.value
    )
    row["customer_class"] = customer_classes.customer_class(
        customer_classes.Buying(
            recency_days=row["recency_days"],
            orders_count=row["orders_count"],
            year_orders_count=row["year_orders_count"],
        ),
        policy.customer,
    )


def _health(row, policy):
    parts = {part: row[f"{part}_score"] for part in health.PARTS}
    for letter in "rfm":
        parts[letter] = parts[letter] or 1
    has_bought = row["recency_days"] is not None
    row["health"] = health.health(parts, policy.health) if has_bought else None
    row["health_class"] = health.health_class(row["health"], policy.health)


@pytest.fixture(scope="module")
def opened(django_db_setup, django_db_blocker):
    yield from kept.rows(django_db_blocker, world.open_shop)


@pytest.fixture
def shop(opened, db):
    """Opened once for all tests here."""


@pytest.fixture
def crowd(shop):
    """Forty members with random histories, many of them equal, some after the as-of day."""
    dice = random.Random(6)
    people = buyers.members(40, joined_at=datetime(2025, 1, 1, tzinfo=UTC))
    days = {}
    for member in people:
        count = dice.choice((0, 1, 1, 2, 3, 4, 6, 9, 14))
        lately = dice.choice((-20, 0, 10, 45, 100, 200, 380))
        ago = dice.sample(range(lately, lately + 120), count)
        days[member.pk] = buyers.spread(
            A,
            [
                (one, dice.choice((1, 1, 2)), dice.choice((5_000, 20_000, 99_999, 400_000)))
                for one in ago
            ],
        )
        buyers.bought(member, days[member.pk])
    return days


@pytest.fixture
def contacts(crowd):
    """Days on which some were seen, and what some said of the service."""
    dice, seen, answers = random.Random(7), {}, {}
    topic = ServiceTopic.objects.create(code="t", name_en="T")
    for member_id in list(crowd)[::2]:
        days = dice.sample(range(100), dice.choice((0, 1, 4, 30)))
        seen[member_id] = len([ago for ago in days if ago < 90])
        BehaviorEvent.objects.bulk_create(
            BehaviorEvent(
                source="app",
                external_id=f"{member_id}-{ago}-{half}",
                member_id=member_id,
                kind="page_view",
                occurred_at=noon(ago),
                recorded_at=noon(ago),
            )
            for ago in days
            for half in (1, 2)
        )
    for member_id in list(crowd)[::3]:
        said = [dice.choice((1, 3, 4, 5, None)) for _ in range(dice.choice((1, 2, 3)))]
        answers[member_id] = [health.answer_weight(*answer(one)) for one in said]
        for one in said:
            ServiceCase.objects.create(
                member_id=member_id,
                topic=topic,
                kind="COMPLAINT",
                medium="CALL",
                satisfaction=one,
                opened_at=noon(5),
                recorded_at=noon(5),
                first_response_due_at=noon(5),
            )
    return seen, answers


def answer(satisfaction):
    return ("COMPLAINT", 0) if satisfaction is None else ("SATISFACTION", satisfaction)


def noon(days_ago):
    day = A - timedelta(days=days_ago)
    return datetime(day.year, day.month, day.day, 12, tzinfo=ZONE)


def test_the_query_equals_the_rules_member_for_member_by_every_method(crowd, contacts):
    seen, answers = contacts
    for method in METHODS:
        for window in (90, 365):
            policy = Policy(rfm_method=method, rfm_window_days=window)
            assert scored(policy) == by_rules(crowd, seen, answers, policy)


def test_other_cuts_change_the_query_as_they_change_the_rules(crowd, contacts):
    policy = Policy(
        rfm_method="FIXED",
        rfm_cuts=rfm.Cuts(r=(1, 20, 60, 61), f=(1, 2, 3, 5), m=(1, 20_000, 40_000, 500_000)),
        mature_orders_count=2,
        decline_days=40,
        lost_days=120,
        gap_factor=2,
        gap_floor_days=3,
        gap_from_days_count=4,
        value_high_amount=200_000,
        value_high_repeats=0,
        value_basic_amount=50_000,
        loyal_orders_count=2,
        loyal_days=30,
        lost_orders_count=1,
        lost_customer_days=100,
        health_r_percent=0,
        health_f_percent=0,
        health_m_percent=0,
        health_engagement_percent=40,
        health_service_percent=60,
        engagement_cuts=(2, 4, 20, 25),
    )

    assert scored(policy) == by_rules(crowd, contacts[0], contacts[1], policy)


def test_as_of_an_earlier_day_nothing_later_counts(crowd):
    earlier = A - timedelta(days=60)
    before = scored(as_of=earlier)

    PurchaseDay.objects.filter(day__gt=earlier).delete()
    member_metrics.recompute(member_ids=Member.objects.values_list("pk", flat=True))

    assert scored(as_of=earlier) == before
    assert {row["engagement_score"] for row in before.values()} == {None}


def test_members_who_objected_or_are_gone_or_came_later_are_not_scored(shop):
    states = ("ACTIVE", "RESTRICTED", "ERASED")
    people = [enroll() for _ in range(5)]
    joined = datetime(2026, 3, 1, 15, 59, tzinfo=UTC)
    Member.objects.filter(pk__in=[one.pk for one in people]).update(joined_at=joined)
    for member, state in zip(people[:3], states, strict=True):
        Member.objects.filter(pk=member.pk).update(state=state)
    Member.objects.filter(pk=people[3].pk).update(is_profiled=False)
    # A minute later it is 2 March in Shanghai.
    Member.objects.filter(pk=people[4].pk).update(joined_at=joined + timedelta(minutes=1))

    assert [row["stage"] for row in scored().values()] == ["acquisition"]
    assert len(scored(as_of=A + timedelta(days=1))) == 2


def test_who_bought_before_the_window_has_no_scores_and_the_lowest_health(shop):
    member = enroll()
    buyers.bought(member, buyers.days_ago(A, 365, 400, 420))

    row = scored()[member.pk]

    assert (row["recency_days"], row["r_score"], row["rfm_8"]) == (365, None, "")
    assert (row["stage"], row["health"], row["health_class"]) == ("lost", 0, "low")
    assert row["gap_days"] == Fraction(55, 2)


def test_the_first_day_of_the_window_counts_and_the_day_before_does_not(shop):
    member = enroll()
    buyers.bought(member, buyers.days_ago(A, 0, 364, 365))

    assert scored()[member.pk]["window_orders_count"] == 2
    shorter = replace(Policy(), rfm_window_days=364)
    assert scored(shorter)[member.pk]["window_orders_count"] == 1


def test_health_and_recency_are_judged_by_who_falls_silent(shop):
    cut_off = A - timedelta(days=30)
    often, once, gone, late = buyers.members(4, joined_at=datetime(2025, 1, 1, tzinfo=UTC))
    buyers.bought(often, buyers.days_ago(A, 0, 40, 50, 60))
    buyers.bought(once, buyers.days_ago(A, 32))
    buyers.bought(gone, buyers.days_ago(A, 300))
    # Not yet a buyer at the cut-off: nobody to judge.
    buyers.bought(late, buyers.days_ago(A, 10))

    found = health_checks.check(as_of=cut_off, horizon_days=30, policy=Policy(), zone=ZONE)

    assert (found.members, found.silent) == (3, 2)
    # Health puts both who fell silent below the other; by recency one was nearer than that.
    assert (found.health_area, found.recency_area) == (Fraction(1), Fraction(1, 2))
    nobody = health_checks.check(as_of=A, horizon_days=30, policy=Policy(), zone=ZONE)
    assert (nobody.silent, nobody.health_area) == (4, None)
