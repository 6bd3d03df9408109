"""The page of a running journey: what became of those who went through each step."""

import pytest
from django.utils import translation

from campaigns.admin import journey_flows
from campaigns.models import ClerkTask
from tests.campaigns import made
from tests.campaigns.on_the_way import POINTS, advance, enter, journey
from tests.campaigns.shop import enroll

pytestmark = pytest.mark.django_db
CALL = {"id": "t1", "kind": "TASK", "title_en": "Call", "title_zh": "回访", "days": 3}


def test_a_task_was_asked_for_and_a_gift_is_done(shop):
    campaign = journey(POINTS, CALL, made.message("INBOX"))
    enter(campaign, enroll())
    advance()

    assert ClerkTask.objects.get().state == "OPEN"
    with translation.override("en"):
        shown = journey_flows.of_version(campaign.version)
    assert [one.passed for one in shown] == [("1 done",), ("1 asked",), ()]
