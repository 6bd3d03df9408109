"""The whole Complete Journey: every total, and the export against SQL over raw orders, told as it
is, shuffled, years later, for three times the money, and twice through the doors. Minutes."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from analytics.rules.policies import Policy
from config.demo import verification
from tests.analytics import year
from tests.analytics.test_measure_documents import check, counts
from tests.demo.loads import load_year

pytestmark = [pytest.mark.volume, pytest.mark.timeout(3_600), pytest.mark.django_db]
ENDS_ON = year.YEAR_ENDS_ON
_SHIFT = 7 * 417


@pytest.fixture(scope="module")
def sales():
    return year.complete_journey()


def test_every_total_and_class_of_the_year_is_what_raw_orders_say(shop, sales):
    year.write(sales)
    year.write_lines(sales)

    document = check(ENDS_ON)

    names = {"paid_orders": "paid orders", "products": "products sold"}
    names |= {"trading_days": "trading days", "purchase_days": "purchase days"}
    assert {
        names.get(name, name): value for name, value in document["totals"].items()
    } == verification.EXPECTED
    for as_of in (date(2017, 6, 30), date(2017, 9, 14)):
        check(as_of)


def test_the_year_shuffled_and_years_later_has_the_same_figures(shop, sales):
    with transaction.atomic():
        year.write(sales)
        once = counts(check(ENDS_ON))
        transaction.set_rollback(True)
    year.write(year.told(sales, days=_SHIFT, shuffled=True))

    assert counts(check(ENDS_ON + timedelta(days=_SHIFT))) == once


def test_three_times_the_money_is_three_times_every_amount(shop, sales):
    year.write(sales)
    once = check(ENDS_ON)
    year.times_three()

    thrice = check(ENDS_ON)

    assert counts(thrice) == counts(once)
    # The value classes have cuts in money: they alone may differ.
    assert thrice["rfm"] == once["rfm"] | {
        "cells": [one | {"sales": 3 * one["sales"]} for one in once["rfm"]["cells"]]
    }
    assert Policy().value_high_amount == 1_000_000
    for code in ("sales", "member_sales"):
        assert thrice["measures"][code]["value"] == 3 * once["measures"][code]["value"]
    for code in ("aov", "arpu"):
        told, before = thrice["measures"][code], once["measures"][code]
        assert told["numerator"] == 3 * before["numerator"]
        assert told["denominator"] == before["denominator"]


def test_delivered_twice_through_the_doors_it_counts_once(keys_made):
    load_year(households=40)
    once = check(ENDS_ON)
    load_year(households=40, again=True)

    assert check(ENDS_ON) == once
