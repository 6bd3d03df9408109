"""Tasks for people in stores: made once, done once, gone when the member leaves."""

from datetime import timedelta

import pytest

from campaigns.models import ClerkTask
from campaigns.services import (
    campaign_versions,
    campaigns,
    clerk_tasks,
    enrollments,
    journeys,
    runs,
)
from campaigns.services.clerk_tasks import TaskClosed, UnknownOutcome
from campaigns.services.enrollments import Entering
from loyalty.services import programs
from members.errors import NotFound
from members.models import Member, Store
from tests import world
from tests.campaigns import made

pytestmark = pytest.mark.django_db
NOW = world.NOW
CALL = {"id": "t1", "kind": "TASK", "title_zh": "打电话", "title_en": "Call her", "days": 3}


@pytest.fixture
def campaign(member):
    return made.running(steps=[CALL])


@pytest.fixture
def task(campaign, member):
    return task_of(campaign, member)


@pytest.fixture
def cleo():
    return world.operator("cleo", role="clerk", store_codes=["SH01"])


def task_of(campaign, member, key="k"):
    entering = [Entering(member_id=member.pk, entry_key=key)]
    enrollments.enter(campaign=campaign, entering=entering, at=NOW)
    journeys.advance_due(at=NOW)
    return ClerkTask.objects.latest("pk")


def test_a_task_belongs_to_the_member_s_store_and_is_due_by_its_clock(member, campaign):
    Member.objects.filter(pk=member.pk).update(store=Store.objects.get(code="SH01"), guide="G7")

    task = task_of(campaign, member)

    assert (task.store.code, task.guide, task.name_en) == ("SH01", "G7", "Call her")
    local = NOW.astimezone(programs.current().zone).date()
    assert task.due_on == local + timedelta(days=3)


def test_the_same_step_makes_one_task_however_often_it_is_asked(task, campaign):
    step = campaign_versions.flow_of_version(campaign.version).steps["t1"]

    again = clerk_tasks.create(enrollment=task.enrollment, step=step, at=NOW)

    assert again.pk == task.pk
    assert ClerkTask.objects.count() == 1


def test_a_task_is_done_with_how_it_went_and_a_second_tap_changes_nothing(task, cleo):
    for at in (NOW, NOW + timedelta(minutes=1)):
        clerk_tasks.done(task_id=task.pk, outcome="reached", actor_id=cleo.pk, at=at)

    task.refresh_from_db()
    assert (task.state, task.outcome, task.done_at, task.done_by) == ("DONE", "reached", NOW, cleo)
    with pytest.raises(TaskClosed):
        clerk_tasks.done(task_id=task.pk, outcome="not_reached", actor_id=cleo.pk, at=NOW)
    with pytest.raises(TaskClosed):
        clerk_tasks.cancel(task_id=task.pk, actor_id=cleo.pk, at=NOW)


def test_how_it_went_is_one_of_few_words(task, cleo):
    with pytest.raises(UnknownOutcome):
        clerk_tasks.done(task_id=task.pk, outcome="she is ill", actor_id=cleo.pk, at=NOW)

    task.refresh_from_db()
    assert task.state == "OPEN"
    with pytest.raises(NotFound):
        clerk_tasks.cancel(task_id=0, actor_id=cleo.pk, at=NOW)


def test_a_tap_in_error_is_taken_back(task, cleo):
    clerk_tasks.done(task_id=task.pk, outcome="reached", actor_id=cleo.pk, at=NOW)

    clerk_tasks.reopen(task_id=task.pk)

    task.refresh_from_db()
    assert (task.state, task.outcome, task.done_at, task.done_by) == ("OPEN", "", None, None)


def test_who_reaches_the_goal_needs_no_call_any_more(task):
    enrollments.convert(enrollment_ids=[task.enrollment_id], is_over=True, at=NOW)

    task.refresh_from_db()
    assert (task.state, task.done_at) == ("CANCELED", NOW)


def test_a_stopped_campaign_takes_its_open_tasks_back(task, campaign, cleo):
    campaigns.kill(campaign_id=campaign.pk, reason="wrong text", actor_id=cleo.pk, at=NOW)

    runs.settle(at=NOW)

    task.refresh_from_db()
    assert task.state == "CANCELED"
