"""Pages of the dashboards: figures of the chosen days and places, of one's own stores, as files."""

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from analytics.admin.dashboards import frame
from analytics.models import KpiDay
from analytics.selectors import asking
from analytics.services import fact_rebuilds, facts, scorecards
from loyalty.models import Program
from members.models import Heartbeat, Store
from tests import kept, world
from tests.analytics.shop import TODAY, bought, enroll
from tests.console import staff

pytestmark = pytest.mark.django_db
PAGES = [one.code for one in frame.DASHBOARDS]
# What the frame itself asks: who works here, what they may see, what waits, the choices, the views
# and with whom they may be shared.
MOST_AROUND = 16
MOST_QUERIES = 20


@pytest.fixture(scope="module")
def traded(django_db_setup, django_db_blocker):
    """Alice of SH01 bought twice there and once in BJ01, Bob once in BJ01, somebody once in SH01;
    in the 30 days before, Alice once."""

    def make():
        with time_machine.travel(world.NOW, tick=False):
            world.open_shop()
            alice = enroll(joined_at=world.NOW - timedelta(days=50))
            bob = enroll(store="BJ01")
            bought(alice, 20_000, day=TODAY - timedelta(days=45))
            bought(alice, 30_000, day=TODAY - timedelta(days=9))
            bought(alice, 10_000)
            bought(alice, 5_000, store="BJ01")
            bought(bob, 40_000, store="BJ01", channel="mini")
            bought(None, 15_000)
            # A name that a spreadsheet would compute with.
            Store.objects.filter(code="BJ01").update(name_en="=1+1")
            list(fact_rebuilds.rebuild())
            facts.refresh(at=world.NOW)

    yield from kept.rows(django_db_blocker, make)


@pytest.fixture
def shop(traded, db, empty_cache):
    with time_machine.travel(world.NOW, tick=False):
        yield


@pytest.fixture
def analyst(shop) -> Client:
    return staff.logged_in("ana", "analyst")


@pytest.fixture
def manager(shop) -> Client:
    return staff.logged_in("mia", "store_manager", ["SH01"])


def page(browser, code, **query):
    return browser.get(f"/console/dashboards/{code}/", query)


def tiles_of(response):
    return {one["tile"].code: one["value"] for one in response.context["tiles"]}


def rows_of(response, code):
    chart = next(one for one in response.context["charts"] if one["chart"].code == code)
    return [[cell["text"] for cell in row["cells"]] for row in chart["rows"]]


def file_of(response):
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("code", PAGES)
def test_a_dashboard_opens_and_asks_at_most_20_times_for_its_figures(analyst, code, monkeypatch):
    asked_figures = []
    ask = asking._ask
    monkeypatch.setattr(asking, "_ask", lambda *said: asked_figures.append(said) or ask(*said))
    # What a process learns once: the programme, and what a role may do.
    page(analyst, code, period="last_7")
    asked_figures.clear()

    with CaptureQueriesContext(connection) as asked:
        shown = staff.text(page(analyst, code))

    assert "dash-filters" in shown
    assert len(asked_figures) <= MOST_QUERIES
    assert len(asked) <= MOST_QUERIES + MOST_AROUND


def test_a_page_asked_for_again_within_a_minute_reads_no_figures(analyst):
    page(analyst, "overview")

    with CaptureQueriesContext(connection) as asked:
        staff.text(page(analyst, "overview"))

    assert len(asked) <= MOST_AROUND
    assert not any("analytics_memberday" in query["sql"] for query in asked)


def test_the_overview_says_what_was_sold_and_how_it_changed(analyst):
    shown = page(analyst, "overview")

    tiles = tiles_of(shown)
    assert (tiles["members"], tiles["new_members"]) == ("2", "1")
    # 300 + 100 + 50 + 400 to members, 150 to others.
    assert tiles["sales"] == "¥1,000.00"
    assert tiles["paid_orders"] == "5"
    assert tiles["member_share"] == "85.0%"
    assert tiles["arpu"] == "¥425.00"
    assert rows_of(shown, "channels") == [
        ["Store till", "¥600.00", "4", "¥450.00", "75.0%"],
        ["Mini-program", "¥400.00", "1", "¥400.00", "100.0%"],
    ]
    text = staff.text(shown)
    assert "1 Feb 2026 – 2 Mar 2026" in text
    assert "beside 2 Jan 2026 – 31 Jan 2026" in text
    assert "Figures as of 2 Mar 2026, 14:00" in text


def test_a_channel_and_another_period_narrow_every_figure(analyst):
    shown = page(analyst, "overview", channel="mini", period="custom", from_on="2026-03-02",
                 to_on="2026-03-02", compare="none")  # fmt: skip

    assert tiles_of(shown)["sales"] == "¥400.00"
    assert [one["before"] for one in shown.context["tiles"]] == [""] * len(tiles_of(shown))


def test_days_without_a_period_are_the_period(analyst):
    shown = page(analyst, "overview", from_on="2026-03-02", to_on="2026-03-02", channel="mini")

    assert tiles_of(shown)["sales"] == "¥400.00"
    assert "This day has yet to come." in staff.text(
        page(analyst, "overview", from_on="2026-03-02", to_on="2026-03-03")
    )


