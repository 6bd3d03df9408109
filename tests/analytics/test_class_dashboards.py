"""Pages of RFM, value and loyalty: what they say of last night, of another day, of one store."""

import html
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
import time_machine
from django.test import Client

from analytics.selectors import segment_members
from analytics.services import fact_rebuilds, facts, member_scores
from tests import kept, world
from tests.analytics.shop import TODAY, bought, enroll
from tests.analytics.test_dashboards import page, rows_of, tiles_of
from tests.console import staff

pytestmark = pytest.mark.django_db
_LINK = re.compile(r'href="/console/analytics/segment/add/\?([^"]+)"')


@pytest.fixture(scope="module")
def scored(django_db_setup, django_db_blocker):
    """Alice bought thrice in SH01 up to yesterday, Bob once, 100 days ago, in BJ01; Carol never.
    The nights of three days ago and of yesterday are known; between them Alice bought again."""

    def make():
        with time_machine.travel(world.NOW, tick=False):
            world.open_shop()
            alice, bob, _carol = (
                enroll(joined_at=world.NOW - timedelta(days=200)) for _ in range(3)
            )
            bought(alice, 30_000, day=TODAY - timedelta(days=120))
            bought(alice, 10_000, day=TODAY - timedelta(days=60))
            bought(bob, 20_000, day=TODAY - timedelta(days=100), store="BJ01")
            list(fact_rebuilds.rebuild())
            early = TODAY - timedelta(days=3)
            list(member_scores.score(as_of=early, at=world.NOW - timedelta(days=2)))
            bought(alice, 60_000, day=TODAY - timedelta(days=1))
            list(fact_rebuilds.rebuild())
            facts.refresh(at=world.NOW)
            list(member_scores.score(as_of=TODAY - timedelta(days=1), at=world.NOW))

    yield from kept.rows(django_db_blocker, make)


@pytest.fixture
def analyst(scored, db, empty_cache):
    with time_machine.travel(world.NOW, tick=False):
        yield staff.logged_in("ana", "analyst")


@pytest.fixture
def manager(scored, db, empty_cache) -> Iterator[Client]:
    with time_machine.travel(world.NOW, tick=False):
        yield staff.logged_in("mia", "store_manager", ["SH01"])


def chart(response, code):
    return next(one["chart"] for one in response.context["charts"] if one["chart"].code == code)


def test_a_cell_of_rfm_leads_to_a_new_segment_of_just_its_members(scored, db, empty_cache):
    """R 3 and F 3 is Alice; a cell of nobody leads nowhere, and whoever may write no segment sees
    no link."""
    with time_machine.travel(world.NOW, tick=False):
        marketer = staff.logged_in("meg", "marketing_manager")
        links = _LINK.findall(staff.text(page(marketer, "rfm")))
        asked = [json.loads(parse_qs(html.unescape(query))["condition"][0]) for query in links]
        recent, often = (
            {"field": f"score.{letter}", "op": "eq", "value": 3} for letter in ("r", "f")
        )
        assert asked[:2] == [recent, {"all": [recent, often]}]
        assert asked[4:6] == [often | {"value": 1}, often]
        assert {"field": "class.rfm_4", "op": "eq", "value": "high_value"} in asked
        assert len(asked) == 3 * 6 + 3 * 2

        opened = marketer.get(f"/console/analytics/segment/add/?{html.unescape(links[1])}")
        kept = opened.context["adminform"].form["condition"].value()
        assert segment_members.preview(tree=json.loads(kept), at=world.NOW).count == 1
        analyst = staff.logged_in("ana", "analyst")
        assert not _LINK.findall(staff.text(page(analyst, "rfm")))


def test_rfm_shows_the_last_night_and_who_moved(analyst):
    shown = page(analyst, "rfm")

    assert tiles_of(shown)["scored"] == "2"
    assert tiles_of(shown)["sales_each"] == "¥600.00"
    # Alice: rank 2 of 2 in all, 1 + floor(5 · 1 ÷ 2) = 3; Bob 1.
    assert rows_of(shown, "grid")[2] == ["R 3", "–", "–", "1", "–", "–", "1"]
    assert rows_of(shown, "grid")[4] == ["R 1", "1", "–", "–", "–", "–", "1"]
    assert chart(shown, "grid").note == "As of 1 Mar 2026, as the last night found it."
    assert rows_of(shown, "rfm-4-flow") == [
        ["High value", "High value", "1", "100.0%"],
        ["Dormant", "Dormant", "1", "100.0%"],
    ]
    assert rows_of(shown, "rfm-4")[0][:6] == [
        "High value", "1", "50.0%", "3", "¥1,000.00", "83.3%",
    ]  # fmt: skip
    assert (
        chart(shown, "rfm-4-flow").note == "From the end of 27 Feb 2026 to the end of 1 Mar 2026."
    )


def test_an_earlier_day_is_computed_for_the_page(analyst):
    shown = page(
        analyst, "rfm", period="custom", from_on="2026-01-01", to_on="2026-02-20", compare="none"
    )

    assert tiles_of(shown)["sales_each"] == "¥300.00"
    assert chart(shown, "grid").note == "As of 20 Feb 2026, computed for this page."
    assert chart(shown, "rfm-8-flow").is_empty


def test_a_store_s_manager_sees_classes_of_that_store_and_nothing_of_the_chain(manager):
    shown = page(manager, "rfm")

    assert tiles_of(shown) == {"scored": "1", "orders_each": "3.00", "sales_each": "¥1,000.00"}
    assert [one["chart"].code for one in shown.context["charts"]] == [
        "grid", "grid-average", "grid-sales", "rfm-8", "rfm-4", "rfm-10",
    ]  # fmt: skip
    loyalty = page(manager, "loyalty")
    assert tiles_of(loyalty) == {}
    assert [one["chart"].code for one in loyalty.context["charts"]] == ["with-orders"]


def test_value_tells_stages_concentration_and_the_parts_of_lifetime_value(analyst):
    shown = page(analyst, "value")

    stages = {row[0]: row[1] for row in rows_of(shown, "stages")}
    assert stages == {
        "Acquisition": "1", "Growth": "1", "Maturity": "0", "Decline": "1", "Lost": "0",
    }  # fmt: skip
    # In the last 30 days only Alice bought: one member is each of the tops.
    assert rows_of(shown, "concentration")[0] == ["Top 1 %", "100.0%", "1", "¥600.00"]
    parts = {row[0]: row[1] for row in rows_of(shown, "lifetime")}
    assert (parts["Average order"], parts["Orders a year"]) == ("¥300.00", "2.00")
    assert parts["Margin"] == "20%"
    assert tiles_of(shown)["health_low"] == "50.0%"
