"""Capped benefits ("the top 1 %"): the best of those whom the rules name, drawn each night.

The best are those with the highest net spend within the tier window; of equals the lowest id.
Source: docs/algorithms/benefits.md, "Caps".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from loyalty.models import Account, Benefit, BenefitHolder
from loyalty.selectors import benefit_audiences
from loyalty.services import programs, tier_days
from members.models import Member

_CHUNK = 5_000


@dataclass(frozen=True)
class _Row:
    member_id: int
    window_from_on: date | None
    joined_on: date | None
    spend_amount: int


def draw(*, at: datetime) -> Iterator[int]:
    """Draws each capped benefit that is live; yields how many members got or lost it. What is no
    longer live, or no longer capped, is nobody's."""
    live = Benefit.objects.filter(state=Benefit.State.LIVE)
    capped = [one for one in live.order_by("pk") if is_capped(one)]
    yield BenefitHolder.objects.exclude(benefit__in=[one.pk for one in capped]).delete()[0]
    for benefit in capped:
        yield _hand_over(benefit, winners(benefit=benefit, at=at), at)


def is_capped(benefit: Benefit) -> bool:
    return benefit.cap_percent is not None or benefit.cap_count is not None


def places(benefit: Benefit, members_count: int) -> int:
    """How many may have it among so many active members, rounded down."""
    limits = []
    if benefit.cap_percent is not None:
        limits.append(int(members_count * benefit.cap_percent // 100))
    if benefit.cap_count is not None:
        limits.append(benefit.cap_count)
    return min(limits)


def winners(*, benefit: Benefit, at: datetime) -> list[int]:
    """Who has it until the next draw, the best first. Nobody without any spend is among them."""
    active = Account.objects.filter(member__state=Member.State.ACTIVE).count()
    count = places(benefit, active)
    asked = 2 * count + 100
    while count > 0:
        rows = _rows(benefit, at, asked)
        best = _exact(rows, at)[:count]
        # Sums on the account row only fall as a window moves: below the last row nobody is better.
        bound = rows[-1].spend_amount if len(rows) == asked else None
        if bound is None or (len(best) == count and best[-1][0] > bound):
            return [member_id for _, member_id in best]
        asked *= 4
    return []


def _rows(benefit: Benefit, at: datetime, count: int) -> list[_Row]:
    day = programs.current().tiers.day(at)
    with connection.cursor() as cursor:
        # Only our own conditions are put in; values are parameters.
        cursor.execute(
            "SELECT a.member_id, a.window_from_on, a.joined_on, a.window_spend_amount"
            f" {benefit_audiences.SOURCE} AND a.window_spend_amount > 0"
            " GROUP BY 1 ORDER BY 4 DESC, 1 LIMIT %(count)s",
            {**benefit_audiences.params(benefit, day), "count": count},
        )
        return [_Row(*row) for row in cursor.fetchall()]


def _exact(rows: list[_Row], at: datetime) -> list[tuple[int, int]]:
    """Net spend of today's window and member id, the best first."""
    terms = programs.current().tiers
    today = terms.day(at)
    starts = {row.member_id: terms.window_start(today, row.joined_on) for row in rows}
    moving = {
        row.member_id: starts[row.member_id]
        for row in rows
        if row.window_from_on is not None and row.window_from_on < starts[row.member_id]
    }
    gone = tier_days.sums_before(starts=moving)
    found = [
        (row.spend_amount - gone.get(row.member_id, (0, 0, 0))[0], row.member_id) for row in rows
    ]
    return sorted((one for one in found if one[0] > 0), key=lambda one: (-one[0], one[1]))


@transaction.atomic
def _hand_over(benefit: Benefit, member_ids: list[int], at: datetime) -> int:
    """These have it, and nobody else; who had it before has it since then."""
    held = BenefitHolder.objects.filter(benefit=benefit)
    lost = held.exclude(member_id__in=member_ids).delete()[0]
    known = set(held.values_list("member_id", flat=True))
    new = [
        BenefitHolder(benefit=benefit, member_id=member_id, since_at=at)
        for member_id in member_ids
        if member_id not in known
    ]
    BenefitHolder.objects.bulk_create(new, ignore_conflicts=True, batch_size=_CHUNK)
    return lost + len(new)
