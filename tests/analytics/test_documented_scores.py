"""The tables of the pages on RFM, stages, classes and health, run row by row."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from analytics.rules import (
    customer_classes,
    health,
    life_cycle,
    ranking,
    recency_bands,
    rfm,
    value_classes,
)
from analytics.rules.policies import Policy
from tests import documented
from tests.documented import Row

A = date(2026, 3, 1)
POLICY = Policy()


def optional(text: str) -> int | None:
    return None if text in ("none", "–") else int(text)


def ranked(rows: list[Row]) -> None:
    figures = [rfm.Figures(place, 0, row.number("F"), 1) for place, row in enumerate(rows, start=1)]
    by_rank = rfm.score(figures)
    by_fifths = rfm.score(figures, method=rfm.Method.NTILE)
    for place, row in enumerate(rows, start=1):
        assert rfm.rank_score(row.number("rank"), len(rows)) == row.number("by rank")
        assert by_rank[place].f == row.number("by rank"), row
        assert rfm.ntile_score(row.number("place"), len(rows)) == row.number("by fifths")
        assert by_fifths[place].f == row.number("by fifths"), row


def figures_of(rows: list[Row]) -> list[rfm.Figures]:
    return [
        rfm.Figures(place, row.number("days"), row.number("orders"), row.amount("yuan"))
        for place, row in enumerate(rows, start=1)
    ]


def by_cuts(rows: list[Row]) -> None:
    scores = rfm.score(figures_of(rows), method=rfm.Method.FIXED, cuts=POLICY.rfm_cuts)
    for place, row in enumerate(rows, start=1):
        told = (scores[place].r, scores[place].f, scores[place].m)
        assert told == tuple(row.number(letter) for letter in "RFM"), row


def against_the_mean(rows: list[Row]) -> None:
    scores = rfm.score(figures_of(rows), method=rfm.Method.MEAN)
    for place, row in enumerate(rows, start=1):
        found = scores[place]
        assert (found.class_8, found.class_4) == (row.text("bits"), row.text("four"))
        assert [found.r, found.f, found.m] == row.numbers("scores by mean split")


def eight_and_four(rows: list[Row]) -> None:
    assert tuple(row.text("bits (R F M)") for row in rows) == rfm.CLASSES_8
    for row in rows:
        bits = [bit == "1" for bit in row.text("bits (R F M)")]
        assert rfm.class_4(*bits) == row.text("four"), row


def ten(rows: list[Row]) -> None:
    for row in rows:
        for f in range(1, 6):
            assert rfm.class_10(row.number("R"), f) == row.text(f"F {f}"), row
    assert {row.text(f"F {f}") for row in rows for f in range(1, 6)} == set(rfm.CLASSES_10)


def own_gap(rows: list[Row]) -> None:
    for row in rows:
        days = [A - timedelta(days=ago) for ago in row.numbers("days of purchases before A")]
        told = row.text("gap")
        assert life_cycle.median_gap(days) == (None if told == "none" else Fraction(told)), row


def stages(rows: list[Row]) -> None:
    for row in rows:
        gap = row.text("gap")
        buying = life_cycle.Buying(
            recency_days=optional(row.text("r")),
            year_orders_count=row.number("paid orders in 365 days"),
            purchase_days_count=row.number("purchase days"),
            gap_days=None if gap == "none" else Fraction(gap),
        )
        assert life_cycle.stage(buying, POLICY.life_cycle) == row.text("stage"), row


def bands(rows: list[Row]) -> None:
    for row in rows:
        assert recency_bands.band(optional(row.text("r")), POLICY.recency) == row.text("band"), row


def values(rows: list[Row]) -> None:
    for row in rows:
        found = value_classes.value_class(
            net_amount=row.amount("yuan"),
            orders_count=row.number("paid orders"),
            cuts=POLICY.value,
        )
        assert found == row.text("class"), row


def customers(rows: list[Row]) -> None:
    for row in rows:
        buying = customer_classes.Buying(
            recency_days=optional(row.text("days")),
            orders_count=row.number("orders"),
            year_orders_count=row.number("in 365 days"),
        )
        assert customer_classes.customer_class(buying, POLICY.customer) == row.text("class"), row


def healths(rows: list[Row]) -> None:
    columns = {"r": "R", "f": "F", "m": "M", "engagement": "engagement", "service": "service"}
    for row in rows:
        scores = {part: optional(row.text(column)) for part, column in columns.items()}
        assert health.health(scores, POLICY.health) == Decimal(row.text("health")), row


def engagement(rows: list[Row]) -> None:
    for row in rows:
        found = health.engagement_score(row.number("active days"), POLICY.engagement_cuts)
        assert found == row.number("score"), row


def service(rows: list[Row]) -> None:
    for row in rows:
        said = [word.split(":") for word in row.text("answers").split() if word != "none"]
        weights = [health.answer_weight(kind, int(score)) for kind, score in said]
        assert health.service_score(weights) == optional(row.text("score")), row


def areas(rows: list[Row]) -> None:
    for row in rows:
        counts = []
        for group in row.text("groups").split():
            figure, both = group.split(":")
            silent, others = both.split("/")
            counts.append((int(figure), int(silent), int(others)))
        told = row.text("area")
        expected = None if told == "none" else Fraction(told)
        assert ranking.area_under_curve(counts) == expected, row


# By page and heading: what runs the table there.
TABLES: dict[tuple[str, str], Callable[[list[Row]], None]] = {
    ("rfm", "Scores by rank and by fifths"): ranked,
    ("rfm", "Scores by cuts set by hand"): by_cuts,
    ("rfm", "Bits against the mean"): against_the_mean,
    ("rfm", "Eight and four"): eight_and_four,
    ("rfm", "Ten"): ten,
    ("life-cycle", "Own gap"): own_gap,
    ("life-cycle", "Stages"): stages,
    ("life-cycle", "Bands of recency"): bands,
    ("classes", "Value class"): values,
    ("classes", "Customer class"): customers,
    ("health", "Health of five scores"): healths,
    ("health", "Engagement"): engagement,
    ("health", "Service"): service,
    ("health", "Areas under the curve"): areas,
}


@pytest.mark.parametrize(("document", "heading"), TABLES)
def test_the_page_says_what_the_rules_say(document, heading):
    TABLES[document, heading](documented.rows(f"algorithms/{document}.md", heading))


def test_every_table_of_these_pages_is_run():
    pages = {page for page, _heading in TABLES}
    found = {(page, one) for page in pages for one in documented.tables(f"algorithms/{page}.md")}
    assert found == TABLES.keys()


def test_nobody_known_or_nothing_weighed_is_no_health():
    assert health.health({}, POLICY.health) is None
    weights = health.Weights(r=0, f=0, m=0, engagement=60, service=40)
    assert health.health({"r": 5, "f": 5, "m": 5}, weights) is None
