"""Rules that ask when, where and which order; caps of periods; and the trace that the API tells."""

from datetime import date

import pytest

from members.models import Store
from members.services import members
from tests import world
from tests.loyalty import till
from tests.loyalty.test_rules_on_orders import is_, publish, trace_of
from tests.loyalty.till import at, line

pytestmark = pytest.mark.django_db


def earned(number, when=till.NOW, **options):
    """What an order of ¥100 brings."""
    return till.sell(number, line("1", 10_000), when=when, **options)["points"]["earned"]


def test_a_weekend_is_that_of_the_shop(alice):
    Store.objects.create(
        code="NY01", name_en="New York", name_zh="纽约店", time_zone="America/New_York"
    )
    publish("weekend", effect="MULTIPLIER", percent=200,
            condition={"field": "time.weekday", "op": "in", "value": [6, 7]})  # fmt: skip
    # Monday morning in Shanghai is Sunday evening in New York, and Saturday there is Friday here.
    assert earned("o-1", at("2026-11-16T08:00"), store="NY01") == 200
    assert earned("o-2", at("2026-11-16T08:00")) == 100
    assert earned("o-3", at("2026-11-14T08:00"), store="NY01") == 100
    assert earned("o-4", at("2026-11-14T00:00")) == 200
    assert trace_of("o-3", "weekend")["seen"] == 5


def test_the_third_order_is_the_third_that_comes(alice):
    publish("third", effect="FIXED", points=33,
            condition={"field": "member.order_number", "op": "eq", "value": 3})  # fmt: skip
    assert [earned(f"o-{number}") for number in range(4)] == [100, 100, 133, 100]


def test_a_rule_on_trial_holds_in_its_stores_alone(alice):
    trial = Store.objects.create(code="BJ09", name_en="Beijing", name_zh="北京店")
    rule = publish("trial", effect="MULTIPLIER", percent=200)
    rule.stores.add(trial)
    assert earned("o-1") == 100
    assert trace_of("o-1", "trial")["why"] == "store"
    assert earned("o-2", store="BJ09") == 200


def test_the_tightest_period_trims_and_a_return_of_half_gives_half_the_room_back(alice):
    publish("double", effect="MULTIPLIER", percent=200, cap_order_points=90, cap_day_points=150,
            cap_month_points=260, cap_member_points=300)  # fmt: skip
    first = till.sell("o-1", line("1", 10_000), when=at("2026-10-10T10:00"))
    assert first["points"]["earned"] == 190
    assert earned("o-2", at("2026-10-10T11:00")) == 160
    assert earned("o-3", at("2026-10-10T12:00")) == 100
    till.give_back(first, "r-1", {"1": 5_000}, when=at("2026-10-10T13:00"))
    assert earned("o-4", at("2026-10-10T14:00")) == 145
    assert earned("o-5", at("2026-10-11T10:00")) == 190
    assert earned("o-6", at("2026-10-12T10:00")) == 120
    assert trace_of("o-6", "double")["trimmed"]["by"] == "monthly_cap"
    assert earned("o-7", at("2026-11-01T00:00")) == 140
    assert trace_of("o-7", "double")["trimmed"]["by"] == "member_cap"


def test_a_late_order_uses_the_room_and_the_rules_of_its_own_day(alice):
    publish("gift", effect="FIXED", points=50, cap_day_points=50, valid_until=at("2026-11-21"))
    publish("gift", version=2, effect="FIXED", points=70, valid_from=at("2026-11-21"))
    assert earned("o-1", at("2026-11-21T00:00")) == 170
    assert earned("o-2", at("2026-11-20T23:59:59"), now=at("2026-11-21T12:00")) == 150
    assert earned("o-3", at("2026-11-20T00:00"), now=at("2026-11-21T12:00")) == 100


@pytest.mark.parametrize(("told", "points"), [("2026-10-26T23:59", 200), ("2026-10-27T00:00", 100)])
def test_a_birthday_told_29_days_before_doubles_next_year(alice, told, points):
    publish("birthday", effect="MULTIPLIER", percent=200,
            condition={"field": "member.is_birthday_month", "op": "is", "value": True})  # fmt: skip
    members.update(member_id=alice.pk, changes={"birthday": date(1990, 11, 25)}, at=at(told))
    assert earned("o-1", at("2026-11-21T10:00")) == points
    assert earned("o-2", at("2027-11-01T00:00")) == 200


def test_the_api_tells_what_hit_and_what_missed(alice):
    publish("soap", effect="FIXED", points=9, condition=is_("line.category", "soap"))
    publish("big", effect="FIXED", points=50, min_amount=20_000)
    publish("double", effect="MULTIPLIER", percent=200, cap_order_points=60)
    answer = till.sell("o-1", line("1", 10_000))
    read = world.till(scopes=world.EVERY_SCOPE).get(f"orders/{answer['id']}").json()
    told = {row["rule"]: row for row in read["trace"]["rules"]}
    assert read["earned_points"] == 160
    assert told["base"]["hit"] is True
    assert told["base"]["points"] == 100
    assert told["double"]["trimmed"] == {"by": "order_cap", "points": 40}
    assert (told["soap"]["hit"], told["soap"]["why"]) == (False, "condition")
    assert {name: told["big"][name] for name in ("why", "wanted", "seen")} == {
        "why": "min_amount",
        "wanted": 20_000,
        "seen": 10_000,
    }
