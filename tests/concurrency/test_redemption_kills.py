"""kill -9 before and after every statement of each step between hold and hand-over: never points
without a reward, never a reward without points; the same call again ends well.

A process works on its step and kills itself at a statement that the test chooses, so that nothing
in the product knows of these tests.
"""

import multiprocessing
import os
import signal
from collections import Counter

import pytest
from django.db import connection, connections, transaction

from loyalty.models import Account, Coupon, Redemption, Reward
from loyalty.selectors import ledger_checks
from tests.concurrency import processes
from tests.loyalty import coupon_shop, till
from tests.loyalty import reward_shop as shop_of
from tests.loyalty.reward_shop import ask, days, left, live, minutes, rich

pytestmark = [pytest.mark.kill]
_context = multiprocessing.get_context("fork")
# More statements than any step has.
MOST = 90
PEOPLE = 6
POINTS = 200_000
STOCK = 1_000


def _die():
    os.kill(os.getpid(), signal.SIGKILL)


def _dying(work, statement, *, after):
    """Whether a process that does `work` was killed at this statement, from 0, or after it."""
    connections.close_all()
    child = _context.Process(target=_child, args=(work, statement, after))
    child.start()
    child.join(processes.SECONDS)
    assert child.exitcode in (0, -signal.SIGKILL), child.exitcode
    return child.exitcode == -signal.SIGKILL


def _child(work, statement, after):
    seen = 0

    def wrapper(execute, sql, parameters, many, context):
        nonlocal seen
        number, seen = seen, seen + 1
        if number == statement and not after:
            _die()
        answer = execute(sql, parameters, many, context)
        if number == statement:
            _die()
        return answer

    with connection.execute_wrapper(wrapper):
        work()
    os._exit(0)


def _committed_and_killed(work):
    """The work is through, and nobody hears of it."""
    connections.close_all()

    def whole():
        with transaction.atomic():
            transaction.on_commit(_die)
            work()

    child = _context.Process(target=whole)
    child.start()
    child.join(processes.SECONDS)
    assert child.exitcode == -signal.SIGKILL


@pytest.fixture
def crowd(shop):
    people = [till.register(f"138{number:08}") for number in range(PEOPLE)]
    for one in people:
        rich(one, POINTS)
    return people


def _step(name, number, person):
    """What is there before the step, the step, and the state that it ends in."""
    if name == "request":
        return lambda: ask(_reward("mug"), person, f"r-{number}"), "READY"
    if name == "request_with_money":
        return lambda: ask(_reward("vase"), person, f"r-{number}"), "REQUESTED"
    if name == "request_coupon":
        return lambda: ask(_reward("coupon"), person, f"r-{number}"), "FULFILLED"
    code, state = _BEFORE[name]
    row = ask(_reward(code), person, f"r-{number}")
    if name in ("hand_over_paid", "cancel_paid"):
        shop_of.pay(row, 2_000, f"pay-{number}")
    works = {
        "pay": lambda: shop_of.pay(row, 2_000, f"pay-{number}"),
        "hand_over": lambda: shop_of.hand_over(row, f"c-{number}"),
        "hand_over_paid": lambda: shop_of.hand_over(row, f"c-{number}"),
        "cancel": lambda: shop_of.cancel(row),
        "cancel_unpaid": lambda: shop_of.cancel(row),
        "cancel_paid": lambda: shop_of.cancel(row),
        "cancel_coupon": lambda: shop_of.cancel(row),
        "expire_unpaid": lambda: shop_of.tidy(minutes(31)),
        "expire_unclaimed": lambda: shop_of.tidy(days(40)),
    }
    return works[name], state


_BEFORE = {
    "pay": ("vase", "READY"),
    "hand_over": ("mug", "FULFILLED"),
    "hand_over_paid": ("vase", "FULFILLED"),
    "cancel": ("mug", "CANCELED"),
    "cancel_unpaid": ("vase", "CANCELED"),
    "cancel_paid": ("vase", "CANCELED"),
    "cancel_coupon": ("coupon", "CANCELED"),
    "expire_unpaid": ("vase", "EXPIRED"),
    "expire_unclaimed": ("mug", "EXPIRED"),
}
_made: dict[str, Reward] = {}


def _reward(code):
    return _made[code]


@pytest.mark.parametrize("name", ["request", "request_with_money", "request_coupon", *_BEFORE])
def test_a_step_that_is_killed_anywhere_leaves_all_or_nothing_and_ends_well_again(crowd, name):
    kind = coupon_shop.live("ten", stock_count=STOCK, limit_member=None)
    _made["mug"] = live("mug", stock_count=STOCK)
    _made["vase"] = live("vase", stock_count=STOCK, price_amount=2_000)
    _made["coupon"] = live("coupon", kind="COUPON", coupon_type=kind, stock_count=STOCK)
    killed, works, state = 0, [], ""
    for number in range(MOST):
        work, state = _step(name, number, crowd[number % PEOPLE])
        works.append(work)
        if not _dying(work, number // 2, after=number % 2):
            break
        killed += 1
    else:
        raise AssertionError("the step has more statements than this test kills")
    work, state = _step(name, MOST, crowd[0])
    works.append(work)
    _committed_and_killed(work)
    _check_sums()

    for work in works:
        work()

    assert killed >= 10
    _check_sums()
    assert Counter(Redemption.objects.values_list("state", flat=True)) == {state: len(works)}


def _check_sums():
    """Points that are gone are the points of what stands; pieces that are gone too."""
    assert ledger_checks.findings() == []
    standing = Redemption.objects.filter(state__in=["READY", "FULFILLED"])
    paid = sum(standing.values_list("points", flat=True))
    kept = sum(Account.objects.values_list("active_points", flat=True))
    assert kept + paid == PEOPLE * POINTS
    waiting = sum(Redemption.objects.filter(state="REQUESTED").values_list("points", flat=True))
    assert sum(Account.objects.values_list("held_points", flat=True)) == waiting
    for reward in _made.values():
        there = Redemption.objects.filter(
            reward=reward, state__in=["REQUESTED", "READY", "FULFILLED"]
        )
        assert left(reward) + there.count() == STOCK
    coupons = Coupon.objects.exclude(state="VOID").count()
    coupon_rewards = Redemption.objects.filter(reward__code="coupon", state="FULFILLED")
    assert coupons == coupon_rewards.count()
