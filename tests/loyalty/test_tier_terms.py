"""What happens when a term is over: renewed, held in grace, lowered, each as of its own end."""

import pytest

from loyalty.models import Account, Program, TierChange
from loyalty.selectors import ledger_checks
from loyalty.services import tier_reviews
from members.models import Event
from members.registry import panels
from members.services import nights
from tests.loyalty import tier_shop, till
from tests.loyalty.tier_shop import REACHED, buy, code_of, story
from tests.loyalty.till import at

pytestmark = pytest.mark.django_db
ENDED = at("2027-11-22")
NIGHT = at("2027-11-22T03:10")


@pytest.fixture(autouse=True)
def _shop(shop):
    tier_shop.set_up()
    yield
    assert ledger_checks.findings() == []


def night(when):
    """How many members the step of terms moved."""
    return sum(tier_reviews.end_terms(at=when))


def test_a_term_without_the_figures_ends_at_midnight_after_its_last_day(alice):
    buy("o-1", 3_000)
    assert night(at("2027-11-21T23:59:59")) == 0
    assert code_of(alice) == "silver"
    assert night(NIGHT) == 1
    assert story(alice) == [
        ("UPGRADE", "silver", REACHED, ENDED),
        ("DOWNGRADE", "member", ENDED, None),
    ]
    event = Event.objects.get(type="loyalty.tier.downgraded")
    assert (event.payload, event.occurred_at) == (
        {"from_tier": "silver", "to_tier": "member"},
        ENDED,
    )


def test_the_figures_of_the_term_renew_it_without_a_gap(alice):
    buy("o-1", 3_000)
    buy("o-2", 3_000, at("2027-03-01T12:00"))
    night(NIGHT)
    assert story(alice)[1:] == [("RENEWAL", "silver", ENDED, at("2028-11-22"))]
    account = Account.objects.get(member_id=alice.pk)
    assert (account.tier_since_at, account.tier_until_at) == (REACHED, at("2028-11-22"))
    change = TierChange.objects.get(reason="RENEWAL")
    assert change.figures == {"from": "2026-11-22", "spend_amount": 300_000, "orders_count": 1}
    assert Event.objects.get(type="loyalty.tier.renewed").payload["tier"] == "silver"


def test_the_order_that_lifted_is_not_counted_again_at_the_terms_end(alice):
    buy("o-1", 3_000)
    buy("o-2", 2_999, at("2026-11-22T00:00"))
    night(NIGHT)
    assert code_of(alice) == "member"


def test_the_step_twice_changes_nothing_more(alice):
    buy("o-1", 3_000)
    assert [night(NIGHT), night(NIGHT)] == [1, 0]
    assert len(story(alice)) == 2


def test_days_of_standstill_are_made_up_as_of_the_terms_own_end(alice):
    tier_shop.set_up(tier_grace_days=2)
    buy("o-1", 3_000)
    night(at("2027-11-27T03:10"))
    assert story(alice)[1:] == [
        ("GRACE", "silver", ENDED, at("2027-11-24")),
        ("DOWNGRADE", "member", at("2027-11-24"), None),
    ]


def test_the_next_order_settles_an_ended_term_itself_and_earns_at_what_is_left(alice):
    buy("o-1", 3_000)
    answer = buy("o-2", 100, at("2027-11-22T00:00"))
    assert (answer["points"]["earned"], answer["tier"]["code"]) == (100, "member")
    last = buy("o-3", 100, at("2027-11-23T10:00"), phone="13800138000")
    assert last["tier"]["progress"]["missing_amount"] == 280_000
    assert [row[0] for row in story(alice)] == ["UPGRADE", "DOWNGRADE"]
    assert night(at("2027-11-24T03:10")) == 0


def test_the_last_order_of_a_term_still_earns_at_its_coefficient_and_counts_for_it(alice):
    buy("o-1", 3_000)
    answer = buy("o-2", 3_000, at("2027-11-21T23:59:59"))
    assert answer["points"]["earned"] == 3_600
    night(NIGHT)
    assert code_of(alice) == "silver"


def test_an_order_that_settles_and_reaches_again_begins_a_new_term(alice):
    buy("o-1", 3_000)
    answer = buy("o-2", 3_000, at("2028-01-10T12:00"))
    assert (answer["points"]["earned"], answer["tier"]["code"]) == (3_000, "silver")
    assert story(alice)[1:] == [
        ("DOWNGRADE", "member", ENDED, None),
        ("UPGRADE", "silver", at("2028-01-10T12:00"), at("2029-01-11")),
    ]


