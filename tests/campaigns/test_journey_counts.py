"""How many went which way: of a split those who were drawn into a variant, not who is held out."""

import pytest

from campaigns.models import StepRecord
from campaigns.selectors import journey_counts
from tests.campaigns import effect_shop
from tests.campaigns.shop import NOW, enroll

pytestmark = pytest.mark.django_db


def test_who_is_held_out_goes_no_variants_way(shop):
    campaign = effect_shop.campaign()
    run = effect_shop.run(campaign)
    for number, (arm, way, outcome) in enumerate(
        [("a", "a", "DONE"), ("b", "b", "DONE"), ("control", "b", "GHOST")]
    ):
        entry = effect_shop.into(run, enroll(email=f"m{number}@example.org").pk, arm=arm)
        StepRecord.objects.create(
            enrollment=entry, step="p1", kind="SPLIT", outcome=outcome, detail=way, recorded_at=NOW
        )

    found = journey_counts.counts(run.version, at=NOW).passed["p1"]

    assert found.by_way == {"a": 1, "b": 1}
    assert found.by_outcome == {"DONE": 2, "GHOST": 1}
