"""Filters of a dashboard under a name: kept by people, shared by those who may, taken away."""

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.urls import reverse

from analytics.models import SavedView
from analytics.selectors import saved_views as selectors
from analytics.services import saved_views
from members.models import User
from tests import world
from tests.console import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst(db, empty_cache):
    with time_machine.travel(world.NOW, tick=False):
        world.open_shop()
        yield staff.logged_in("ana", "analyst")


@pytest.fixture
def manager(analyst):
    return staff.logged_in("mia", "store_manager", ["SH01"])


def save(browser, dashboard="overview", **said):
    return browser.post(reverse("admin:analytics_savedview_save"), said | {"dashboard": dashboard})


def remove(browser, view):
    return browser.post(reverse("admin:analytics_savedview_remove", args=[view.pk]))


def names_of(browser, query=""):
    shown = browser.get(f"/console/dashboards/overview/?{query}")
    return [(one["view"].name, one["is_open"]) for one in shown.context["views"]]


def messages_of(browser, answer):
    return staff.text(browser.get(answer.url))


def test_a_view_keeps_the_filters_alone_and_is_opened_again(analyst):
    answer = save(
        analyst, name="Mini", query="channel=mini&period=last_7&as=csv&compare=before&x=1"
    )

    assert answer.url == "/console/dashboards/overview/?period=last_7&channel=mini"
    assert names_of(analyst) == [("Mini", False)]
    assert names_of(analyst, "channel=mini&period=last_7") == [("Mini", True)]


def test_a_name_that_is_there_takes_the_filters_over_and_twice_is_once(analyst):
    for period in ("last_7", "last_90", "last_90"):
        save(analyst, name="Mine", query=f"period={period}")

    assert [one.query for one in SavedView.objects.all()] == ["period=last_90"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"name": "", "query": ""}, "Name of the view: This field is required."),
        ({"name": "A", "query": "store=NONE"}, "Stores: “NONE” is none of the choices."),
        ({"name": "A", "query": "period=ever"}, "Period: “ever” is none of the choices."),
        ({"name": "A", "query": "", "sharing": "role:king"}, "Who sees it:"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_kept(analyst, said, told):
    assert told in messages_of(analyst, save(analyst, **said))
    assert not SavedView.objects.exists()


def test_a_view_is_seen_by_its_owner_its_role_or_everybody(analyst, manager):
    save(analyst, name="A", query="")
    save(analyst, name="B", query="", sharing="role:store_manager")
    save(analyst, name="C", query="", sharing="EVERYONE")
    save(analyst, name="D", query="", sharing="role:marketer")

    assert [name for name, _ in names_of(analyst)] == ["A", "B", "C", "D"]
    assert [name for name, _ in names_of(manager)] == ["B", "C"]


def test_whoever_may_not_share_keeps_views_for_themselves(manager):
    save(manager, name="Shop", query="store=SH01", sharing="EVERYONE")

    assert SavedView.objects.get().sharing == "PRIVATE"


def test_a_view_of_another_s_store_is_refused_to_whoever_does_not_work_there(analyst, manager):
    save(analyst, name="Beijing", query="store=BJ01", sharing="EVERYONE")

    shown = staff.text(manager.get("/console/dashboards/overview/?store=BJ01"))

    assert "“BJ01” is none of the choices." in shown


def test_own_views_are_deleted_and_shared_ones_by_those_who_share(analyst, manager):
    save(manager, name="Shop", query="")
    save(analyst, name="All", query="", sharing="EVERYONE")
    shop, whole = SavedView.objects.order_by("pk")

    assert (remove(analyst, shop).status_code, remove(manager, whole).status_code) == (404, 404)
    assert (remove(manager, shop).status_code, remove(analyst, whole).status_code) == (302, 302)
    assert remove(analyst, whole).status_code == 404


def test_the_fifty_first_view_is_refused_and_the_fiftieth_still_changes(analyst):
    owner = User.objects.get(username="ana")
    SavedView.objects.bulk_create(
        SavedView(owner=owner, dashboard="overview", name=f"{number}", saved_at=world.NOW)
        for number in range(saved_views.MOST_VIEWS)
    )

    assert "Fifty views" in messages_of(analyst, save(analyst, name="more", query=""))
    save(analyst, name="7", query="period=last_7")
    assert SavedView.objects.get(name="7").query == "period=last_7"
    assert len(selectors.of(dashboard="overview", user=owner)) == 50


def test_a_role_is_named_with_sharing_by_role_and_only_then(analyst):
    owner, role = User.objects.get(username="ana"), Group.objects.get(name="analyst")

    for sharing, named in (("ROLE", None), ("EVERYONE", role)):
        with pytest.raises(IntegrityError, match="view_shared_with"), transaction.atomic():
            SavedView.objects.create(
                owner=owner, name="A", sharing=sharing, role=named, saved_at=world.NOW
            )
