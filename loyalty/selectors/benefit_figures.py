"""Figures of benefits: how much of what is granted is used, and what members thought of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Avg, Count, Q

from loyalty.models import Benefit, BenefitUse, Program
from loyalty.rules import benefit_periods
from loyalty.selectors import benefit_audiences, benefits
from loyalty.selectors.benefit_audiences import Granted

_USED = BenefitUse.State.USED


@dataclass(frozen=True)
class Ratings:
    """The mean of so many ratings from 1 to 10 (None: nobody rated), how many of them are under
    the programme's mark, and whether the mean is, of as many as it needs."""

    count: int = 0
    mean: float | None = None
    low_count: int = 0
    is_flagged: bool = False


@dataclass(frozen=True)
class Redemption:
    """Of the period that an instant lies in: what is granted and used, and the part of a hundred
    (None: without a limit, or nothing is granted)."""

    granted: Granted
    percent: float | None


def marks() -> tuple[int, int]:
    """Under which mean a benefit needs work, and how many ratings a mean needs."""
    program = Program.objects.filter(is_current=True)
    found = program.values_list("benefit_rating_low", "benefit_ratings_least").first()
    return (7, 3) if found is None else (found[0], found[1])


def ratings(*, benefit_ids: Collection[int]) -> dict[int, Ratings]:
    """By benefit; ratings of void uses don't count. Two queries."""
    low, least = marks()
    rated = BenefitUse.objects.filter(benefit__in=benefit_ids, state=_USED, rating__isnull=False)
    counted = (
        rated.order_by()
        .values("benefit_id")
        .annotate(
            count=Count("pk"), mean=Avg("rating"), below=Count("pk", filter=Q(rating__lt=low))
        )
    )
    rows = counted.values_list("benefit_id", "count", "mean", "below")
    return {
        benefit_id: Ratings(count, float(mean), below, count >= least and mean < low)
        for benefit_id, count, mean, below in rows
    }


def flagged() -> list[int]:
    """Benefits that need work. Two queries."""
    low, least = marks()
    rated = BenefitUse.objects.filter(state=_USED, rating__isnull=False)
    found = rated.order_by().values("benefit_id").annotate(n=Count("pk"), mean=Avg("rating"))
    return list(found.filter(n__gte=least, mean__lt=low).values_list("benefit_id", flat=True))


def low_ratings(*, benefit_id: int, limit: int = 10) -> list[BenefitUse]:
    """The newest ratings under the mark."""
    low, _ = marks()
    found = BenefitUse.objects.filter(benefit=benefit_id, state=_USED, rating__lt=low)
    return list(found.select_related("store", "member").order_by("-rated_at")[:limit])


def redemption(*, benefit: Benefit, at: datetime) -> Redemption:
    """How much of what the rules grant in this period is used."""
    day = benefits.moment(at).day
    start = benefit_periods.period_of(day, benefit.every).start
    granted = benefit_audiences.granted(benefit=benefit, start=start, day=day)
    if not granted.quota:
        return Redemption(granted, None)
    return Redemption(granted, 100 * granted.used / granted.quota)
