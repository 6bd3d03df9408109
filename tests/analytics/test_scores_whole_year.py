"""The whole Complete Journey scored, member for member, beside pandas over the raw baskets."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from analytics.models import ClassChange, MemberScore
from analytics.rules.policies import Policy
from analytics.selectors import scoring
from analytics.selectors.filters import Period
from analytics.services import member_scores
from members.models import Member
from tests import world
from tests.analytics import year

pytestmark = [pytest.mark.volume, pytest.mark.timeout(3_600), pytest.mark.django_db]
COLUMNS = (
    *("recency_days", "window_orders_count", "window_net_amount", "gap_days"),
    *("r_score", "f_score", "m_score", "rfm_4", "rfm_8", "rfm_10"),
    *("stage", "value_class", "customer_class", "health"),
)
SEGMENTS = (
    ("hibernating", "hibernating", "at_risk", "at_risk", "cant_lose"),
    ("hibernating", "hibernating", "at_risk", "at_risk", "cant_lose"),
    ("about_to_sleep", "about_to_sleep", "need_attention", "loyal", "loyal"),
    ("promising", "potential_loyalist", "potential_loyalist", "loyal", "loyal"),
    ("new", "potential_loyalist", "potential_loyalist", "champion", "champion"),
)
FOUR = {"111": "high_value", "110": "active", "101": "potential", "100": "potential"}


@pytest.fixture(scope="module")
def sales():
    return year.complete_journey()


def scored(as_of, **policy):
    period = Period(from_on=as_of, to_on=as_of)
    query = scoring.as_of(period, policy=Policy(**policy), zone=ZoneInfo("Asia/Shanghai"))
    with connection.cursor() as cursor:
        cursor.execute(query.sql, query.params)
        rows = [dict(zip(scoring.COLUMNS, row, strict=True)) for row in cursor]
    return {row["member_id"]: tuple(row[name] for name in COLUMNS) for row in rows}


def by_pandas(sales, as_of, *, window=365, method="RANK"):
    import pandas as pd

    ids = dict(Member.objects.values_list("card_number", "pk"))
    rows = [(ids[f"y{one.person}"], one.day, one.net) for one in sales]
    orders = pd.DataFrame(rows, columns=["member", "day", "net"])
    orders["ago"] = (pd.Timestamp(as_of) - pd.to_datetime(orders.day)).dt.days
    paid = orders[(orders.net > 0) & (orders.ago >= 0)]
    told = pd.DataFrame(index=sorted(ids.values()))
    told["r"] = paid.groupby("member").ago.min()
    told["orders"] = paid.groupby("member").size()
    for name, days in (("window", window), ("year", 365)):
        recent = paid[paid.ago < days].groupby("member").net
        told[f"{name}_orders"] = recent.size()
        told[f"{name}_net"] = recent.sum()
    days = paid[["member", "ago"]].drop_duplicates().sort_values(["member", "ago"])
    told["gap"] = days.groupby("member").ago.diff().groupby(days.member).median()
    told["days"] = days.groupby("member").size()
    told = told.fillna({name: 0 for name in told if name not in ("r", "gap")})
    good = told[told.window_orders > 0]
    values = {"r": -good.r, "f": good.window_orders, "m": good.window_net}
    scores = pd.DataFrame({x: _score(one, method) for x, one in values.items()})
    bits = pd.DataFrame({x: one >= one.mean() for x, one in values.items()})
    return {member: _row(told.loc[member], scores, bits, member) for member in told.index}


def _score(values, method):
    if method == "NTILE":
        places = values.sort_index().rank(method="first").astype(int) - 1
        count, more = divmod(len(values), 5)
        edges = [
            (count + 1) * min(fifth, more) + count * max(fifth - more, 0) for fifth in range(5)
        ]
        return places.map(lambda place: sum(place >= edge for edge in edges))
    if method == "MEAN":
        return (values >= values.mean()).map({True: 5, False: 1})
    return (1 + (5 * (values.rank(method="min") - 1) // len(values))).astype(int)


def _row(one, scores, bits, member):
    recency = None if one.r != one.r else int(one.r)
    gap = None if one.gap != one.gap else one.gap
    r, f, m, four, eight, ten = None, None, None, "", "", ""
    if member in scores.index:
        r, f, m = (int(scores.loc[member, x]) for x in "rfm")
        eight = "".join(str(int(bits.loc[member, x])) for x in "rfm")
        four, ten = FOUR.get(eight, "dormant"), SEGMENTS[r - 1][f - 1]
    reached = 30 * ((r or 1) - 1) + 25 * ((f or 1) - 1) + 20 * ((m or 1) - 1)
    health = None if recency is None else round(100 * reached / 300 + 1e-9, 2)
    return (
        *(recency, int(one.window_orders), int(one.window_net), gap, r, f, m, four, eight, ten),
        *(_stage(recency, one, gap), _value(one), _customer(recency, one), health),
    )


def _stage(recency, one, gap):
    if recency is None:
        return "acquisition"
    if recency > 180:
        return "lost"
    if recency > 90 or (one.days >= 3 and recency > 3 * max(gap, 7)):
        return "decline"
    return "maturity" if one.year_orders >= 5 else "growth"


def _value(one):
    if one.year_net >= 1_000_000 and one.year_orders >= 6:
        return "high"
    return "basic" if one.year_net < 300_000 and one.year_orders <= 2 else "potential"


def _customer(recency, one):
    if recency is None:
        return "non_customer"
    if one.orders >= 3 and recency > 180:
        return "lost"
    if one.year_orders >= 5 and recency <= 60:
        return "loyal"
    return "potential" if one.orders == 1 else "occasional"


def plain(rows):
    """Health as a float, to be compared with pandas' own."""
    return {
        member: (*row[:-1], None if row[-1] is None else float(row[-1]))
        for member, row in rows.items()
    }


def test_everybody_is_scored_as_pandas_says_and_the_nights_keep_it(shop, sales):
    year.write(sales)
    ends = year.YEAR_ENDS_ON
    for as_of, window, method in (
        (ends, 365, "RANK"),
        (ends, 365, "NTILE"),
        (ends, 90, "MEAN"),
        (date(2017, 6, 30), 365, "RANK"),
        (ends + timedelta(days=100), 60, "RANK"),
    ):
        found = scored(as_of, rfm_window_days=window, rfm_method=method)
        assert len(found) == 2_469
        assert plain(found) == by_pandas(sales, as_of, window=window, method=method)

    for as_of in (ends - timedelta(days=1), ends):
        list(member_scores.score(as_of=as_of, at=world.NOW))
    kept = [name for name in COLUMNS if name != "gap_days"]
    rows = {row.pk: tuple(getattr(row, name) for name in kept) for row in MemberScore.objects.all()}
    before, after = scored(ends - timedelta(days=1)), scored(ends)
    place = COLUMNS.index("gap_days")
    assert rows == {pk: (*row[:place], *row[place + 1 :]) for pk, row in after.items()}
    stage = COLUMNS.index("stage")
    moved = {pk: (before[pk][stage], row[stage]) for pk, row in after.items()}
    changes = ClassChange.objects.filter(kind="STAGE").values_list("member_id", "before", "after")
    assert {pk: both for pk, *both in changes} == {
        pk: list(both) for pk, both in moved.items() if both[0] != both[1]
    }
