"""Whatever the order in which facts are told, and however often, progress and awards are those that
the facts that stand are due."""

import random
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.models import Challenge, ChallengeAward, ChallengeProgress, Order, PrizeGrant
from loyalty.rules import challenges as rules
from loyalty.services import challenge_books, challenge_hearing
from members.models import Event
from tests.loyalty import till
from tests.loyalty.challenge_shop import buy, challenge, work
from tests.loyalty.till import NOW, give_back

pytestmark = pytest.mark.django_db
KINDS = (
    {"target": 3, "window": "EVER"},
    {"target": 2, "window": "MONTH", "limit_times": 1},
    {"target": 2, "window": "WEEK", "is_repeating": False},
    {"counts": "REPEAT_ORDERS", "target": 2, "window": "QUARTER"},
    {"counts": "SPEND", "target": 7_000, "window": "MONTH", "min_order_amount": 1_500},
)


def left(order):
    return order.net_amount - order.refunded_amount + order.refunded_shipping_amount


def expected(rule, member):
    """Sums of a member's windows, from the orders alone, in one go."""
    orders = Order.objects.filter(member=member).order_by("business_date", "occurred_at", "pk")
    standing = [one for one in orders if left(one) > 0]
    if rule.counts == rules.REPEAT_ORDERS:
        standing = standing[1:]
    found: dict[date, int] = {}
    for one in standing:
        if not rule.holds_at(one.occurred_at) or left(one) < rule.min_order_amount:
            continue
        first = rules.window_on(rule, one.business_date)
        found[first] = found.get(first, 0) + (left(one) if rule.counts == rules.SPEND else 1)
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_told_late_twice_and_in_any_order_it_comes_to_what_the_orders_are_due(alice, bob, seed):
    dice = random.Random(seed)
    for number, kind in enumerate(KINDS):
        challenge(f"k{number}", since=NOW - timedelta(days=150), **kind)
    sold = []
    for number in range(18):
        then = NOW - timedelta(days=dice.randrange(200), minutes=dice.randrange(600))
        phone = dice.choice(("13800138000", "13900139000"))
        sold.append(buy(f"O{number}", dice.randrange(10, 60), when=then, now=NOW, phone=phone))
        if dice.random() < 0.4:
            amount = dice.choice((None, dice.randrange(1, 900)))
            give_back(sold.pop(dice.randrange(len(sold))), f"R{number}", amount)
        if dice.random() < 0.15:
            work()
    heard = list(Event.objects.filter(type__startswith="loyalty.order."))
    for _ in range(3):
        dice.shuffle(heard)
        challenge_hearing.hear(events=heard[: dice.randrange(1, len(heard))], at=NOW)
    work()

    for made in Challenge.objects.all():
        rule = challenge_books.rule(made)
        for member in (alice, bob):
            _compare(rule, member)
    given = PrizeGrant.objects.filter(state="GIVEN").count()
    assert given == ChallengeAward.objects.filter(undone_at=None).count()


def _compare(rule, member):
    due = expected(rule, member)
    kept = ChallengeProgress.objects.filter(challenge_id=rule.id, member=member, value__gt=0)
    assert dict(kept.values_list("window_on", "value")) == due
    standing = ChallengeAward.objects.filter(challenge_id=rule.id, member=member, undone_at=None)
    most = sum(rules.due(rule, value) for value in due.values())
    assert standing.count() == min(most, rule.limit_times or most)
    assert all(one.window_on in due and rules.due(rule, due[one.window_on]) > 0 for one in standing)


def test_the_steps_of_a_batch_cost_no_statement_each(alice, django_assert_max_num_queries):
    """10 orders × 5 challenges, with as many statements as 2 × 5."""
    for number, kind in enumerate(KINDS):
        challenge(f"k{number}", since=NOW - timedelta(days=150), **kind)
    for number in range(10):
        buy(f"O{number}", 20, when=NOW - timedelta(days=number), now=NOW)
    told = list(Event.objects.filter(type="loyalty.order.recorded").order_by("pk"))
    for some in (told[:2], told):
        with django_assert_max_num_queries(22):
            challenge_hearing.hear(events=some, at=NOW)


def test_an_order_costs_the_till_no_statement_more(alice):
    challenge()
    buy("O1")
    sent = till.document("O2", till.line("1", 1_000))
    with CaptureQueriesContext(connection) as asked:
        till.orders.record(order=sent, source=till.TILL, at=NOW)
    assert len([one for one in asked if "SAVEPOINT" not in one["sql"]]) == 2
