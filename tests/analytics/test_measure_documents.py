"""The export against an independent SQL over raw orders, as of many days and told in many ways."""

from collections import Counter
from datetime import date, timedelta

import pytest

from analytics.selectors import asking, measure_documents
from analytics.selectors.filters import Period
from analytics.selectors.measure_documents import Asked
from tests.analytics import measure_reference as reference
from tests.analytics import year

AS_OF = date(2026, 3, 31)
_DAYS = (7, 30, 60, 90)


@pytest.fixture(scope="module")
def sales():
    return year.crowd(people=70, orders=500, ends_on=AS_OF)


def asked(as_of):
    period = Period(from_on=as_of - timedelta(days=29), to_on=as_of)
    return Asked(period=period, repurchase_days=_DAYS)


def exported(as_of):
    with asking.together(timeout_seconds=600):
        wanted = asked(as_of)
        lines = {line["member"]: line for line in measure_documents.members(wanted)}
        return measure_documents.document(wanted), lines


def check(as_of):
    """The export as of this day is what the raw orders say; gives it."""
    document, lines = exported(as_of)
    assert document["totals"] == reference.totals(as_of)
    assert [(*_pair(one["first"]), *_pair(one["all"])) for one in document["repurchase"]] == [
        reference.repurchase(as_of, days) for days in _DAYS
    ]
    assert _cohorts(document) == reference.cohorts(as_of)
    life_cycle = {
        one["month"]: (one["new"], one["returning"], one["resurrecting"], one["dormant"])
        for one in document["life_cycle"]
    }
    assert life_cycle == reference.life_cycle(as_of)
    members = reference.members(as_of)
    assert {key: _line(line) for key, line in lines.items()} == members
    _check_counts(document, list(members.values()))
    return document


def _pair(ratio):
    return ratio["numerator"], ratio["denominator"]


def _cohorts(document):
    """The cells that somebody is in, by (cohort, month)."""
    found = {}
    for one in document["cohorts"]:
        first = date.fromisoformat(f"{one['month']}-01")
        for later, count in enumerate(one["active"]):
            month = first.month - 1 + later
            if count:
                name = f"{first.year + month // 12}-{month % 12 + 1:02}"
                found[one["month"], name] = count
    return found


def _line(line):
    return tuple(
        line[name]
        for name in (
            *("recency_days", "window_orders_count", "window_net_amount"),
            *("r_score", "f_score", "m_score", "rfm_8", "rfm_10", "stage"),
            *("value_class", "customer_class"),
        )
    ) if line["recency_days"] is not None else (
        *[None] * 6, "", "", line["stage"], line["value_class"], line["customer_class"]
    )  # fmt: skip


def _check_counts(document, members):
    rfm = document["rfm"]
    scored = [one for one in members if one[3] is not None]
    assert rfm["members"] == len(scored)
    for place, kind in ((6, rfm["classes_8"]), (7, rfm["segments_10"])):
        assert _filled(kind) == Counter(one[place] for one in scored)
    for place, name in ((8, "stages"), (9, "value_classes"), (10, "customer_classes")):
        assert _filled(document[name]) == Counter(one[place] for one in members)
    assert {(one["r"], one["f"], one["m"]): one["members"] for one in rfm["cells"]} == Counter(
        one[3:6] for one in scored
    )
    assert sum(one["sales"] for one in rfm["cells"]) == sum(one[2] for one in scored)


def _filled(counts):
    return {code: count for code, count in counts.items() if count}


def counts(document):
    """What doesn't depend on the day it is told of, nor on the money's unit."""
    return {
        "rfm": {
            name: document["rfm"][name] for name in ("members", "scores", "classes_8", "classes_4")
        },
        "stages": document["stages"],
        "customer": document["customer_classes"],
        "repurchase": document["repurchase"],
        "orders": document["totals"]["paid_orders"],
        "purchase days": document["totals"]["purchase_days"],
    }


@pytest.mark.django_db
def test_the_export_equals_an_independent_sql_as_of_any_day(shop, sales):
    year.write(sales)
    year.write_lines(sales)

    for days in (0, 365):
        check(AS_OF - timedelta(days=days))


@pytest.mark.django_db
def test_the_same_sales_in_another_order_and_another_year_have_the_same_figures(shop, sales):
    year.write(year.told(sales, days=7 * 53, shuffled=True))

    later = counts(check(AS_OF + timedelta(days=7 * 53)))

    assert later["orders"] == sum(sale.net > sale.refunded for sale in sales)
    assert later["rfm"]["members"] == len(
        {
            sale.person
            for sale in sales
            if sale.net > sale.refunded and sale.day > AS_OF - timedelta(days=365)
        }
    )


@pytest.mark.django_db
def test_three_times_the_money_is_three_times_the_amounts_and_the_same_counts(shop, sales):
    year.write(sales)
    once = check(AS_OF)
    year.times_three()

    thrice = check(AS_OF)

    assert counts(thrice) == counts(once)
    assert thrice["totals"] == once["totals"] | {"sales": 3 * once["totals"]["sales"]}
    for code in ("sales", "member_sales"):
        assert thrice["measures"][code]["value"] == 3 * once["measures"][code]["value"]
    assert thrice["rfm"]["cells"] == [
        one | {"sales": 3 * one["sales"]} for one in once["rfm"]["cells"]
    ]
