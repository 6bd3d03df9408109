"""The night's part of benefits: draws, coupons, reminders."""

from datetime import timedelta
from typing import Any

import pytest

from loyalty.models import Account, BenefitHolder, BenefitNotice, BenefitPeriod, Coupon
from loyalty.services import benefit_claims, benefit_nights, benefit_notices
from members.models import Event, Member
from tests.loyalty import benefit_shop, coupon_shop, till
from tests.loyalty.benefit_shop import everyone, has, tag
from tests.loyalty.till import NOW, line

pytestmark = pytest.mark.django_db
NEXT_MONTH = till.at("2026-12-01 02:00")


def _told(event_type: str) -> list[tuple[int | None, Any]]:
    found = Event.objects.filter(type=event_type).order_by("pk")
    return [(event.member_id, event.payload) for event in found]


def test_the_top_one_of_the_named_has_a_capped_benefit_until_another_is_better(
    alice: Any, bob: Any
) -> None:
    one = benefit_shop.live("adviser", everyone(), cap_count=1)
    list(benefit_nights.renew(at=NOW))
    assert not BenefitHolder.objects.exists()
    till.sell("O-1", line("1", 10_000))
    till.sell("O-2", line("1", 10_000), phone="13900139000")
    list(benefit_nights.renew(at=NOW))
    # Of equals the lower id.
    assert (benefit_shop.codes(alice), benefit_shop.codes(bob)) == (["adviser"], [])
    till.sell("O-3", line("1", 100), phone="13900139000")
    assert benefit_shop.codes(alice) == ["adviser"]
    list(benefit_nights.renew(at=NOW + timedelta(days=1)))
    assert (benefit_shop.codes(alice), benefit_shop.codes(bob)) == ([], ["adviser"])
    assert has(one, bob) == (None, 0, None, "")


def test_spend_that_left_the_tier_window_no_longer_counts_for_the_best(
    alice: Any, bob: Any
) -> None:
    benefit_shop.live("adviser", everyone(), cap_percent=50)
    till.sell("O-1", line("1", 90_000), when=till.at("2025-11-22 12:00"))
    till.sell("O-2", line("1", 500), phone="13900139000")
    list(benefit_nights.renew(at=NOW))
    assert benefit_shop.codes(alice) == ["adviser"]
    list(benefit_nights.renew(at=NOW + timedelta(days=9)))
    assert benefit_shop.codes(bob) == ["adviser"]


def test_the_night_gives_a_periods_coupons_once_and_a_promotion_tops_up(
    alice: Any, bob: Any
) -> None:
    kind = coupon_shop.live("cake", limit_member=None)
    one = benefit_shop.live("cake", everyone(1), tag("vip", 3), every="MONTH", coupon_type=kind)
    assert sum(benefit_nights.give_coupons(at=NOW)) == 2
    assert sum(benefit_nights.give_coupons(at=NOW)) == 0
    benefit_shop.put_tag(alice, "vip")
    assert has(one, alice) == (3, 1, 2, "")
    assert sum(benefit_nights.give_coupons(at=NOW)) == 2
    assert has(one, alice) == (3, 3, 0, "used_up")
    assert Coupon.objects.filter(member_id=alice.pk, origin="BENEFIT").count() == 3
    assert sum(benefit_nights.give_coupons(at=till.at("2026-12-02 02:00"))) == 4
    assert BenefitPeriod.objects.count() == 4


def test_coupons_without_stock_wait_and_what_the_member_asked_for_isnt_given_twice(
    alice: Any, bob: Any
) -> None:
    kind = coupon_shop.live("cake", limit_member=None, stock_count=1)
    one = benefit_shop.live("cake", everyone(1), every="MONTH", coupon_type=kind)
    got = benefit_claims.claim(member_id=bob.pk, benefit_id=one.pk, at=NOW)
    assert [coupon.member_id for coupon in got.coupons] == [bob.pk]
    assert benefit_claims.claim(member_id=bob.pk, benefit_id=one.pk, at=NOW).coupons == ()
    assert sum(benefit_nights.give_coupons(at=NOW)) == 0
    assert BenefitPeriod.objects.get(member_id=alice.pk).given_count == 0


def test_whoever_has_something_that_ends_within_a_month_hears_of_it_once(
    alice: Any, bob: Any
) -> None:
    one = benefit_shop.live("clean", tag("nobody", 1))
    grant = benefit_shop.grant(one, alice, quota=2, days=60)
    first = till.at("2026-12-20 02:00")
    assert sum(benefit_notices.tell_ending(at=first - timedelta(days=1))) == 0
    assert grant.valid_until == till.at("2027-01-21 00:00")
    assert sum(benefit_notices.tell_ending(at=first)) == 1
    # The night of the 20th was the first within a month; a later one says nothing more.
    assert sum(benefit_notices.tell_ending(at=first + timedelta(days=5))) == 0
    assert _told("loyalty.benefit.ending") == [
        (alice.pk, {"about": "GRANT", "benefits": ["clean"], "last_on": "2027-01-20"})
    ]