def test_a_full_fall_goes_to_what_the_figures_say(alice):
    buy("o-1", 10_000)
    buy("o-2", 3_000, at("2027-05-01T12:00"))
    night(NIGHT)
    assert story(alice)[1:] == [("DOWNGRADE", "silver", ENDED, at("2028-11-22"))]


def test_a_full_fall_may_go_past_a_tier(alice):
    buy("o-1", 10_000)
    night(NIGHT)
    assert story(alice)[1:] == [("DOWNGRADE", "member", ENDED, None)]


def test_one_step_goes_one_tier_down_for_another_term(alice):
    tier_shop.set_up(tier_downgrade="ONE_STEP")
    buy("o-1", 10_000)
    night(at("2028-11-23T03:10"))
    assert story(alice)[1:] == [
        ("DOWNGRADE", "silver", ENDED, at("2028-11-22")),
        ("DOWNGRADE", "member", at("2028-11-22"), None),
    ]


def test_one_step_skips_tiers_by_invitation(alice):
    tier_shop.tier("silver", is_invite_only=True)
    tier_shop.set_up(tier_downgrade="ONE_STEP")
    buy("o-1", 10_000)
    night(NIGHT)
    assert code_of(alice) == "member"


def test_a_tier_that_is_never_taken_away_is_renewed_whatever_the_figures(alice):
    tier_shop.tier("silver", never_downgrade=True)
    buy("o-1", 3_000)
    night(NIGHT)
    assert story(alice)[1:] == [("RENEWAL", "silver", ENDED, at("2028-11-22"))]


def test_a_fall_stops_at_a_tier_that_is_never_taken_away(alice):
    tier_shop.tier("silver", never_downgrade=True)
    buy("o-1", 10_000)
    night(NIGHT)
    assert code_of(alice) == "silver"


def test_grace_holds_the_tier_and_then_lowers_it(alice):
    tier_shop.set_up(tier_grace_days=30)
    buy("o-1", 3_000)
    night(NIGHT)
    assert story(alice)[1:] == [("GRACE", "silver", ENDED, at("2027-12-22"))]
    assert Event.objects.filter(type="loyalty.tier.grace_begun").count() == 1
    assert buy("o-2", 100, at("2027-12-21T23:59"))["points"]["earned"] == 120
    assert buy("o-3", 100, at("2027-12-22T00:00"))["points"]["earned"] == 100
    assert story(alice)[2:] == [("DOWNGRADE", "member", at("2027-12-22"), None)]


def test_a_term_renewed_during_grace_runs_from_the_end_of_the_last_one(alice):
    tier_shop.set_up(tier_grace_days=30)
    buy("o-1", 3_000)
    buy("o-2", 2_800, at("2027-03-01T12:00"))
    night(NIGHT)
    answer = buy("o-3", 200, at("2027-12-05T12:00"))
    assert (answer["tier"]["code"], answer["tier"]["changed_from"]) == ("silver", None)
    assert story(alice)[1:] == [
        ("GRACE", "silver", ENDED, at("2027-12-22")),
        ("RENEWAL", "silver", at("2027-12-05T12:00"), at("2028-11-22")),
    ]


def test_in_grace_the_days_of_the_ended_term_still_count(alice):
    tier_shop.set_up(tier_grace_days=30, tier_window="CALENDAR_YEAR")
    buy("o-1", 3_000, at("2026-12-31T12:00"))
    buy("o-2", 2_800, at("2027-06-01T12:00"))
    night(at("2028-01-01T03:10"))
    buy("o-3", 200, at("2028-01-15T12:00"))
    assert story(alice)[1:] == [
        ("GRACE", "silver", at("2028-01-01"), at("2028-01-31")),
        ("RENEWAL", "silver", at("2028-01-15T12:00"), at("2029-01-01")),
    ]


def test_who_rises_during_grace_begins_a_term_of_the_higher_tier(alice):
    tier_shop.set_up(tier_grace_days=30)
    buy("o-1", 3_000)
    night(NIGHT)
    buy("o-2", 10_000, at("2027-12-05T12:00"))
    assert story(alice)[2:] == [("UPGRADE", "gold", at("2027-12-05T12:00"), at("2028-12-06"))]


