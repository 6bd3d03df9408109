"""Guard-rails of campaigns as those read them who approve them."""

from datetime import time

import pytest
from django.utils import translation

from campaigns.admin import guard_rail_sentences
from campaigns.models import Campaign
from tests import world

ORDER = "loyalty.order.recorded"


def test_guard_rails_read_as_sentences(db, keys_made):
    world.open_shop()
    campaign = Campaign(
        control_share=1000, quiet_from=time(21), quiet_until=time(9), budget_amount=100_000
    )

    with translation.override("en"):
        said = guard_rail_sentences.guard_rails(campaign)

    assert "Nothing is sent from 21:00 to 09:00, the member's time." in said
    assert "Sending may cost ¥1,000; then nothing more is sent." in said
    assert "10% are held out for comparison: they get nothing." in said


@pytest.mark.parametrize(
    ("entry", "rule", "days", "said"),
    [
        ("NOW", {}, None, "Each member comes in once."),
        ("STATE", {"clock": "10:00"}, None, "Each member comes in once."),
        ("DATE", {"date": "BIRTHDAY", "clock": "09:00"}, None, "Each member comes in once a year."),
        ("DATE", {"date": "BIRTHDAY", "clock": "09:00"}, 60, "Each member comes in once a year."),
        ("RECURRING", {"clock": "10:00", "weekdays": [0]}, None, "Members come in each time anew."),
        ("EVENT", {"event": ORDER}, None, "A member comes in each time it happens."),
        ("EVENT", {"event": ORDER, "keys": ["member"]}, None, "Each member comes in once."),
        ("EVENT", {"event": ORDER, "keys": ["order"]}, None, None),
        ("EVENT", {"event": ORDER}, 7, "The same member may come in again after 7 days."),
        ("EVENT", {}, None, None),
    ],
)
def test_how_often_a_member_comes_in_reads_as_it_is(db, keys_made, entry, rule, days, said):
    world.open_shop()
    campaign = Campaign(entry=entry, entry_rule=rule, re_entry_days=days)

    with translation.override("en"):
        told = [one for one in guard_rail_sentences.guard_rails(campaign) if "come" in one]

    assert told == ([said] if said else [])
