"""Who has a benefit, how often a period, and what a use, a void and a grant change."""

from datetime import timedelta
from typing import Any

import pytest

from loyalty.models import BenefitGrant, BenefitPeriod, BenefitUse
from loyalty.selectors import benefits as selector
from loyalty.services import benefit_grants, benefits, tier_grants
from loyalty.services.benefit_refusals import BadBenefitGrant, BenefitRefused, BenefitUseConflict
from members.models import Event, Member, Store
from tests import world
from tests.loyalty import benefit_shop, coupon_shop, till
from tests.loyalty.benefit_shop import everyone, has, tag, tier, use
from tests.loyalty.till import NOW

pytestmark = pytest.mark.django_db
NEXT_MONTH = till.at("2026-12-01 09:00")


@pytest.fixture
def operator(shop: None) -> Any:
    return world.operator("chief")


def _tier(member: Any, code: str, operator: Any) -> None:
    tier_grants.set_by_hand(
        member_id=member.pk, tier_code=code, until_on=None, reason="gift", actor=operator, at=NOW
    )


def test_of_several_rules_the_highest_quota_counts_and_a_grant_adds_its_own(alice: Any) -> None:
    one = benefit_shop.live("clean", everyone(1), tag("vip", 3), tag("staff", 2), every="MONTH")
    assert has(one, alice) == (1, 0, 1, "")
    benefit_shop.put_tag(alice, "vip")
    benefit_shop.put_tag(alice, "staff")
    assert has(one, alice) == (3, 0, 3, "")
    benefit_shop.grant(one, alice, quota=2, days=10)
    assert has(one, alice) == (5, 0, 5, "")
    assert benefit_shop.codes(alice) == ["clean"]


def test_a_promotion_tops_up_to_the_new_quota_and_a_demotion_leaves_what_is_left_of_the_lower(
    alice: Any, operator: Any
) -> None:
    one = benefit_shop.live("clean", tier("member", 3), tier("gold", 5), every="MONTH")
    use(one, alice, "1")
    use(one, alice, "2")
    assert has(one, alice) == (3, 2, 1, "")
    _tier(alice, "gold", operator)
    assert has(one, alice) == (5, 2, 3, "")
    for number in "345":
        use(one, alice, number)
    assert has(one, alice) == (5, 5, 0, "used_up")
    tier_grants.end_by_hand(member_id=alice.pk, reason="ended", actor=operator, at=NOW)
    assert has(one, alice) == (3, 5, 0, "used_up")
    assert has(one, alice, NEXT_MONTH) == (3, 0, 3, "")


def test_a_use_takes_the_period_first_and_then_the_grant_that_ends_first(alice: Any) -> None:
    one = benefit_shop.live("clean", everyone(1), every="MONTH")
    never = benefit_shop.grant(one, alice, quota=1, key="never")
    late = benefit_shop.grant(one, alice, quota=1, days=20, key="late")
    soon = benefit_shop.grant(one, alice, quota=1, days=5, key="soon")
    taken = [use(one, alice, str(n)).use for n in range(4)]
    assert [row.grant_id for row in taken] == [None, soon.pk, late.pk, never.pk]
    with pytest.raises(BenefitRefused) as refusal:
        use(one, alice, "one more")
    assert refusal.value.code == "benefit_used_up"


def test_a_use_told_again_is_the_same_and_with_another_content_it_is_refused(
    alice: Any, bob: Any
) -> None:
    one, other = benefit_shop.live("clean", everyone(1)), benefit_shop.live("park", everyone(1))
    first = use(one, alice, "U-1")
    again = use(one, alice, "U-1")
    assert (again.use.pk, again.is_repeat, again.left) == (first.use.pk, True, 0)
    store = Store.objects.get(code="SH01")
    for asked in ({"benefit": other}, {"member": bob}, {"store_id": store.pk}):
        values = {"benefit": one, "member": alice, "number": "U-1", **asked}
        with pytest.raises(BenefitUseConflict):
            use(**values)
    assert BenefitUse.objects.count() == 1


