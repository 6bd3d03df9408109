"""A term that is over is settled within the minute: lists and counts don't wait for the night."""

import pytest
import time_machine
from django.conf import settings

from loyalty import tasks
from tests.loyalty import tier_shop
from tests.loyalty.tier_shop import buy, code_of
from tests.loyalty.till import at

pytestmark = pytest.mark.django_db


def test_the_minutes_task_ends_the_terms_that_are_over_and_a_repeat_none(alice):
    tier_shop.set_up()
    buy("o-1", 3_000)
    assert code_of(alice) == "silver"

    with time_machine.travel(at("2027-11-21T23:59:59"), tick=False):
        assert tasks.end_due_tier_terms() == 0
    # The order that lifted has left the window of the year that ended.
    with time_machine.travel(at("2027-11-22T00:00:00"), tick=False):
        assert tasks.end_due_tier_terms() == 1
        assert tasks.end_due_tier_terms() == 0
    assert code_of(alice) == "member"


def test_beat_calls_it_each_minute():
    entry = settings.CELERY_BEAT_SCHEDULE["tier-terms"]
    assert entry == {"task": tasks.end_due_tier_terms.name, "schedule": 60.0}
