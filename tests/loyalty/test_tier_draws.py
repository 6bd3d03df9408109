"""Capped tiers take the best by measure, drawn anew at each review; some move without orders."""

from datetime import date

import pytest

from loyalty.models import Account, LedgerEntry, Program
from loyalty.selectors import accounts, ledger_checks
from loyalty.services import behaviors, tier_nights, tier_reviews
from loyalty.services.behaviors import US, Behavior
from members.models import Measure
from members.services import measures
from tests.loyalty import tier_shop, till
from tests.loyalty.tier_shop import buy, code_of, story
from tests.loyalty.till import at

pytestmark = pytest.mark.django_db
NIGHT = at("2026-11-22T03:10")


@pytest.fixture(autouse=True)
def _shop(shop):
    tier_shop.set_up()
    yield
    assert ledger_checks.findings() == []


@pytest.fixture
def cast(shop):
    """Ten members; the first two joined on one day, before the others."""
    joined = ["2026-01-01", "2026-01-01", *(f"2026-02-{day:02}" for day in range(1, 9))]
    return [
        till.register(f"1390013900{number}", f"M{number}", when=at(day))
        for number, day in enumerate(joined)
    ]


def phone(number):
    return f"1390013900{number}"


def night(when=NIGHT):
    return sum(tier_nights.review(at=when))


def codes(cast):
    return [code_of(member) for member in cast]


def test_a_capped_tier_is_not_reached_at_once_but_drawn(cast):
    tier_shop.tier("diamond", cap_percent=20)
    assert buy("o-0", 40_000, phone=phone(0))["tier"]["code"] == "gold"
    buy("o-1", 31_000, phone=phone(1))
    buy("o-2", 30_000, phone=phone(2))
    assert night() == 2
    assert codes(cast)[:3] == ["diamond", "diamond", "gold"]
    assert story(cast[0])[1:] == [("DRAWN", "diamond", NIGHT, None)]
    assert night() == 0


def test_each_review_draws_anew_and_who_is_out_keeps_what_was_earned(cast):
    tier_shop.tier("diamond", cap_count=1, gift_points=900)
    buy("o-0", 40_000, phone=phone(0))
    night()
    buy("o-1", 50_000, phone=phone(1), when=at("2026-11-22T12:00"))
    assert night(at("2026-11-23T03:10")) == 2
    assert codes(cast)[:2] == ["gold", "diamond"]
    assert story(cast[0])[2:] == [("UNDRAWN", "gold", at("2026-11-23T03:10"), at("2027-11-22"))]
    assert LedgerEntry.objects.filter(source_type="TIER").count() == 2


def test_one_percent_is_rounded_down(cast):
    tier_shop.tier("diamond", cap_percent=19)
    for number in range(3):
        buy(f"o-{number}", 40_000, phone=phone(number))
    night()
    assert codes(cast).count("diamond") == 1
    tier_shop.tier("diamond", cap_percent=9)
    night(at("2026-11-23T03:10"))
    assert codes(cast).count("diamond") == 0


def test_of_equals_the_longest_member_wins_then_the_lowest_id(cast):
    tier_shop.tier("diamond", cap_count=2)
    for number in reversed(range(4)):
        buy(f"o-{number}", 30_000, phone=phone(number))
    night()
    assert codes(cast)[:4] == ["diamond", "diamond", "gold", "gold"]
    tier_shop.tier("diamond", cap_count=1)
    night(at("2026-11-23T03:10"))
    assert codes(cast)[:4] == ["diamond", "gold", "gold", "gold"]


def test_who_does_not_reach_the_figures_of_a_capped_tier_is_not_drawn(cast):
    tier_shop.tier("diamond", cap_count=5)
    buy("o-0", 30_000, phone=phone(0))
    buy("o-1", 29_999, phone=phone(1))
    night()
    assert codes(cast)[:2] == ["diamond", "gold"]


def test_a_capped_tier_without_thresholds_takes_whoever_bought_most(cast):
    tier_shop.tier("top", cap_count=2, coefficient_percent=300)
    for number, yuan in enumerate((10, 30, 20)):
        buy(f"o-{number}", yuan, phone=phone(number))
    night()
    assert codes(cast)[:4] == ["member", "top", "top", "member"]


def test_the_draw_counts_what_lies_in_the_window_today(cast):
    """Sums on the account row are as of the last order: what left the window since is taken off."""
    tier_shop.tier("top", cap_count=1)
    buy("o-0", 2_000, phone=phone(0), when=at("2025-12-01T12:00"), now=at("2026-11-21T14:00"))
    buy("o-1", 1_000, phone=phone(1))
    night()
    assert codes(cast)[:2] == ["top", "member"]
    night(at("2026-12-02T03:10"))
    assert codes(cast)[:2] == ["member", "top"]


