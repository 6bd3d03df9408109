"""The nightly run writes down what became usable or lapsed, with its own date."""

from datetime import timedelta

import pytest

from loyalty.models import LedgerEntry, Program
from loyalty.selectors import ledger_checks
from members.services import nights
from tests.loyalty import till
from tests.loyalty.till import at, line

pytestmark = pytest.mark.django_db


def test_a_standstill_of_days_is_made_up_with_the_right_dates(alice):
    Program.objects.update(pending_days=15)
    till.sell("o-1", line("1", 12_000), when=at("2026-05-01T10:00"))
    nights.run(at=at("2027-05-20T03:10"))
    entries = LedgerEntry.objects.filter(member_id=alice.pk).order_by("pk")
    assert [(entry.kind, entry.points, entry.occurred_at) for entry in entries] == [
        ("EARN", 120, at("2026-05-01T10:00")),
        ("ACTIVATE", 120, at("2026-05-16")),
        ("EXPIRE", -120, at("2027-05-17")),
    ]
    assert till.balances(alice) == (0, 0, 0)
    assert ledger_checks.findings() == []


def test_a_second_run_of_the_same_night_changes_nothing(alice):
    till.sell("o-1", line("1", 12_000), when=at("2025-05-01T10:00"))
    night = at("2026-05-03T03:10")
    nights.run(at=night)
    before = LedgerEntry.objects.count()
    assert nights.run(at=night) == {"loyalty.settle_lots": 0}
    assert nights.run(at=night + timedelta(days=1)) == {"loyalty.settle_lots": 0}
    assert LedgerEntry.objects.count() == before
