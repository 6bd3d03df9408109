"""How fresh the roll-ups are, and by which settings figures are made of them."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from analytics.services import facts
from members.models import Heartbeat


@dataclass(frozen=True)
class Freshness:
    """`facts_at`: when months, purchase days and days' figures were last brought up to date, None
    if they never were. `settings` changes with whatever an operator sets that figures are made
    of: cuts, targets, tiers, the programme, what channels cost."""

    facts_at: datetime | None
    settings: str


def facts_at() -> datetime | None:
    """When the roll-ups were last brought up to date. One query."""
    found = Heartbeat.objects.filter(name=facts.HEARTBEAT).values_list("seen_at", flat=True)
    return found.first()


def now() -> Freshness:
    """One query of small tables."""
    with connection.cursor() as cursor:
        cursor.execute(_NOW, {"name": facts.HEARTBEAT})
        return Freshness(*cursor.fetchone())


# A spend is counted with its amount: it may be entered, changed or taken away at any time.
_NOW = """
SELECT
    (SELECT seen_at FROM members_heartbeat WHERE name = %(name)s),
    md5(concat_ws('/',
        (SELECT string_agg(p::text, '|' ORDER BY id) FROM analytics_analyticspolicy p),
        (SELECT string_agg(s::text, '|' ORDER BY id) FROM analytics_scorecard s),
        (SELECT string_agg(i::text, '|' ORDER BY id) FROM analytics_scorecarditem i),
        (SELECT string_agg(t::text, '|' ORDER BY id) FROM loyalty_tier t),
        (SELECT string_agg(p::text, '|' ORDER BY id) FROM loyalty_program p),
        (SELECT concat_ws(',', count(*), sum(amount), sum(id), sum(to_on - from_on))
            FROM analytics_channelspend)
    ))
"""
