"""How many members stand at each step of a campaign, and how many went which way. One query each,
whatever the size: by step, never by member."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Count

from campaigns.models import Enrollment, StepRecord

_WAYS = {
    StepRecord.Outcome.YES: "yes",
    StepRecord.Outcome.NO: "no",
    StepRecord.Outcome.HEARD: "heard",
    StepRecord.Outcome.TIMED_OUT: "else",
}
# A split's way is in the record's detail.
_SPLIT = "SPLIT"


@dataclass(frozen=True)
class Passed:
    """Of one step: members who went through it, by outcome, and by the way that they took."""

    by_outcome: Mapping[str, int] = field(default_factory=dict)
    by_way: Mapping[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(self.by_outcome.values())


def standing(*, version_ids: list[int]) -> dict[str, int]:
    """Members who are at each step now, by the step's id; "" are those who come to the first."""
    rows = (
        Enrollment.objects.filter(run__version_id__in=version_ids, state__in=Enrollment.LIVE)
        .order_by()
        .values_list("step")
        .annotate(count=Count("pk"))
    )
    return dict(rows)


def passed(*, version_ids: list[int]) -> dict[str, Passed]:
    """What became of members at each step, by the step's id."""
    rows = (
        StepRecord.objects.filter(enrollment__run__version_id__in=version_ids)
        .order_by()
        .values_list("step", "kind", "outcome", "detail")
        .annotate(count=Count("pk"))
    )
    outcomes: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    ways: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for step, kind, outcome, detail, count in rows:
        outcomes[step][outcome] += count
        # Those held out are drawn into no variant: they come along its way without anything.
        is_drawn = outcome != StepRecord.Outcome.GHOST
        way = (detail if is_drawn else "") if kind == _SPLIT else _WAYS.get(outcome, "")
        if way:
            ways[step][way] += count
    return {step: Passed(dict(found), dict(ways[step])) for step, found in outcomes.items()}
