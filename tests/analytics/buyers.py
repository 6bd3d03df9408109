"""Members with purchase days written as rows, for what reads the roll-ups."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from analytics.models import PurchaseDay
from analytics.services import member_metrics
from members.models import Member

# (paid orders, net sales in fen) by day.
Days = Mapping[date, tuple[int, int]]


def members(count: int, *, joined_at: datetime) -> list[Member]:
    """Members with nothing but a card, by the dozen."""
    return Member.objects.bulk_create(
        Member(card_number=f"c{number}", joined_at=joined_at) for number in range(count)
    )


def bought(member: Member, days: Days) -> None:
    """Writes the member's purchase days and metrics anew, as the roll-ups would."""
    ordered = sorted(days)
    PurchaseDay.objects.filter(member=member).delete()
    PurchaseDay.objects.bulk_create(
        PurchaseDay(
            member=member,
            day=day,
            previous_day=ordered[place - 1] if place else None,
            next_day=ordered[place + 1] if place + 1 < len(ordered) else None,
            orders_count=days[day][0],
            net_amount=days[day][1],
        )
        for place, day in enumerate(ordered)
    )
    member_metrics.recompute(member_ids=[member.pk])


def days_ago(as_of: date, *ago: int, net: int = 10_000) -> Days:
    """One paid order of `net` on each of these days."""
    return {as_of - timedelta(days=days): (1, net) for days in ago}


def spread(as_of: date, figures: Sequence[tuple[int, int, int]]) -> Days:
    """Purchase days of (days ago, orders, net)."""
    return {as_of - timedelta(days=ago): (orders, net) for ago, orders, net in figures}
