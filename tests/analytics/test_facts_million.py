"""Facts of a million members and ten million orders: exact, in chunks that nobody waits long for.

`REGULARS_FACTS_MEMBERS` makes it smaller.
"""

import os
import resource
from datetime import timedelta

import pytest

from analytics.models import KpiDay, MemberMetrics
from analytics.selectors import fact_checks
from loyalty.models import Order
from tests.analytics.rolled import marks
from tests.benchmarks import facts as benchmarks
from tests.benchmarks import purchases
from tests.loyalty import till

pytestmark = [pytest.mark.million, pytest.mark.timeout(3_600)]
MEMBERS = int(os.environ.get("REGULARS_FACTS_MEMBERS", "1000000"))
MOST_BYTES = 500 * 1024 * 1024


@pytest.fixture
def shop(transactional_db):
    till.set_up()
    return purchases.fill(MEMBERS, orders=10 * MEMBERS, at=till.NOW)


def test_facts_of_a_million_members_are_exact_and_followed_in_short_chunks(shop):
    rebuilt = benchmarks.rebuild()
    benchmarks.show(rebuilt)
    assert MemberMetrics.objects.count() > MEMBERS * 0.8
    later = till.NOW + timedelta(days=1)
    orders = MEMBERS * 10 // 730
    benchmarks.show(benchmarks.one_day(shop, members=MEMBERS, orders=orders, at=later))
    assert marks() == (0, 0, 0)
    assert KpiDay.objects.filter(day=later.date()).exists()
    assert Order.objects.count() >= shop.orders + orders
    assert fact_checks.findings() == []
    # Kilobytes on Linux.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 < MOST_BYTES
