"""How far offers have been used: counted for a page of them in two statements, however many."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import Sum

from loyalty.models import Pool

# Nobody reads more of it in a list; counting on would read the whole table.
MOST = 10_000

_COUNTED = """
SELECT asked.code, counted.uses
FROM unnest(%s::text[]) AS asked(code),
LATERAL (
    SELECT count(*) AS uses FROM (
        SELECT 1 FROM campaigns_offeruse u
        WHERE u.code = asked.code AND u.state IN ('COMMITTED', 'REFUSED')
        LIMIT %s
    ) AS first_ones
) AS counted
"""


@dataclass(frozen=True)
class Standing:
    """Of one offer: orders that it lowered (`MOST` + 1 stands for more), and what is left of its
    budget (minor units) and of its count of orders; None: that has no end, or was not begun."""

    uses: int = 0
    left_amount: int | None = None
    left_count: int | None = None


def standings(*, codes: Iterable[str]) -> Mapping[str, Standing]:
    """By code, those of all versions together: budget and limits go on from one to the next."""
    asked = sorted(set(codes))
    if not asked:
        return {}
    left = _left(asked)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [asked, MOST + 1])
        counted = dict(cursor.fetchall())
    return {
        code: Standing(
            uses=counted.get(code, 0),
            left_amount=left.get(f"offer:{code}:amount"),
            left_count=left.get(f"offer:{code}:count"),
        )
        for code in asked
    }


def _left(codes: list[str]) -> dict[str, int]:
    keys = [f"offer:{code}:{what}" for code in codes for what in ("amount", "count")]
    pools = Pool.objects.filter(key__in=keys).order_by()
    return dict(pools.values("key").annotate(all=Sum("left")).values_list("key", "all"))