def test_a_term_that_begins_on_a_leap_day_ends_with_february(alice):
    """On 28 February 2029 the window of twelve months begins on 29 February 2028."""
    buy("o-1", 3_000, at("2028-02-29T12:00"))
    night(at("2030-03-01T03:10"))
    assert story(alice) == [
        ("UPGRADE", "silver", at("2028-02-29T12:00"), at("2029-03-01")),
        ("RENEWAL", "silver", at("2029-03-01"), at("2030-03-01")),
        ("DOWNGRADE", "member", at("2030-03-01"), None),
    ]


def test_the_year_turns_at_midnight_in_shanghai(alice):
    """2026-12-31T16:00Z is 1 January in Shanghai."""
    tier_shop.set_up(tier_window="CALENDAR_YEAR")
    buy("o-1", 2_000, at("2026-12-31T23:59:59"))
    answer = buy("o-2", 2_000, at("2027-01-01T00:00"))
    assert (answer["tier"]["code"], answer["tier"]["progress"]["missing_amount"]) == (
        "member",
        100_000,
    )


def test_a_membership_year_begins_on_the_day_of_joining(shop):
    tier_shop.set_up(tier_window="MEMBERSHIP_YEAR")
    bob = till.register("13900139000", "Bob", when=at("2026-05-10T09:00"))
    buy("o-1", 2_000, at("2027-05-09T23:59"), phone="13900139000")
    assert buy("o-2", 1_000, at("2027-05-10T00:00"), phone="13900139000")["tier"]["code"] == (
        "member"
    )
    account = Account.objects.get(member_id=bob.pk)
    assert (account.window_from_on, account.window_spend_amount) == (
        at("2027-05-10").date(),
        100_000,
    )
    assert buy("o-3", 2_000, at("2028-05-09T12:00"), phone="13900139000")["tier"]["code"] == (
        "silver"
    )


def test_who_joined_on_29_february_has_the_28th_in_common_years(shop):
    tier_shop.set_up(tier_window="MEMBERSHIP_YEAR")
    till.register("13900139000", "Bob", when=at("2024-02-29T12:00"))
    buy("o-1", 2_000, at("2027-02-27T12:00"), phone="13900139000")
    answer = buy("o-2", 1_000, at("2027-02-28T00:00"), phone="13900139000")
    assert answer["tier"]["progress"]["missing_amount"] == 200_000
    answer = buy("o-3", 500, at("2028-02-28T12:00"), phone="13900139000")
    assert answer["tier"]["progress"]["missing_amount"] == 150_000
    answer = buy("o-4", 500, at("2028-02-29T00:00"), phone="13900139000")
    assert answer["tier"]["progress"]["missing_amount"] == 250_000


def test_a_refund_after_a_term_finds_it_judged_before(alice):
    buy("o-1", 3_000)
    order = buy("o-2", 3_000, at("2027-03-01T12:00"))
    till.give_back(order, "r-1", when=at("2027-11-23T12:00"))
    assert story(alice)[1:] == [("RENEWAL", "silver", ENDED, at("2028-11-22"))]
    assert Account.objects.get(member_id=alice.pk).window_spend_amount == 0


def test_a_refund_within_a_term_lowers_what_the_term_is_judged_by(alice):
    buy("o-1", 3_000)
    order = buy("o-2", 3_000, at("2027-03-01T12:00"))
    till.give_back(order, "r-1", when=at("2027-11-21T12:00"))
    night(NIGHT)
    assert code_of(alice) == "member"


def test_the_night_knows_its_steps_in_their_order(alice):
    buy("o-1", 3_000)
    counts = nights.run(at=NIGHT)
    steps = [step.code for step in panels.night_steps()]
    assert steps[:2] == ["loyalty.settle_lots", "loyalty.tiers"]
    # One renewed at the end of the term; judged again with the others, nothing moves.
    assert counts["loyalty.tiers"] == 1


def test_a_programme_of_other_terms_changes_only_terms_that_begin_later(alice):
    buy("o-1", 3_000)
    Program.objects.update(tier_term_months=6)
    buy("o-2", 3_000, at("2027-06-01T12:00"))
    night(NIGHT)
    assert story(alice)[1:] == [("RENEWAL", "silver", ENDED, at("2028-05-22"))]
