"""Figures that take long: waited for on the page, kept for the day, read in the night before."""

from datetime import timedelta
from itertools import islice

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.utils import timezone

from analytics.admin.dashboards import frame, overview, prepared, reading, retention
from analytics.models import ChannelSpend, SavedView
from analytics.services import fact_rebuilds, facts
from members.models import Channel, User
from members.services import heartbeats
from tests import world
from tests.analytics.shop import TODAY, bought, enroll
from tests.console import staff

pytestmark = pytest.mark.django_db
PAGES = [one.code for one in frame.DASHBOARDS]


@pytest.fixture
def clock(keys_made, empty_cache):
    with time_machine.travel(world.NOW, tick=False) as travelled:
        world.open_shop()
        alice = enroll()
        bought(alice, 30_000, day=TODAY - timedelta(days=9))
        list(fact_rebuilds.rebuild())
        facts.refresh(at=world.NOW)
        yield travelled


@pytest.fixture
def analyst(clock):
    return staff.logged_in("ana", "analyst")


@pytest.fixture
def slow(monkeypatch):
    """Whatever is read takes longer than a page may."""
    monkeypatch.setattr(reading, "FIRST_SECONDS", -1.0)


def page(browser, code="retention", *, waits=False, language="en", **query):
    headers = {"Accept-Language": language} | ({frame.WAITS: "1"} if waits else {})
    return browser.get(f"/console/dashboards/{code}/", query, headers=headers)


def minutes_pass(clock, minutes):
    clock.shift(timedelta(minutes=minutes))
    heartbeats.beat(names=(facts.HEARTBEAT,), at=timezone.now())


def has_figures(response):
    return "charts" in response.context


def offers_newer(response):
    return "data-dash-older" in response.content.decode()


def test_a_page_whose_figures_take_longer_is_there_at_once_and_waits_for_them(analyst, slow):
    first = page(analyst)
    waited = page(analyst, waits=True)
    again = page(analyst)

    assert (first.status_code, has_figures(first)) == (200, False)
    assert "data-dash-waits" in first.content.decode()
    assert len(waited.context["charts"]) == len(again.context["charts"]) == 3
    assert not offers_newer(again)


def test_figures_that_take_too_long_are_refused_in_words_after_the_wait(analyst, monkeypatch):
    monkeypatch.setattr(reading, "TIMEOUT_SECONDS", -1.0)

    refused = page(analyst, "value", waits=True)
    assert refused.status_code == 503
    assert "choose a shorter period or fewer filters" in refused.content.decode()


def test_earlier_figures_are_shown_with_their_time_and_newer_ones_offered_after_ten_minutes(
    clock, analyst, slow
):
    page(analyst, waits=True)
    minutes_pass(clock, 10)
    young = page(analyst)
    minutes_pass(clock, 1)
    old = page(analyst)
    page(analyst, waits=True)
    newer = page(analyst)

    assert [has_figures(one) for one in (young, old, newer)] == [True, True, True]
    assert [offers_newer(one) for one in (young, old, newer)] == [False, True, False]
    times = [one.context["updated"] for one in (young, old, newer)]
    assert times[0] == times[1] != times[2]


def test_figures_that_are_read_quickly_are_always_those_of_now(clock, analyst):
    page(analyst)
    minutes_pass(clock, 11)

    again = page(analyst)
    assert has_figures(again)
    assert not offers_newer(again)


def test_what_was_slow_once_and_is_quick_now_is_read_again(clock, analyst, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(reading, "FIRST_SECONDS", -1.0)
        page(analyst, waits=True)
    minutes_pass(clock, 11)

    assert offers_newer(page(analyst))
    page(analyst, waits=True)
    minutes_pass(clock, 11)
    assert not offers_newer(page(analyst))


def test_a_setting_that_changed_makes_earlier_figures_void(analyst, slow):
    page(analyst, "acquisition", waits=True)
    assert has_figures(page(analyst, "acquisition"))

    ChannelSpend.objects.create(
        channel=Channel.objects.get(code="pos"),
        from_on=TODAY,
        to_on=TODAY,
        amount=100,
        created_at=world.NOW,
    )
    assert not has_figures(page(analyst, "acquisition"))


@pytest.fixture
def two(monkeypatch):
    """As if there were two dashboards, which take long."""
    monkeypatch.setattr(prepared, "DASHBOARDS", (overview.DASHBOARD, retention.DASHBOARD))


def test_the_night_reads_every_dashboard_in_both_languages(analyst, slow):
    assert list(islice(prepared.night(world.NOW), len(PAGES))) == [1] * len(PAGES)

    for code in PAGES:
        for language in ("en", "zh-hans"):
            assert has_figures(page(analyst, code, language=language)), (code, language)
    assert not has_figures(page(analyst, period="last_7"))


def test_the_night_reads_named_periods_channels_and_tiers_of_a_large_chain(analyst, slow, two):
    found = list(prepared.night(world.NOW))

    # Of two dashboards: nine periods, three channels, four tiers.
    assert found == [1] * 2 * (9 + 3 + 4)
    for query in ({"period": "last_year"}, {"channel": "mini"}, {"tier": "gold"}):
        assert has_figures(page(analyst, **query)), query
    assert not has_figures(page(analyst, store="SH01"))


def test_where_everything_is_read_quickly_the_night_reads_no_more_than_the_dashboards(analyst):
    assert list(prepared.night(world.NOW)) == [1] * len(PAGES)


def test_the_night_reads_saved_views_as_their_owners_see_them(analyst, slow, two):
    manager = staff.logged_in("mia", "store_manager", ["SH01"])
    mia = User.objects.get(username="mia")
    view = {"owner": mia, "dashboard": "overview", "saved_at": world.NOW}
    SavedView.objects.create(**view, name="Alone", query="compare=none")
    SavedView.objects.create(**view, name="Gone", query="store=GONE")

    # Behind two dashboards with nine periods.
    assert list(islice(prepared.night(world.NOW), 18, 20)) == [0, 1]
    assert has_figures(page(manager, "overview", compare="none"))
    # The whole chain's figures are others.
    assert not has_figures(page(analyst, "overview", compare="none"))


def test_views_of_those_who_left_or_see_no_dashboards_any_more_are_not_read(analyst):
    for name in ("left", "moved"):
        staff.logged_in(name, "analyst")
    User.objects.filter(username="left").update(is_active=False)
    User.objects.get(username="moved").groups.set(Group.objects.filter(name="clerk"))
    for owner in User.objects.filter(username__in=("left", "moved")):
        SavedView.objects.create(
            owner=owner, dashboard="overview", name="A", query="", saved_at=world.NOW
        )

    assert list(prepared._views()) == []


def test_what_takes_too_long_even_at_night_is_left_to_who_asks(analyst, slow, two, monkeypatch):
    monkeypatch.setattr(prepared, "MOST_SECONDS", -1.0)

    assert set(prepared.night(world.NOW)) == {0}
    assert not has_figures(page(analyst))


def test_the_night_ends_in_time_with_what_it_has_read(analyst, slow, two, monkeypatch):
    monkeypatch.setattr(prepared, "MOST_SECONDS_IN_ALL", -1)

    assert list(prepared.night(world.NOW)) == [1, 1, 1]
