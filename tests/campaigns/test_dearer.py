"""An approval is for what the gifts may cost: when they cost more, nothing more is given by it."""

from datetime import timedelta

import pytest
from django.utils import translation

from campaigns import tasks
from campaigns.models import Run
from campaigns.services import campaign_approvals, campaigns
from campaigns.services.campaigns import NeedsApproval
from loyalty.models import Program
from loyalty.services import programs
from members.errors import StaleTarget
from members.services import approvals
from tests.campaigns import made
from tests.campaigns.on_the_way import NOW, POINTS

pytestmark = pytest.mark.django_db
HOUR = NOW + timedelta(hours=1)


def gift(**values):
    """50 points for everybody, in an hour."""
    at_hour = {"entry": "AT", "entry_rule": {"at": HOUR.isoformat()}, "late_policy": "SEND"}
    return made.running(**{**at_hour, "condition": made.EVERYBODY, "steps": [POINTS], **values})


def make_points_dearer(*, times):
    program = Program.objects.get()
    program.redeem_amount *= times
    program.save()
    programs.forget()


def test_a_campaign_whose_points_are_worth_more_is_paused_before_it_begins(member):
    campaign = gift()
    make_points_dearer(times=2)

    tasks.run_due()

    campaign.refresh_from_db()
    assert (campaign.state, campaign.pause_reason) == ("PAUSED", "costs_more")
    with translation.override("en"):
        assert campaign.paused_because == "its gifts may cost more than was approved"
    assert not Run.objects.exists()
    with pytest.raises(NeedsApproval):
        campaigns.resume(campaign_id=campaign.pk, reason="on", actor_id=None, at=HOUR)


def test_approved_again_at_the_new_price_it_goes_on(member, people):
    campaign = gift()
    make_points_dearer(times=2)
    campaign_approvals.pause_dearer()
    request = campaigns.submit(campaign_id=campaign.pk, reason="dearer", maker=people[0], at=NOW)

    approvals.approve(request_id=request.pk, checker=people[1], at=NOW)

    campaign.refresh_from_db()
    assert campaign.state in ("SCHEDULED", "RUNNING")
    assert campaign_approvals.pause_dearer() == 0


def test_a_request_is_outdated_when_the_gifts_cost_something_else(member, people):
    campaign = gift()
    campaigns.pause(campaign_id=campaign.pk, reason="wait", actor_id=None, at=NOW)
    request = campaigns.submit(campaign_id=campaign.pk, reason="again", maker=people[0], at=NOW)
    make_points_dearer(times=2)

    with pytest.raises(StaleTarget):
        approvals.approve(request_id=request.pk, checker=people[1], at=NOW)


def test_cheaper_gifts_and_campaigns_without_gifts_go_on(member):
    gift(code="cheaper")
    gift(code="words", steps=[made.message("INBOX")])
    program = Program.objects.get()
    Program.objects.update(redeem_points=program.redeem_points * 2)
    programs.forget()

    assert campaign_approvals.pause_dearer() == 0
