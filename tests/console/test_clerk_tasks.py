"""Tasks at the console: own stores only, overdue first, two taps; seen where the member is."""

from datetime import timedelta

import pytest
from django.urls import reverse

from campaigns.models import ClerkTask, WebhookEndpoint
from campaigns.services import enrollments, journeys
from campaigns.services.enrollments import Entering
from members.models import Member, Store
from tests import world
from tests.campaigns import made
from tests.campaigns.shop import enroll
from tests.console import staff

pytestmark = pytest.mark.django_db
NOW = world.NOW
LIST = "/console/campaigns/clerktask/"
CALL = {"id": "t1", "kind": "TASK", "title_en": "Call her", "title_zh": "打电话", "days": 3}
ENDPOINTS = "/console/campaigns/webhookendpoint/"


@pytest.fixture
def member(keys_made, empty_cache):
    world.open_shop()
    member = enroll()
    Member.objects.filter(pk=member.pk).update(store=Store.objects.get(code="SH01"))
    return member


@pytest.fixture
def task(member):
    campaign = made.running(steps=[CALL])
    entering = [Entering(member_id=member.pk, entry_key="k")]
    enrollments.enter(campaign=campaign, entering=entering, at=NOW)
    journeys.advance_due(at=NOW)
    return ClerkTask.objects.get()


def tap(browser, task, deed, **sent):
    address = reverse(f"admin:campaigns_clerktask_{deed}", args=[task.pk])
    return browser.post(address, sent, follow=True)


def test_a_clerk_sees_the_own_store_s_tasks_the_overdue_one_first(task):
    later = ClerkTask.objects.get()
    later.pk, later.uid, later.step, later.name_en = None, "0" * 32, "t2", "Greet him"
    later.due_on = task.due_on - timedelta(days=1)
    later.save()
    clerk = staff.logged_in("cleo", "clerk", ["SH01"])
    other = staff.logged_in("bo", "clerk", ["BJ01"])

    shown = staff.text(clerk.get(LIST))

    assert shown.index("Greet him") < shown.index("Call her")
    assert "Call her" not in staff.text(other.get(LIST))
    assert tap(other, task, "done", outcome="reached").status_code == 404
    task.refresh_from_db()
    assert task.state == "OPEN"


def test_a_task_is_done_by_one_post_that_says_how_it_went_and_can_be_taken_back(task):
    clerk = staff.logged_in("cleo", "clerk", ["SH01"])

    assert "Done: Call her" in staff.text(tap(clerk, task, "done", outcome="reached"))

    task.refresh_from_db()
    assert (task.state, task.outcome) == ("DONE", "reached")
    assert "Call her" not in staff.text(clerk.get(LIST)).split("task-list")[-1]
    assert "Reached, it went well" in staff.text(clerk.get(f"{LIST}?box=closed"))
    tap(clerk, task, "reopen")
    task.refresh_from_db()
    assert task.state == "OPEN"


def test_a_wrong_word_is_refused_in_words(task):
    clerk = staff.logged_in("cleo", "clerk", ["SH01"])

    assert "Say how it went." in staff.text(tap(clerk, task, "done", outcome="x"))


def test_a_marketer_sees_tasks_and_does_none(task):
    marketer = staff.logged_in("li", "marketer")

    assert "Call her" in staff.text(marketer.get(LIST))
    assert tap(marketer, task, "done", outcome="reached").status_code == 403


def test_where_a_tap_leads_back_to_stays_in_the_console(task):
    clerk = staff.logged_in("cleo", "clerk", ["SH01"])
    address = reverse("admin:campaigns_clerktask_done", args=[task.pk])

    answer = clerk.post(address, {"outcome": "reached", "next": "https://evil.example/"})

    assert answer["Location"] == LIST


def test_the_member_s_page_has_the_task_and_the_counter_hints_at_it(task, member):
    clerk = staff.logged_in("cleo", "clerk", ["SH01"])

    assert "Call her" in staff.text(clerk.get(staff.page(member, "tasks")))
    card = clerk.post(reverse("admin:members_counter_card"), {"member": member.uid})
    assert "1 task for this member" in staff.text(card)


def test_a_secret_is_shown_once_and_two_sign_while_it_is_changed(member):
    chief = staff.logged_in("chief", "administrator")
    form = {"name_en": "CRM", "code": "crm", "use": "STEP", "url": "https://example.org/hook"}

    added = staff.text(chief.post(f"{ENDPOINTS}add/", form))

    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.secrets in added.replace("&#x3D;", "=")
    page = f"{ENDPOINTS}{endpoint.pk}/change/"
    assert "whsec_" not in staff.text(chief.get(page))
    rotate = reverse("admin:campaigns_webhookendpoint_rotate", args=[endpoint.pk])
    assert "whsec_" in staff.text(chief.post(rotate, {"_form_submitted": "on"}))
    assert "Two: one is being changed" in staff.text(chief.get(page))


def test_an_address_within_our_own_network_is_refused_in_the_form(member):
    chief = staff.logged_in("chief", "administrator")
    form = {"name_en": "CRM", "code": "crm", "use": "STEP", "url": "https://10.0.0.1/hook"}

    shown = staff.text(chief.post(f"{ENDPOINTS}add/", form))

    assert "This is no address of the public internet." in shown
    assert not WebhookEndpoint.objects.exists()
