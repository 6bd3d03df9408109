"""Recipes at their edges: the last day and the one behind it, one fen below, a refund, two cards
of one person, a minor, other zones and days of 23 hours, birthdays on 29 February."""

from datetime import UTC, date, datetime, timedelta

import pytest

from campaigns.rules import entries, event_patterns, occurrences
from campaigns.services import recipes
from loyalty.services import programs
from members.selectors import member_conditions
from members.services import merges
from tests.campaigns import made
from tests.campaigns.happened import buy, hear, standing
from tests.campaigns.shop import NOW, enroll
from tests.loyalty import till

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def recipe(code):
    return recipes.RECIPES[code]


def sell(member, number, when):
    named = {"type": "id", "value": str(member.uid)}
    return till.sell(number, till.line("1", 10_000), phone=None, member=named, when=when)


def meets(code, *members, at=NOW):
    read = member_conditions.read(recipe(code).values["condition"])
    found = member_conditions.met_by(read, member_ids=[one.pk for one in members], at=at)
    return [one.pk in found for one in members]


@pytest.mark.parametrize(
    ("code", "first", "last"), [("dormant-60", 60, 89), ("dormant-90", 90, 365)]
)
def test_days_without_a_purchase_are_counted_on_the_shops_wall(shop, code, first, last):
    """14:00 on 2 March in Shanghai; a purchase late on the day before is of the day before."""
    member = enroll()
    bought = NOW - timedelta(days=first)
    sell(member, "o1", bought)

    for days, told in ((-1, False), (0, True), (last - first, True), (last - first + 1, False)):
        assert meets(code, member, at=NOW + days * DAY) == [told], days
    # From midnight in Shanghai on, which is 16:00 in UTC.
    midnight = datetime(2026, 3, 1, 16, tzinfo=UTC)
    assert meets(code, member, at=midnight) == [True]
    assert meets(code, member, at=midnight - timedelta(microseconds=1)) == [False]


def test_a_purchase_that_came_back_whole_is_none_that_ends_the_sleep(shop):
    member = enroll()
    sell(member, "o1", NOW - 70 * DAY)
    sold = sell(member, "o2", NOW - 5 * DAY)
    assert meets("dormant-60", member) == [False]

    till.give_back(sold, "r1", {"1": 10_000})

    assert meets("dormant-60", member) == [True]


def test_the_first_purchase_in_a_store_is_the_first_of_all_cards_of_a_person(shop):
    """Who bought there with another card, which was merged since, has been there."""
    entry = recipe("sign-up-gift").rule
    alice, other = enroll(), enroll(email="other@example.org")
    buy(other, -600, amount=8_000, number="before")
    merges.merge(survivor_id=alice.pk, retired_id=other.pk, at=NOW)
    made.running("gift", entry_rule=dict(entry))

    buy(alice, 1, amount=8_000)
    hear(2)

    assert standing() == []


def test_the_gift_for_fifty_asks_for_what_was_paid_and_not_for_a_fen_less(shop):
    made.running("gift", entry_rule=dict(recipe("sign-up-gift").rule))
    below, exact = enroll(), enroll(email="exact@example.org")

    buy(below, 1, amount=4_999)
    buy(exact, 1, amount=5_000)
    hear(2)

    assert [key for key, _state, _why in standing()] == [f"m:{exact.pk}"]


@pytest.mark.parametrize(
    ("year", "expected"), [(2026, date(2026, 2, 28)), (2028, date(2028, 2, 29))]
)
def test_a_birthday_on_29_february_is_wished_once_a_year_in_the_morning(shop, year, expected):
    entry = entries.read("DATE", recipe("birthday").rule)
    zone = programs.current().zone
    morning = occurrences.next_after(entry, datetime(year, 2, 27, 12, tzinfo=UTC), zone)
    days = []
    while morning.astimezone(zone).month < 3:
        days.append(morning.astimezone(zone))
        morning = occurrences.next_after(entry, morning, zone)
    assert expected in [one.date() for one in days]
    assert {(one.hour, one.minute) for one in days} == {(9, 0)}


def test_an_hour_in_the_cart_is_an_hour_also_where_the_clock_jumps(shop):
    """New York, 8 March 2026: 01:45 and an hour is 03:45 on the wall."""
    entry = entries.read("EVENT", recipe("cart-not-paid").rule)
    at = datetime(2026, 3, 8, 6, 45, tzinfo=UTC)
    fact = event_patterns.Fact(
        ref="b1",
        event="members.behavior.noticed",
        member_id=1,
        occurred_at=at,
        behavior="add_to_cart",
        products=frozenset({"SK-1"}),
    )
    [one] = event_patterns.completions(entry, [fact], [fact])
    assert event_patterns.watch_until(entry, one) == at + timedelta(hours=1)


def test_only_what_belongs_to_a_service_or_a_tier_needs_no_parent():
    """A minor gets these without a parent's consent; whatever offers something is marketing."""
    service = {
        code
        for code, one in recipes.RECIPES.items()
        if one.values.get("purpose", "MARKETING") == "SERVICE"
    }
    assert service == {"survey-after-service", "tier-upgraded"}
