"""`manage.py set_up` makes what a new installation needs, once."""

import pytest
from django.core.management import call_command

from campaigns.models import Campaign
from loyalty.models import EarningRule, Program, Tier

pytestmark = pytest.mark.django_db


def test_a_new_installation_gets_a_programme_that_earns_and_a_message_that_runs():
    call_command("set_up", "--currency", "EUR", "--time-zone", "Europe/Berlin", verbosity=0)
    program = Program.objects.get()
    assert (program.currency, program.time_zone, program.is_current) == (
        "EUR",
        "Europe/Berlin",
        True,
    )
    rule = EarningRule.objects.get()
    assert (rule.state, rule.points, rule.per_amount) == ("PUBLISHED", 1, 100)
    assert list(Tier.objects.values_list("code", flat=True)) == [
        "member",
        "silver",
        "gold",
        "diamond",
    ]
    assert list(Campaign.objects.values_list("state", flat=True)) == ["RUNNING"] * 2


def test_a_repeat_changes_nothing():
    call_command("set_up", verbosity=0)
    Program.objects.update(name_en="Our club")
    call_command("set_up", verbosity=0)
    assert Program.objects.get().name_en == "Our club"
    assert Campaign.objects.count() == 2
