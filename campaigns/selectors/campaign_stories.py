"""A member's story in campaigns: when they came in, each step, each message. What stands in the
way of who isn't in: `campaigns.services.standings`."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from campaigns.models import ClerkTask, Delivery, Enrollment, StepRecord

MOST = 20
Row = TypeVar("Row", StepRecord, Delivery, ClerkTask)


@dataclass(frozen=True, kw_only=True)
class Story:
    """One way through one campaign; everything in the order in which it happened."""

    enrollment: Enrollment
    records: tuple[StepRecord, ...] = ()
    messages: tuple[Delivery, ...] = ()
    tasks: tuple[ClerkTask, ...] = ()


def stories(*, member_id: int, campaign_id: int | None = None, limit: int = MOST) -> list[Story]:
    """The newest ways of the member first, of one campaign or of all. Four queries."""
    rows = Enrollment.objects.filter(member_id=member_id).order_by("-pk")
    if campaign_id is not None:
        rows = rows.filter(campaign_id=campaign_id)
    return told_of(rows.select_related("campaign", "run", "version")[:limit])


def told_of(enrollments: Iterable[Enrollment]) -> list[Story]:
    """The stories of these, in their order. Three queries."""
    found = list(enrollments)
    ids = [row.pk for row in found]
    records = _by_enrollment(StepRecord.objects.filter(enrollment_id__in=ids).order_by("pk"))
    messages = _by_enrollment(Delivery.objects.filter(enrollment_id__in=ids).order_by("pk"))
    tasks = _by_enrollment(ClerkTask.objects.filter(enrollment_id__in=ids).order_by("pk"))
    return [
        Story(
            enrollment=row,
            records=tuple(records.get(row.pk, ())),
            messages=tuple(messages.get(row.pk, ())),
            tasks=tuple(tasks.get(row.pk, ())),
        )
        for row in found
    ]


def _by_enrollment(rows: Iterable[Row]) -> Mapping[int, list[Row]]:
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        if row.enrollment_id is not None:
            found[row.enrollment_id].append(row)
    return found