def test_a_scorecard_of_the_whole_chain_tells_one_store_s_people_why_it_is_empty(manager):
    scorecards.install()

    assert "These figures are the whole chain" in staff.text(page(manager, "scorecard"))


def test_a_store_is_compared_with_itself(analyst):
    rows = rows_of(page(analyst, "stores"), "stores")

    assert rows == [
        ["Jing'an", "¥550.00", "175.0%", "3", "¥183.33", "72.7%", "0", "1", "100.0% (1)"],
        ["=1+1", "¥450.00", "–", "2", "¥225.00", "100.0%", "1", "2", "0.0% (0)"],
    ]


def test_a_store_manager_sees_the_own_store_whatever_the_address_says(manager):
    own, other = page(manager, "overview"), page(manager, "overview", store="BJ01")

    assert tiles_of(own)["sales"] == "¥550.00"
    assert [row[0] for row in rows_of(own, "stores")] == ["Jing'an"]
    assert "“BJ01” is none of the choices." in staff.text(other)
    assert "tiles" not in other.context
    for code in PAGES:
        charts = page(manager, code).context["charts"]
        assert all("store" in one["chart"].narrowed_by for one in charts), code


def test_cohorts_and_the_life_cycle_have_counts_beside_per_cents(analyst):
    shown = page(analyst, "retention")

    assert rows_of(shown, "cohorts") == [
        ["January 2026", "1", "100.0% (1)", "100.0% (1)", "100.0% (1)"],
        ["March 2026", "1", "100.0% (1)", "–", "–"],
    ]
    assert rows_of(shown, "life-cycle")[-1] == ["March 2026", "1", "1", "0", "0", "2"]


def test_the_funnel_counts_who_came_that_far(analyst):
    rows = rows_of(page(analyst, "acquisition"), "joining")

    assert [row[:2] for row in rows] == [
        ["Joined", "1"], ["First order", "1"], ["Second order", "0"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ({"period": "decade"}, "period", "“decade” is none of the choices."),
        ({"period": "custom", "to_on": "2026-03-01"}, "from_on", "Say from which day to which."),
        (
            {"period": "custom", "from_on": "2026-03-02", "to_on": "2026-03-01"},
            "to_on",
            "This day is before the first one.",
        ),
        (
            {"period": "custom", "from_on": "2026-03-02", "to_on": "2026-03-03"},
            "to_on",
            "This day has yet to come.",
        ),
        (
            {"period": "custom", "from_on": "2016-03-02", "to_on": "2026-03-02"},
            "from_on",
            "At most three years at once: choose a later day.",
        ),
        ({"segment": "x"}, "segment", "“x” is none of the choices."),
        ({"tier": "\x00"}, "tier", "“�” is none of the choices."),
    ],
)
def test_a_filter_that_means_nothing_is_said_at_its_field(analyst, query, field, said):
    shown = page(analyst, "stores", **query)
    asked_as_file = page(analyst, "stores", **query, **{"as": "csv"})

    assert said in shown.context["form"].errors.get(field, [])
    assert "charts" not in shown.context
    assert asked_as_file.status_code == 400
    assert said in asked_as_file.content.decode()


def test_a_chart_s_file_holds_its_table_and_no_formula(analyst):
    file = page(analyst, "stores", chart="sales", **{"as": "csv"})

    assert file["Content-Disposition"] == (
        'attachment; filename="stores-sales-2026-02-01-2026-03-02.csv"'
    )
    assert file_of(file) == [
        ["Store", "To members", "To others", "Sales"],
        ["Jing'an", "400.00", "150.00", "550.00"],
        ["'=1+1", "450.00", "0.00", "450.00"],
        ["Total", "850.00", "150.00", "1000.00"],
    ]


def test_a_dashboard_s_files_hold_every_chart_and_what_they_are_of(analyst):
    file = file_of(page(analyst, "stores", channel="mini", **{"as": "csv"}))
    book = page(analyst, "stores", **{"as": "xlsx"})

    assert file[:4] == [
        ["Dashboard", "Stores"],
        ["Period", "1 Feb 2026 – 2 Mar 2026"],
        ["Compared with", "2 Jan 2026 – 31 Jan 2026"],
        ["Channels", "Mini-program"],
    ]
    assert ["Sales by store"] in file
    assert ["Store by store"] in file
    assert book["Content-Type"].endswith("spreadsheetml.sheet")
    assert book.content[:2] == b"PK"


@pytest.mark.parametrize("query", [{"as": "exe"}, {"as": "csv", "chart": "nothing"}])
def test_a_file_that_there_isn_t_is_not_found(analyst, query):
    assert page(analyst, "stores", **query).status_code == 404


def test_figures_that_were_never_made_are_said_to_be_none(analyst):
    Heartbeat.objects.filter(name=facts.HEARTBEAT).delete()
    KpiDay.objects.all().delete()

    shown = staff.text(page(analyst, "overview"))
    assert "Figures have never been brought up to date" in shown
    assert "Nothing was sold in these days" in shown


def test_without_a_programme_the_page_says_what_to_do(analyst):
    Program.objects.update(is_current=False)

    assert "There is no programme yet" in staff.text(page(analyst, "overview"))
