"""Benefits from many tills at the same moment: never one use too many, none lost."""

from collections import Counter
from typing import Any

import pytest

from loyalty.models import BenefitGrant, BenefitPeriod, BenefitUse, Coupon
from loyalty.services import benefit_nights, benefit_uses
from loyalty.services.benefit_refusals import BenefitRefused, BenefitUseConflict
from tests.concurrency.processes import at_once
from tests.loyalty import benefit_shop, coupon_shop, till
from tests.loyalty.benefit_shop import everyone, has, use
from tests.loyalty.till import NOW


@pytest.fixture
def bob(alice: Any) -> Any:
    return till.register("13900139000", "Bob")


def _tried(work: Any) -> str:
    """The code of the refusal, or nothing where it worked."""
    try:
        work()
    except (BenefitRefused, BenefitUseConflict) as refused:
        return refused.code
    return ""


def test_sixteen_uses_of_a_quota_of_three_and_a_grant_of_two_make_five(alice: Any) -> None:
    one = benefit_shop.live("clean", everyone(3), every="MONTH")
    benefit_shop.grant(one, alice, quota=2, days=5)

    tried = at_once(lambda n: _tried(lambda: use(one, alice, f"u{n}")), processes=16)

    assert Counter(tried) == {"": 5, "benefit_used_up": 11}
    assert (BenefitPeriod.objects.get().used_count, BenefitGrant.objects.get().used_count) == (3, 2)
    assert has(one, alice) == (5, 5, 0, "used_up")


def test_two_tills_use_the_last_one_and_one_number_of_two_members_is_one_use(
    alice: Any, bob: Any
) -> None:
    one = benefit_shop.live("clean", everyone(1))

    assert Counter(at_once(lambda n: _tried(lambda: use(one, alice, f"u{n}")), processes=2)) == {
        "": 1,
        "benefit_used_up": 1,
    }
    other = benefit_shop.live("park", everyone(9))
    who = (alice, bob)
    tried = at_once(lambda n: _tried(lambda: use(other, who[n % 2], "same")), processes=8)
    assert Counter(tried) == {"": 4, "benefit_use_conflict": 4}
    assert BenefitUse.objects.filter(benefit=other).count() == 1


def test_a_void_and_uses_at_once_give_one_back_once(alice: Any) -> None:
    """Eight take the same use back while eight others want one: one of them may get it."""
    one = benefit_shop.live("clean", everyone(1))
    first = use(one, alice, "first").use

    def work(number: int) -> str:
        if number % 2:
            return _tried(lambda: use(one, alice, f"u{number}"))
        benefit_uses.void(use_uid=first.uid, reason="mistake", at=NOW)
        return "void"

    tried = Counter(at_once(work, processes=16))
    standing = BenefitUse.objects.filter(state="USED").count()
    assert tried["void"] == 8
    assert tried[""] == standing <= 1
    assert BenefitPeriod.objects.get().used_count == standing


def test_two_nights_and_eight_members_who_ask_give_each_coupon_once(alice: Any, bob: Any) -> None:
    kind = coupon_shop.live("cake", limit_member=None)
    one = benefit_shop.live("cake", everyone(3), every="MONTH", coupon_type=kind)

    def work(number: int) -> int:
        if number < 2:
            return sum(benefit_nights.give_coupons(at=NOW))
        return len(benefit_shop.claim(one, (alice, bob)[number % 2]).coupons)

    given = at_once(work, processes=10)
    assert sum(given) == Coupon.objects.count() == 6
    assert set(BenefitPeriod.objects.values_list("given_count", flat=True)) == {3}