def test_the_end_of_a_term_is_told_to_who_has_benefits_by_their_tier(alice: Any, bob: Any) -> None:
    benefit_shop.live("clean", benefit_shop.tier("silver", 1))
    benefit_shop.live("park", benefit_shop.tier("silver", 1), everyone(1))
    silver = benefit_shop.Tier.objects.get(code="silver")
    Account.objects.filter(member_id=alice.pk).update(
        tier=silver, tier_until_at=till.at("2026-12-16 00:00")
    )
    assert sum(benefit_notices.tell_ending(at=NOW)) == 1
    assert sum(benefit_notices.tell_ending(at=NOW + timedelta(days=1))) == 0
    assert _told("loyalty.benefit.ending") == [
        (alice.pk, {"about": "TIER", "benefits": ["clean", "park"], "last_on": "2026-12-15"})
    ]


def test_a_months_start_tells_what_is_left_once_and_a_missed_night_is_caught_up(
    alice: Any, bob: Any
) -> None:
    one = benefit_shop.live("clean", everyone(2), every="YEAR")
    benefit_shop.live("park", tag("vip", 4), every="MONTH")
    benefit_shop.live("free", everyone())
    benefit_shop.put_tag(alice, "vip")
    benefit_shop.use(one, alice, "1")
    benefit_shop.grant(one, alice, quota=3, days=90)
    benefit_shop.use(one, bob, "2")
    benefit_shop.use(one, bob, "3")
    late = NEXT_MONTH + timedelta(days=2)
    assert sum(benefit_notices.tell_left(at=late)) == 1
    # Who comes later in the month isn't told of its start.
    till.register("13700137000", when=late)
    assert sum(benefit_notices.tell_left(at=late + timedelta(days=1))) == 0
    assert _told("loyalty.benefit.left") == [
        (alice.pk, {"month": "2026-12", "left": {"clean": 4, "park": 4}})
    ]
    assert BenefitNotice.objects.filter(about="LEFT").count() == 2


def test_of_what_has_no_limit_nothing_is_left_to_tell_also_beside_a_grant(alice: Any) -> None:
    one = benefit_shop.live("free", everyone())
    benefit_shop.grant(one, alice, quota=2, days=90)
    assert has(one, alice)[:3] == (None, 0, None)
    assert sum(benefit_notices.tell_left(at=NEXT_MONTH)) == 0


def test_a_claim_whose_days_are_over_is_not_told_as_left(alice: Any, bob: Any) -> None:
    one = benefit_shop.live("spa", everyone(2), every="YEAR", giving="CLAIMED", claim_days=3)
    benefit_shop.claim(one, alice)
    assert has(one, alice, NEXT_MONTH)[3] == "claim_lapsed"
    assert sum(benefit_notices.tell_left(at=NEXT_MONTH)) == 1
    assert _told("loyalty.benefit.left") == [(bob.pk, {"month": "2026-12", "left": {"spa": 2}})]


def test_the_end_of_a_benefit_bounds_what_is_told_of_a_grant(alice: Any) -> None:
    ends = till.at("2026-12-20 00:00")
    one = benefit_shop.live("clean", tag("nobody", 1), valid_until=ends)
    benefit_shop.grant(one, alice, quota=2)
    benefit_shop.grant(one, alice, quota=2, days=90, key="second")
    assert sum(benefit_notices.tell_ending(at=till.at("2026-11-18 02:00"))) == 0
    assert sum(benefit_notices.tell_ending(at=NOW)) == 2
    assert sum(benefit_notices.tell_ending(at=NOW + timedelta(days=1))) == 0
    payload = {"about": "GRANT", "benefits": ["clean"], "last_on": "2026-12-19"}
    assert _told("loyalty.benefit.ending") == [(alice.pk, payload)] * 2
    assert sum(benefit_notices.tell_left(at=till.at("2027-01-01 02:00"))) == 0


def test_the_end_of_a_benefit_is_told_once_to_whoever_its_rules_name(alice: Any, bob: Any) -> None:
    ends = till.at("2026-12-20 00:00")
    used_up = benefit_shop.live("clean", everyone(1), valid_until=ends)
    benefit_shop.live("park", tag("vip"), valid_until=ends)
    benefit_shop.put_tag(bob, "vip")
    benefit_shop.use(used_up, alice)
    assert sum(benefit_notices.tell_ending(at=till.at("2026-11-18 02:00"))) == 0
    assert sum(benefit_notices.tell_ending(at=NOW)) == 2
    assert sum(benefit_notices.tell_ending(at=NOW + timedelta(days=1))) == 0
    told = {"about": "BENEFIT", "last_on": "2026-12-19"}
    assert _told("loyalty.benefit.ending") == [
        (bob.pk, {**told, "benefits": ["clean"]}),
        (bob.pk, {**told, "benefits": ["park"]}),
    ]


def test_a_benefit_for_birthdays_ends_for_whose_month_comes_before_its_end(
    alice: Any, bob: Any
) -> None:
    benefit_shop.live(
        "cake", everyone(1), in_birthday_month=True, valid_until=till.at("2026-12-20")
    )
    Member.objects.filter(pk=alice.pk).update(birthday_md=1224)
    Member.objects.filter(pk=bob.pk).update(birthday_md=105)
    assert sum(benefit_notices.tell_ending(at=NOW)) == 1
    assert [member_id for member_id, _ in _told("loyalty.benefit.ending")] == [alice.pk]


def test_a_coupon_type_without_stock_is_asked_once_a_night(
    alice: Any, bob: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = coupon_shop.live("cake", limit_member=None, stock_count=1)
    coupon_shop.grant(kind, bob)
    benefit_shop.live("cake", everyone(1), every="MONTH", coupon_type=kind)
    monkeypatch.setattr(benefit_nights, "CHUNK", 1)
    assert list(benefit_nights.give_coupons(at=NOW)) == [0]