def test_a_place_held_by_hand_is_taken(cast):
    tier_shop.tier("diamond", cap_count=1)
    buy("o-0", 40_000, phone=phone(0))
    Account.objects.filter(member_id=cast[5].pk).update(
        tier_id=tier_shop.tier("diamond").pk,
        tier_floor_id=tier_shop.tier("diamond").pk,
        tier_floor_until_at=at("2027-01-01"),
        tier_until_at=at("2027-01-01"),
        tier_earned_id=tier_shop.tier("member").pk,
    )
    night()
    assert codes(cast)[0] == "gold"


def test_lifetime_value_lifts_at_the_review(alice):
    tier_shop.tier("silver", spend_amount=0, clv_amount=500_000)
    measures.publish(code="clv", values={alice.pk: 499_999}, as_of_on=date(2026, 11, 20), at=NIGHT)
    assert (night(), code_of(alice)) == (0, "member")
    changed = measures.publish(
        code="clv", values={alice.pk: 500_000}, as_of_on=date(2026, 11, 21), at=NIGHT
    )
    assert (changed, night(), code_of(alice)) == (1, 1, "silver")
    assert story(alice) == [("UPGRADE", "silver", NIGHT, at("2027-11-23"))]


def test_lifetime_value_counts_at_an_order_too(alice):
    tier_shop.tier("silver", clv_amount=500_000, match="ALL")
    measures.publish(code="clv", values={alice.pk: 600_000}, as_of_on=date(2026, 11, 20), at=NIGHT)
    assert buy("o-1", 2_999)["tier"]["code"] == "member"
    assert buy("o-2", 1)["tier"]["code"] == "silver"


def test_a_publication_of_an_earlier_day_never_replaces_a_later_one(alice):
    publish = measures.publish
    assert (
        publish(code="clv", values={alice.pk: 5, -1: 9}, as_of_on=date(2026, 11, 2), at=NIGHT) == 1
    )
    assert publish(code="clv", values={alice.pk: 5}, as_of_on=date(2026, 11, 2), at=NIGHT) == 0
    assert publish(code="clv", values={alice.pk: 7}, as_of_on=date(2026, 11, 1), at=NIGHT) == 0
    assert Measure.objects.get().value == 5


def test_lowered_thresholds_lift_at_the_review(alice):
    buy("o-1", 2_000)
    tier_shop.tier("silver", spend_amount=200_000)
    assert (night(), code_of(alice)) == (1, "silver")


def test_raised_thresholds_leave_present_holders_until_their_term_ends(alice):
    buy("o-1", 3_000)
    tier_shop.tier("silver", spend_amount=900_000)
    assert night() == 0
    assert code_of(alice) == "silver"


def test_the_review_counts_only_what_lies_in_the_window_today(alice):
    buy("o-1", 2_000, at("2025-12-01T12:00"), now=at("2026-11-21T14:00"))
    tier_shop.tier("silver", spend_amount=200_000)
    assert (night(at("2026-12-02T03:10")), code_of(alice)) == (0, "member")
    account = Account.objects.get(member_id=alice.pk)
    assert (account.window_from_on, account.window_spend_amount) == (date(2025, 12, 3), 0)


def test_who_reaches_the_figures_in_grace_by_a_publication_is_renewed(alice):
    Program.objects.update(tier_grace_days=30)
    tier_shop.tier("silver", clv_amount=500_000, match="ANY")
    buy("o-1", 3_000)
    list(tier_reviews.end_terms(at=at("2027-11-22T03:10")))
    measures.publish(code="clv", values={alice.pk: 500_000}, as_of_on=date(2027, 11, 25), at=NIGHT)
    assert night(at("2027-11-26T03:10")) == 1
    assert story(alice)[-1] == ("RENEWAL", "silver", at("2027-11-26T03:10"), at("2028-11-22"))


def _behavior_rule(**fields):
    from loyalty.models import BehaviorRule

    return BehaviorRule.objects.create(
        program=Program.objects.get(is_current=True),
        code="review",
        name_en="Review",
        name_zh="评价",
        valid_from=at("2020-01-01"),
        **fields,
    )


def test_qualifying_points_lift_apart_from_points_and_leave_the_window_with_their_day(alice):
    tier_shop.tier("silver", spend_amount=0, qualifying_points=30)
    tier_shop.tier("gold", spend_amount=0, qualifying_points=300)
    tier_shop.tier("diamond", spend_amount=0, qualifying_points=900)
    _behavior_rule(kind="REVIEW", limit="EACH", points=5, qualifying_points=20)
    for number, when in enumerate((at("2025-12-01T12:00"), at("2026-11-21T12:00"))):
        behaviors.record(
            behavior=Behavior(
                member_id=alice.pk, code="review", external_id=f"b-{number}", occurred_at=when
            ),
            teller=US,
            at=when,
        )
    assert code_of(alice) == "silver"
    view = accounts.account(member_id=alice.pk, at=at("2026-12-02T12:00"))
    assert (view.progress.next.code, view.progress.missing_qualifying_points) == ("gold", 280)
    order = buy("o-1", 100, at("2026-12-02T12:00"))
    assert order["tier"]["code"] == "silver"
    assert Account.objects.get(member_id=alice.pk).window_qualifying_points == 20
