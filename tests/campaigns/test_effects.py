"""What a campaign brought: the ladder with a reason for every loss, sales, cost, the control."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from analytics.registry import measures
from analytics.selectors.filters import Filters, Period
from campaigns.models import CampaignVersion, ContactPolicy, Delivery, Enrollment
from campaigns.rules.effects import REASONS, Absence, Rung, Way, ladder
from campaigns.selectors.effect_scopes import Asked
from campaigns.selectors.effects import Sales, effect
from loyalty.models import Coupon
from members.models import Store
from tests.campaigns import effect_shop
from tests.campaigns.effect_shop import DAY, gift, into, message, order, run
from tests.campaigns.shop import NOW, enroll

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(shop):
    return [enroll(email=f"m{number}@example.org").pk for number in range(12)]


def told(found):
    return {step.rung.value: step.members_count for step in found.ladder}


def lost(found, rung):
    step = next(step for step in found.ladder if step.rung == rung)
    return {loss.reason: loss.members_count for loss in step.lost}


def asked(campaign, *, at=NOW + 20 * DAY, **narrowed):
    return effect(campaign=campaign, asked=Asked(**narrowed), at=at)


def documented(people):
    """The example of docs/algorithms/effects.md: ten members and two that are held out."""
    campaign = effect_shop.campaign()
    first = run(campaign)
    into(first, people[0], state="EXCLUDED", reason="consent")
    message(into(first, people[1]), "SKIPPED", "frequency_cap")
    message(into(first, people[2]), "UNKNOWN", "no_answer")
    message(into(first, people[3]), "BOUNCED", "bounced")
    message(into(first, people[4]), "DELIVERED")
    message(into(first, people[5]), "DELIVERED", opened_at=NOW)
    ways = [into(first, one) for one in people[6:10]]
    for way in ways:
        message(way, "DELIVERED", opened_at=NOW)
    gift(ways[0])
    gift(ways[1], "EXPIRED", ended_at=NOW)
    gift(ways[2], "REDEEMED")
    gift(ways[3], "REDEEMED")
    order(people[9], 20_000, refunded=5_000)
    order(people[9], 3_000, after=14 * DAY)
    order(people[4], 7_000)
    for held_out in people[10:]:
        message(into(first, held_out, arm="control"), "GHOST")
    order(people[11], 4_000)
    return campaign


def test_the_documented_example(people):
    found = asked(documented(people))

    assert told(found) == {
        "targeted": 10,
        "eligible": 8,
        "sent": 7,
        "delivered": 6,
        "opened": 5,
        "claimed": 4,
        "redeemed": 2,
        "bought": 1,
    }
    assert lost(found, Rung.ELIGIBLE) == {"consent": 1, "frequency_cap": 1}
    assert lost(found, Rung.SENT) == {"unknown": 1}
    assert lost(found, Rung.DELIVERED) == {"bounced": 1}
    assert lost(found, Rung.OPENED) == {"not_opened": 1}
    assert lost(found, Rung.CLAIMED) == {"nothing_given": 1}
    assert lost(found, Rung.REDEEMED) == {"not_redeemed": 1, "coupon_over": 1}
    assert lost(found, Rung.BOUGHT) == {"no_order": 1}
    assert found.redemption_rate.value == Decimal("20.0")
    assert found.redeemer_sales == Sales(buyers_count=1, orders_count=1, net_amount=15_000)
    assert found.sales == Sales(buyers_count=2, orders_count=2, net_amount=22_000)
    assert found.control.members_count == 2
    assert found.control.sales == Sales(buyers_count=1, orders_count=1, net_amount=4_000)


def test_cost_and_what_is_still_promised(people):
    cost = asked(documented(people)).cost

    # Seven messages left the house at 0.05 each: one came back, and that one is paid too.
    assert (cost.messages_amount, cost.discount_amount) == (35, 2_000)
    (gifts,) = cost.gifts
    assert (gifts.given_count, gifts.redeemed_count, gifts.open_count) == (4, 2, 1)
    assert (cost.liability_amount, cost.spent_amount) == (1_000, 2_035)
    (channel,) = cost.channels
    assert (channel.messages_count, channel.sent_count, channel.opened_count) == (9, 7, 5)


def test_it_is_narrowed_by_run_arm_channel_store_and_days(people):
    campaign = effect_shop.campaign(gives=False)
    first, second = run(campaign, "1"), run(campaign, "2")
    message(into(first, people[0]), "DELIVERED")
    message(into(first, people[1], arm="b"), "DELIVERED", medium="INBOX")
    later = into(second, people[2], entered_at=NOW + 2 * DAY)
    message(later, "DELIVERED")
    beijing = Store.objects.get(code="BJ01").pk
    day = NOW.date()

    assert told(asked(campaign))["delivered"] == 3
    assert told(asked(campaign, run_id=first.pk))["delivered"] == 2
    assert told(asked(campaign, arm="b"))["targeted"] == 1
    by_mail = asked(campaign, medium="EMAIL")
    assert (told(by_mail)["targeted"], told(by_mail)["delivered"]) == (3, 2)
    assert lost(by_mail, Rung.SENT) == {"no_message": 1}
    assert told(asked(campaign, store_ids=(beijing,)))["targeted"] == 0
    assert told(asked(campaign, from_on=day, to_on=day))["targeted"] == 2
    assert told(asked(campaign, from_on=day + DAY, to_on=day + 2 * DAY))["targeted"] == 1


def test_what_a_campaign_has_not_is_no_nought(people):
    campaign = effect_shop.campaign(gives=False)
    message(into(run(campaign), people[0]), "DELIVERED", opened_at=NOW)
    order(people[0], 1_000)

    found = asked(campaign)

    assert told(found)["claimed"] is None
    assert {step.absence for step in found.ladder} == {None, Absence.NOT_PART}
    assert (told(found)["bought"], found.redemption_rate) == (1, None)


def test_an_order_belongs_to_the_last_message_before_it_of_whatever_campaign(people):
    ContactPolicy.objects.create(pk=1, attribution_days=7)
    spring = effect_shop.campaign(gives=False)
    other = effect_shop.campaign("other", gives=False)
    one, two = run(spring), run(other)
    message(into(one, people[0]), "DELIVERED")
    message(into(one, people[1]), "DELIVERED")
    message(into(two, people[1]), "SENT", sent_at=NOW + timedelta(hours=1))
    message(into(one, people[2]), "BOUNCED", "bounced")
    order(people[0], 1_000, after=7 * DAY - timedelta(seconds=1))
    order(people[0], 2_000, after=7 * DAY)
    order(people[1], 4_000, after=timedelta(minutes=30))
    order(people[1], 8_000)
    order(people[2], 16_000)

    assert asked(spring).attributed == Sales(buyers_count=2, orders_count=2, net_amount=5_000)
    assert asked(other).attributed == Sales(buyers_count=1, orders_count=1, net_amount=8_000)


def test_orders_of_who_came_in_twice_count_once_and_returned_ones_bring_nothing(people):
    campaign = effect_shop.campaign(gives=False)
    for key in "12":
        into(run(campaign, key), people[0])
    order(people[0], 1_000, refunded=400)
    order(people[0], 5_000, refunded=5_000)

    found = asked(campaign)

    assert told(found)["targeted"] == 1
    assert found.sales == Sales(buyers_count=1, orders_count=1, net_amount=600)


def test_who_redeemed_without_opening_counts_for_the_rate_and_not_for_the_ladder(people):
    campaign = effect_shop.campaign()
    way = into(run(campaign), people[0])
    message(way, "SENT")
    gift(way, "REDEEMED")

    found = asked(campaign)

    assert (told(found)["redeemed"], found.redeemed_count) == (0, 1)
    assert lost(found, Rung.DELIVERED) == {"no_report": 1}


def test_every_reason_of_messages_has_a_place_on_the_ladder():
    # Those of a sender that stopped or got no answer stand as `unknown`, of a bounce as it.
    lumped = {"sender_died", "no_answer"}
    assert {one.value for one in Delivery.Reason} - lumped <= set(REASONS)


def test_the_ladder_is_exact_where_rungs_are_unknown():
    ways = [Way(0, "x", 5), Way(4, "y", 7), Way(6, "z", 2), Way(7, "", 1)]
    unknown = dict.fromkeys(
        (Rung.ELIGIBLE, Rung.SENT, Rung.DELIVERED, Rung.OPENED, Rung.CLAIMED), Absence.UNKNOWN
    )

    steps = {step.rung: step for step in ladder(ways, absent=unknown)}

    assert steps[Rung.REDEEMED].members_count == 3
    assert [(one.reason, one.members_count) for one in steps[Rung.REDEEMED].lost] == [
        ("y", 7),
        ("x", 5),
    ]


def test_it_asks_a_bounded_number_of_questions(people, django_assert_max_num_queries):
    campaign = documented(people)
    with django_assert_max_num_queries(22):
        asked(campaign)
    assert Enrollment.objects.count() == 12
    assert Coupon.objects.count() == 4


def test_a_rate_is_rounded_once(people):
    campaign = effect_shop.campaign()
    into(run(campaign), people[0])
    found = replace(asked(campaign), redeemed_count=2_489, targeted_count=20_000)

    # 12.445 %: by way of 12.45 it would be 12.5.
    assert found.redemption_rate.value == Decimal("12.4")


def test_the_measure_is_the_sum_of_the_pages(people):
    documented(people)
    other = effect_shop.campaign("other")
    way = into(run(other), people[0])
    gift(way, "REDEEMED", redeemed_at=NOW + 3 * DAY)
    into(run(effect_shop.campaign("no-gift", gives=False)), people[0])
    # Another version gives nothing any more: whoever came in by it is on the page all the same.
    assert other.version is not None
    later = CampaignVersion.objects.create(
        campaign=other, number=2, content={}, content_hash="1" * 64, created_at=NOW
    )
    into(run(other, "2"), people[1], version=later)
    day = NOW.date()

    def found(last, **filters):
        period = Period(from_on=day, to_on=day + last * DAY)
        value = measures.measure("campaign_redemption_rate").read(Filters(period=period, **filters))
        return value.numerator, value.denominator, value.value

    assert asked(other).targeted_count == 2
    assert found(1) == (2, 12, Decimal("16.7"))
    assert found(3) == (3, 12, Decimal("25.0"))
    beijing = Store.objects.get(code="BJ01").pk
    assert found(3, store_ids=(beijing,)) == (0, 0, None)