def test_a_void_gives_back_in_the_same_period_only(alice: Any) -> None:
    one = benefit_shop.live("clean", everyone(2), every="MONTH")
    first, second = use(one, alice, "1"), use(one, alice, "2")
    assert benefit_shop.void(first).given_back
    assert benefit_shop.void(first, NEXT_MONTH).given_back
    assert has(one, alice) == (2, 1, 1, "")
    late = benefit_shop.void(second, NEXT_MONTH)
    assert (late.state, late.given_back) == ("VOID", False)
    assert BenefitPeriod.objects.get().used_count == 1
    assert has(one, alice, NEXT_MONTH) == (2, 0, 2, "")


def test_a_void_gives_back_to_a_grant_while_it_holds(alice: Any) -> None:
    one = benefit_shop.live("clean", tag("nobody", 1))
    benefit_shop.grant(one, alice, quota=1, days=5)
    first = use(one, alice, "1")
    assert benefit_shop.void(first).given_back
    assert has(one, alice) == (1, 0, 1, "")
    second = use(one, alice, "2")
    assert not benefit_shop.void(second, NOW + timedelta(days=6)).given_back
    assert BenefitGrant.objects.get().used_count == 1


def test_what_is_claimed_is_usable_after_a_claim_of_each_period_and_for_its_days(
    alice: Any,
) -> None:
    one = benefit_shop.live("gym", everyone(2), every="MONTH", giving="CLAIMED", claim_days=3)
    assert has(one, alice) == (2, 0, 2, "not_claimed")
    with pytest.raises(BenefitRefused) as refusal:
        use(one, alice)
    assert refusal.value.code == "benefit_not_claimed"
    first = benefit_shop.claim(one, alice)
    assert (first.until_at, first.is_repeat) == (till.at("2026-11-25 00:00"), False)
    assert benefit_shop.claim(one, alice, NOW + timedelta(hours=1)).is_repeat
    assert use(one, alice).left == 1
    assert has(one, alice, till.at("2026-11-25 00:00")) == (2, 1, 1, "claim_lapsed")
    assert has(one, alice, NEXT_MONTH) == (2, 0, 2, "not_claimed")
    last_day = benefit_shop.claim(one, alice, till.at("2026-12-31 10:00"))
    assert last_day.until_at == till.at("2027-01-01 00:00")


def test_a_birthday_benefit_is_there_in_the_month_of_a_birthday_that_counts(alice: Any) -> None:
    one = benefit_shop.live("cake", everyone(1), every="YEAR", in_birthday_month=True)
    assert has(one, alice) == (1, 0, 1, "birthday_month")
    Member.objects.filter(pk=alice.pk).update(birthday_md=1103)
    assert has(one, alice) == (1, 0, 1, "")
    Member.objects.filter(pk=alice.pk).update(birthday_counts_from_on="2027-01-01")
    assert has(one, alice) == (1, 0, 1, "birthday_month")


def test_a_stopped_benefit_is_nobodys_by_rule_and_what_was_given_holds_to_its_end(
    alice: Any, bob: Any, operator: Any
) -> None:
    one = benefit_shop.live("clean", everyone(4), every="MONTH")
    benefit_shop.grant(one, alice, quota=2, days=3)
    benefits.stop(benefit_id=one.pk, reason="over", actor=operator, at=NOW)
    assert has(one, alice) == (2, 0, 2, "")
    assert has(one, bob) == (0, 0, 0, "stopped")
    assert (benefit_shop.codes(alice), benefit_shop.codes(bob)) == (["clean"], [])
    assert benefit_shop.codes(alice, NOW + timedelta(days=4)) == []
    with pytest.raises(BenefitRefused):
        benefit_shop.grant(one, bob)


