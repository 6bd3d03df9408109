"""The campaigns of the year as finished ones of ours: whom they were for, and who redeemed."""

import pytest
from django.utils import timezone

from campaigns.models import Campaign, CampaignPrize, Delivery, Enrollment, Run
from campaigns.rules.effects import Absence, Rung
from campaigns.selectors import effects
from campaigns.selectors.effect_scopes import Asked
from campaigns.services import campaign_imports
from campaigns.services.campaign_imports import CodeTaken, Past
from config.demo import audience_verification, audiences
from tests import kept
from tests.campaigns import effect_shop
from tests.demo import loads

HOUSEHOLDS = 12


def test_the_data_addresses_6589_households_in_27_campaigns():
    told = audiences.mailings()

    assert {one.campaign: len(one.households) for one in told} == audience_verification.AUDIENCES
    assert sum(audience_verification.AUDIENCES.values()) == 6_589
    assert sum(audience_verification.REDEEMERS.values()) == 792
    assert len({household for one in told for household in one.households}) == 1_559


@pytest.fixture(scope="module")
def year(django_db_setup, django_db_blocker):
    """What the load of a year said: made once, for all tests of this module."""
    yield from kept.rows(django_db_blocker, lambda: loads.load_year(households=HOUSEHOLDS))


@pytest.mark.django_db
def test_each_campaign_is_there_once_with_its_households_and_coupons(year):
    assert "WRONG" not in year
    assert Campaign.objects.filter(code__startswith="cj-", state="FINISHED").count() == 27
    assert CampaignPrize.objects.count() == 1_197
    assert Run.objects.filter(state="FINISHED").count() == 27
    assert sum(Run.objects.values_list("members_count", flat=True)) == Enrollment.objects.count()
    assert Delivery.objects.count() == 0
    before = (Enrollment.objects.count(), Run.objects.count())

    assert "0 orders refused" in loads.load_year(households=HOUSEHOLDS, again=True)

    assert (Enrollment.objects.count(), Run.objects.count()) == before


@pytest.mark.django_db
def test_what_the_data_do_not_say_is_unknown_and_not_nought(year):
    campaign = Campaign.objects.get(code="cj-18")

    found = effects.effect(campaign=campaign, asked=Asked(), at=timezone.now())

    steps = {step.rung: step for step in found.ladder}
    told = [Rung.TARGETED, Rung.REDEEMED, Rung.BOUGHT]
    assert [rung for rung, step in steps.items() if step.absence is None] == told
    assert steps[Rung.SENT].absence == Absence.UNKNOWN
    assert found.targeted_count == steps[Rung.TARGETED].members_count
    assert found.redeemed_count == steps[Rung.REDEEMED].members_count


@pytest.mark.django_db
def test_members_of_a_later_part_are_added_and_known_ones_are_not(keys_made):
    effect_shop.coupon_type()
    past = a_past("spring")

    first = campaign_imports.bring_in(past=past, member_ids=[1, 2], at=timezone.now())
    again = campaign_imports.bring_in(past=past, member_ids=[2, 1], at=timezone.now())
    more = campaign_imports.bring_in(past=past, member_ids=[1, 2, 3], at=timezone.now())

    assert (first, again, more) == (2, 0, 1)
    runs = Run.objects.filter(campaign__code="spring").order_by("pk")
    assert list(runs.values_list("members_count", "state")) == [(2, "FINISHED"), (1, "FINISHED")]
    members = Enrollment.objects.filter(campaign__code="spring").order_by("member_id")
    assert list(members.values_list("member_id", flat=True)) == [1, 2, 3]


@pytest.mark.django_db
def test_a_campaign_of_ours_is_never_taken_for_one_that_was_brought_in(keys_made):
    effect_shop.campaign("spring")

    with pytest.raises(CodeTaken):
        campaign_imports.bring_in(past=a_past("spring"), member_ids=[1], at=timezone.now())

    assert not Enrollment.objects.filter(campaign__code="spring").exists()


def a_past(code):
    return Past(
        code=code,
        name_zh="",
        name_en=code,
        description="",
        source="elsewhere",
        starts_at=effect_shop.NOW - 40 * effect_shop.DAY,
        ends_at=effect_shop.NOW - 10 * effect_shop.DAY,
    )
