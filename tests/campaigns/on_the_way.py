"""A journey of some steps, a member on the way, and where the member stands."""

from datetime import timedelta

from campaigns.models import Delivery, Enrollment, StepRecord
from campaigns.services import enrollments, journeys
from campaigns.services.enrollments import Entering
from tests import world
from tests.campaigns import made

NOW = world.NOW
MINUTE = timedelta(minutes=1)
POINTS = {"id": "g1", "kind": "GRANT", "what": "POINTS", "points": 50}


def wait(minutes=30, step="w1"):
    return {"id": step, "kind": "WAIT", "minutes": minutes}


def journey(*steps, **values):
    return made.running(steps=list(steps), **values)


def enter(campaign, *members, at=NOW, key="k", **context):
    return enrollments.enter(
        campaign=campaign,
        entering=[
            Entering(member_id=one.pk, entry_key=f"{key}{one.pk}", context=context)
            for one in members
        ],
        at=at,
    )


def advance(at=NOW):
    while journeys.advance_due(at=at):
        pass


def row():
    return Enrollment.objects.get()


def where():
    one = row()
    return one.state, one.step, one.due_at


def media():
    return list(Delivery.objects.order_by("pk").values_list("step", "state"))


def recorded():
    rows = StepRecord.objects.order_by("pk")
    return [(one.step, one.outcome, one.detail) for one in rows]
