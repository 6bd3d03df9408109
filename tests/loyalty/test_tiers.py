"""Tiers through the services: lifted at once, at the old coefficient, by what is in the window."""

from datetime import timedelta

import pytest

from loyalty.models import Account, Program, Tier, TierChange
from loyalty.selectors import ledger_checks
from members.models import Event
from tests.loyalty import till
from tests.loyalty.till import at, line

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_ledger_is_sound_afterwards(db):
    yield
    assert ledger_checks.findings() == []


def test_the_order_that_lifts_earns_at_the_old_coefficient_and_the_next_at_the_new(alice):
    earned = [
        till.sell(f"o-{number}", line("1", 60_000))["points"]["earned"] for number in range(6)
    ]
    assert earned == [600, 600, 600, 600, 600, 720]


def test_an_upgrade_is_a_row_with_why_and_until_and_an_event(alice):
    answers = [till.sell(f"o-{number}", line("1", 60_000)) for number in range(5)]
    assert [answer["tier"]["code"] for answer in answers] == ["member"] * 4 + ["silver"]
    assert answers[4]["tier"]["changed_from"] == "member"
    assert answers[4]["tier"]["progress"] == {
        "next": "gold", "missing_amount": 700_000, "missing_orders": 10,
    }  # fmt: skip
    change = TierChange.objects.get(member_id=alice.pk, reason="UPGRADE")
    assert (change.from_tier.code, change.to_tier.code) == ("member", "silver")
    assert change.figures == {"from": "2025-11-22", "spend_amount": 300_000, "orders_count": 5}
    assert change.until_at == at("2027-11-22")
    account = Account.objects.get(member_id=alice.pk)
    assert (account.tier.code, account.tier_since_at) == ("silver", till.NOW)
    event = Event.objects.get(type="loyalty.tier.upgraded")
    assert (event.payload["from_tier"], event.payload["to_tier"]) == ("member", "silver")


def test_one_order_can_lift_past_a_tier(alice):
    Tier.objects.update(orders_count=0)
    answer = till.sell("o-1", line("1", 1_000_000))
    assert (answer["tier"]["code"], answer["tier"]["changed_from"]) == ("gold", "member")
    assert TierChange.objects.filter(reason="UPGRADE").count() == 1


def test_orders_that_left_the_window_do_not_count(alice):
    for number in range(4):
        till.sell(f"old-{number}", line("1", 70_000), when=at("2025-11-21T12:00"))
    answer = till.sell("o-1", line("1", 70_000), when=at("2026-11-21T12:00"))
    assert answer["tier"]["code"] == "member"
    account = Account.objects.get(member_id=alice.pk)
    assert (account.window_spend_amount, account.window_orders_count) == (70_000, 1)
    assert account.orders_count == 5


def test_the_first_day_of_the_window_counts(alice):
    for number in range(4):
        till.sell(f"old-{number}", line("1", 70_000), when=at("2025-11-22T00:00"))
    answer = till.sell("o-1", line("1", 70_000), when=at("2026-11-21T23:59"))
    assert answer["tier"]["code"] == "silver"


def test_a_calendar_year_begins_anew(alice):
    Program.objects.update(tier_window="CALENDAR_YEAR")
    for number in range(4):
        till.sell(f"old-{number}", line("1", 70_000), when=at("2026-12-31T23:59"))
    answer = till.sell("o-1", line("1", 70_000), when=at("2027-01-01T00:00"))
    assert answer["tier"]["progress"]["missing_amount"] == 230_000


def test_a_late_order_of_the_window_still_counts_and_lifts(alice):
    for number in range(4):
        till.sell(f"o-{number}", line("1", 70_000))
    late = till.sell("late", line("1", 70_000), when=till.NOW - timedelta(days=20), now=till.NOW)
    assert late["tier"]["code"] == "silver"


def test_an_order_for_nothing_is_no_order_for_a_tier(alice):
    till.sell("o-1", line("1", 0))
    account = Account.objects.get(member_id=alice.pk)
    assert (account.orders_count, account.window_orders_count) == (1, 0)


def test_whoever_joins_is_at_the_first_tier_and_the_row_says_so(alice):
    change = TierChange.objects.get(member_id=alice.pk)
    assert (change.reason, change.from_tier_id, change.to_tier.code) == ("JOINED", None, "member")
