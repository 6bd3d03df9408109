"""Who rewrites a segment is told which campaigns it stops, and their pages say what was changed."""

import json
from datetime import timedelta

import pytest

from analytics.services import segments
from campaigns.models import Campaign
from campaigns.services import campaigns
from tests import world
from tests.campaigns import made
from tests.console import staff
from tests.console.wizard_desk import page

pytestmark = pytest.mark.django_db
NOW = world.NOW
HERE = "/console/analytics/segment/"
SHANGHAI = {"field": "store.code", "op": "eq", "value": "SH01"}
BEIJING = {"field": "store.code", "op": "eq", "value": "BJ01"}


@pytest.fixture
def manager(shop):
    return staff.logged_in("li", "marketing_manager")


@pytest.fixture
def vip(shop):
    draft = segments.Draft(code="vip", name_en="VIP", condition=SHANGHAI)
    return segments.define(draft=draft, at=NOW)


@pytest.fixture
def campaign(vip):
    outer = segments.Draft(
        code="outer",
        name_en="Outer",
        condition={"field": "segments", "op": "contains", "value": "vip"},
    )
    return made.running(
        code="mondays",
        entry="RECURRING",
        entry_rule={"clock": "15:00", "weekdays": [0]},
        segment=segments.define(draft=outer, at=NOW),
    )


def sent(condition, version="1", **more):
    return {
        "name_en": "VIP",
        "code": "vip",
        "kind": "DYNAMIC",
        "refresh": "NIGHTLY",
        "condition": json.dumps(condition),
        "seen_version": version,
        **more,
    }


def test_the_segment_s_page_names_the_campaigns_that_a_change_would_pause(manager, vip, campaign):
    shown = staff.text(manager.get(f"{HERE}{vip.pk}/about/"))

    assert "they are paused until somebody approves them again:" in shown
    assert f'<a class="console-link" href="{page(campaign)}">mondays</a>' in shown


def test_who_changes_it_reads_which_campaigns_are_paused(manager, vip, campaign):
    answer = manager.post(f"{HERE}{vip.pk}/change/", sent(BEIJING), follow=True)

    assert "Paused, until they are approved again: mondays." in staff.text(answer)
    assert Campaign.objects.get().state == "PAUSED"


def test_another_name_warns_of_nothing(manager, vip, campaign):
    answer = manager.post(
        f"{HERE}{vip.pk}/change/", sent(SHANGHAI, description="spring"), follow=True
    )

    assert "Paused, until" not in staff.text(answer)
    assert Campaign.objects.get().state == "SCHEDULED"


def test_the_campaign_s_page_names_what_was_changed(manager, vip, campaign):
    manager.post(f"{HERE}{vip.pk}/change/", sent(BEIJING))

    shown = staff.text(manager.get(page(campaign)))

    assert "a segment or a tag that it reads means others than when it was approved" in shown
    assert (
        "Changed since it was approved: the segment “VIP”. It goes on with another approval."
        in shown
    )


def test_a_request_whose_segment_was_rewritten_is_told_on_the_page(manager, vip, campaign):
    later = NOW + timedelta(minutes=1)
    campaigns.pause(campaign_id=campaign.pk, reason="wait", actor_id=None, at=later)
    maker = world.operator("maker", role="marketing_manager")
    campaigns.submit(campaign_id=campaign.pk, reason="again", maker=maker, at=later)
    assert "will be outdated" not in staff.text(manager.get(page(campaign)))

    manager.post(f"{HERE}{vip.pk}/change/", sent(BEIJING))

    assert "it will be outdated" in staff.text(manager.get(page(campaign)))
