"""Members of past campaigns who are removed by retention stay counted: removed + there = all who
came, also of those who came in one by one."""

from datetime import timedelta

import pytest

from campaigns.admin import campaign_progress
from campaigns.models import Campaign, Enrollment, Run
from campaigns.selectors import run_progress
from campaigns.selectors.effect_scopes import Asked
from campaigns.selectors.effects import effect
from members.services import retention
from tests.campaigns import effect_shop
from tests.campaigns.effect_shop import into
from tests.campaigns.shop import NOW, enroll

pytestmark = pytest.mark.django_db
OLD = NOW - timedelta(days=1096)


@pytest.fixture
def members(shop):
    return [enroll(email=f"m{number}@example.org").pk for number in range(5)]


def grown_old(kind, members, **values):
    """A campaign that is over: three of its members are too old to be kept, the others not."""
    campaign = effect_shop.campaign(gives=False)
    run = effect_shop.run(campaign, kind=kind, **values)
    for number, member_id in enumerate(members):
        into(run, member_id, state="DONE", ended_at=OLD if number < 3 else NOW)
    Run.objects.filter(pk=run.pk).update(state="FINISHED", finished_at=NOW)
    Campaign.objects.filter(pk=campaign.pk).update(state="FINISHED")
    return campaign, run


def removed(campaign, run=None):
    asked = Asked(run_id=run.pk if run else None)
    return effect(campaign=campaign, asked=asked, at=NOW)


def sweep():
    retention.install()
    for _ in retention.run_nightly(at=NOW):
        pass


@pytest.mark.parametrize("kind", ["STANDING", "FROZEN"])
def test_who_is_removed_and_who_is_there_are_all_who_came(members, kind):
    campaign, run = grown_old(kind, members)
    assert removed(campaign).removed_count == 0

    sweep()
    sweep()

    assert Enrollment.objects.count() == 2
    for found in (removed(campaign), removed(campaign, run)):
        assert (found.targeted_count, found.removed_count) == (2, 3)


def test_an_audience_of_which_some_were_removed_is_whole_all_the_same(members):
    frozen = {"members_count": 5, "frozen_at": OLD}
    _campaign, run = grown_old("FROZEN", members, **frozen)

    sweep()

    run.refresh_from_db()
    found = run_progress.of_run(run, at=NOW)
    assert (found.enrolled_count, found.is_conserved, found.percent) == (2, True, 100.0)
    assert campaign_progress.shown(run, at=NOW)["sums"] == (
        "The states make 2 of the 5 who were frozen; 3 more were removed by the rules of retention."
    )


def test_one_who_is_gone_and_was_not_removed_is_told(members):
    _campaign, run = grown_old("FROZEN", members, members_count=5, frozen_at=OLD)
    Enrollment.objects.filter(member_id=members[4]).delete()

    assert run_progress.of_run(run, at=NOW).is_conserved is False
