"""Random histories: whatever happened in whatever order, what stands is what the facts say."""

import random

import pytest

from loyalty.models import Order, PrizeGrant, Referral, ReferralStep
from loyalty.rules import referrals as rules
from tests.loyalty import referral_shop as shop_of
from tests.loyalty import till
from tests.loyalty.referral_shop import DAY, FIRST_ORDER, FRIEND, LADDER, REFERRER, REGISTRATION
from tests.loyalty.till import NOW, SHANGHAI

_LEAST = 5_000
_STEPS = {1: 30, 2: 40, 3: 50}


@pytest.mark.parametrize("seed", [7, 20_261_122])
def test_a_random_history_ends_in_what_its_facts_say(alice, seed):
    dice = random.Random(seed)
    shop_of.live(
        (REGISTRATION, REFERRER, 10),
        (FIRST_ORDER, REFERRER, 100),
        (FIRST_ORDER, FRIEND, 60),
        *((LADDER, REFERRER, points, step) for step, points in _STEPS.items()),
        ladder_basis="FIRST_ORDER",
        min_order_amount=_LEAST,
        device_limit=None,
    )
    friends = {
        number: shop_of.join(number, alice, verified=dice.random() < 0.5) for number in range(4)
    }
    orders = []
    now = NOW
    for turn in range(26):
        now += DAY * dice.choice((0, 1, 3))
        number = dice.randrange(4)
        deed = dice.choice(("buy", "buy", "return", "return", "verify", "night"))
        if deed == "buy":
            paid_at = now - DAY * dice.randrange(3) if turn > 5 else now
            amount = dice.choice((4_000, 6_000, 9_000))
            name = f"o-{turn}"
            orders.append(
                (shop_of.buy(number, amount, when=max(paid_at, NOW), now=now, name=name), amount)
            )
        elif deed == "return" and orders:
            order, amount = orders.pop(dice.randrange(len(orders)))
            shop_of.give_back(order, dice.choice((amount, 1_000)), when=now, name=f"r-{turn}")
        elif deed == "verify":
            shop_of.verify(number, when=now)
        elif deed == "night":
            shop_of.night(now)
    shop_of.night(now)

    _compare(alice, friends.values(), now)


def _compare(referrer, friends, now):
    """The state that grew step by step, and the one worked out from the orders alone."""
    matured = verified = 0
    for friend in friends:
        facts = [
            rules.OrderFact(one.pk, one.occurred_at, one.net_amount - one.refunded_amount)
            for one in Order.objects.filter(member_id=friend.pk)
        ]
        first = rules.first_order(facts, min_amount=_LEAST, maturity_days=7, zone=SHANGHAI)
        has_matured = first is not None and first.matures_at <= now
        found = Referral.objects.get(friend=friend)
        assert (found.state == "MATURED") is has_matured
        assert shop_of.lifetime(friend) == 60 * has_matured
        matured += has_matured
        verified += found.verified_at is not None
    ladder = sum(points for step, points in _STEPS.items() if step <= matured)
    expected = 10 * verified + 100 * matured + ladder
    assert shop_of.lifetime(referrer) == expected
    assert till.balances(referrer)[1] == expected
    standing = ReferralStep.objects.filter(undone_at=None).values_list("step", flat=True)
    assert sorted(standing) == [step for step in _STEPS if step <= matured]
    assert not PrizeGrant.objects.filter(state="GIVEN", points=0).exists()
