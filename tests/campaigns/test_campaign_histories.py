"""Random histories of one campaign: whatever people and workers do in whatever order, nobody is
written to whom no approval covers, nothing is given that costs more than was approved, and every
run conserves its members."""

import os
import random

import pytest

from campaigns.services import run_jobs
from tests.campaigns.campaign_world import World

pytestmark = pytest.mark.django_db
# More of them: HISTORIES=100.
SEEDS = range(int(os.environ.get("HISTORIES", "4")))
STEPS = 70


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_happens_that_nobody_approved(shop, provider, monkeypatch, seed):
    found = World(random.Random(seed), provider)
    monkeypatch.setattr(run_jobs, "FREEZE_PART", found.members[4].pk)
    for _step in range(STEPS):
        found.step()
