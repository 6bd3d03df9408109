"""The night at a million members and ten million entries: its sums, its longest lock, its memory.

`REGULARS_NIGHT_MEMBERS` makes it smaller.
"""

import os
import resource
import time
from datetime import timedelta

import pytest

from loyalty.models import Account, LedgerEntry
from loyalty.selectors import ledger_checks
from members.services import nights
from tests.benchmarks import nights as benchmarks
from tests.benchmarks import population
from tests.loyalty import till

pytestmark = [pytest.mark.million, pytest.mark.timeout(3_600)]
MEMBERS = int(os.environ.get("REGULARS_NIGHT_MEMBERS", "1000000"))
MOST_BYTES = 500 * 1024 * 1024


@pytest.fixture
def crowd(transactional_db):
    """Members 1…n: every fourth has 200 points that lapsed, every tenth 30 that begin."""
    till.set_up()
    population.fill(MEMBERS, at=till.NOW)


def test_the_night_of_a_million_members_is_exact_and_keeps_to_its_memory(crowd):
    assert LedgerEntry.objects.count() == MEMBERS * 10
    did = _told("night", lambda: nights.run(at=till.NOW))
    first = Account.objects.order_by("pk")[0].pk
    ids = range(first, first + MEMBERS)
    lapsed = sum(1 for number in ids if number % 4 == 0)
    begun = sum(1 for number in ids if number % 10 == 0)
    both = sum(1 for number in ids if number % 20 == 0)
    assert did["loyalty.settle_lots"] == lapsed + begun - both
    assert LedgerEntry.objects.count() == MEMBERS * 10 + lapsed + begun
    again = _told("second night", lambda: nights.run(at=till.NOW + timedelta(minutes=1)))
    assert set(again.values()) == {0}
    assert _told("ledger checks", ledger_checks.findings) == []
    print(benchmarks.review(at=till.NOW + timedelta(minutes=2)))
    assert _told("memory", _bytes) < MOST_BYTES


def _told(what, work):
    """What `work` gives; with `pytest -s` also how long it took."""
    began = time.monotonic()
    answer = work()
    print(f"{what}: {time.monotonic() - began:.1f} s, {answer}", flush=True)
    return answer


def _bytes():
    # Kilobytes on Linux.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