def test_it_is_used_in_its_stores_only(alice: Any) -> None:
    store = Store.objects.get(code="SH01")
    one = benefit_shop.live("clean", stores=[store])
    with pytest.raises(BenefitRefused) as refusal:
        use(one, alice)
    assert refusal.value.code == "benefit_store"
    assert use(one, alice, store_id=store.pk).left is None


def test_a_grant_asked_for_again_is_the_same_and_one_that_makes_no_sense_is_refused(
    alice: Any,
) -> None:
    one = benefit_shop.live("clean", tag("nobody", 1))
    first = benefit_shop.grant(one, alice, quota=2, key="k")
    assert benefit_shop.grant(one, alice, quota=2, key="k").pk == first.pk
    for quota, days in ((0, None), (1_001, None), (1, 0), (1, 3_651)):
        with pytest.raises(BadBenefitGrant):
            benefit_shop.grant(one, alice, quota=quota, days=days, key="bad")
    benefit_grants.end(grant_id=first.pk, reason="mistake", at=NOW)
    assert benefit_shop.codes(alice) == []


def test_what_happens_is_told_with_codes_and_what_is_left(alice: Any) -> None:
    one = benefit_shop.live("clean", everyone(2))
    used = use(one, alice)
    benefit_shop.void(used)
    benefit_shop.grant(one, alice, quota=1)
    told = Event.objects.filter(type__startswith="loyalty.benefit.").order_by("pk")
    assert [(event.type, event.payload.get("left")) for event in told] == [
        ("loyalty.benefit.used", 1),
        ("loyalty.benefit.voided", None),
        ("loyalty.benefit.granted", None),
    ]
    assert {event.payload["benefit"] for event in told} == {"clean"}


def test_no_coupons_come_of_a_claim_whose_days_are_over(alice: Any) -> None:
    kind = coupon_shop.live("cake", limit_member=None)
    one = benefit_shop.live(
        "cake", everyone(1), tag("vip", 3), every="YEAR", giving="CLAIMED", claim_days=3,
        coupon_type=kind,
    )  # fmt: skip
    first = benefit_shop.claim(one, alice)
    benefit_shop.put_tag(alice, "vip")
    late = benefit_shop.claim(one, alice, NOW + timedelta(days=10))
    assert (len(first.coupons), late.coupons, late.is_repeat) == (1, (), True)
    assert late.until_at == first.until_at == till.at("2026-11-25 00:00")
    assert len(benefit_shop.claim(one, alice, NOW + timedelta(days=2)).coupons) == 2


def test_what_is_over_leaves_the_lists_and_is_refused_by_its_reason(alice: Any) -> None:
    ends = NOW + timedelta(days=1)
    one = benefit_shop.live("spring", valid_until=ends)
    benefit_shop.grant(one, alice, quota=2)
    for when, listed in ((ends - timedelta(microseconds=1), ["spring"]), (ends, [])):
        assert benefit_shop.codes(alice, when) == listed
        assert [found.code for found in selector.live(at=when)] == listed
    with pytest.raises(BenefitRefused) as refusal:
        use(one, alice, when=ends)
    assert refusal.value.code == "benefit_ended"


def test_claims_of_earlier_periods_are_not_read_again(alice: Any) -> None:
    """A claim a day and 365 rows a year: today's alone is looked at, also when it is over."""
    day = benefit_shop.live("gym", everyone(1), every="DAY", giving="CLAIMED")
    ever = benefit_shop.live("vr", everyone(1), giving="CLAIMED", claim_days=1)
    benefit_shop.claim(ever, alice)
    for number in range(3):
        benefit_shop.claim(day, alice, NOW + timedelta(days=number))
    found = selector.of_member(member_id=alice.pk, at=NOW + timedelta(days=2))
    assert [len(one.holding.grants) for one in found] == [1, 1]
    assert [one.standing.why_not for one in found] == ["", "claim_lapsed"]
