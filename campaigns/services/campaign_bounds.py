"""How far an approval reaches: members of one run, runs, and what gifts may cost at most.

Source: docs/algorithms/campaigns.md, "What the approval binds".
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max

from campaigns.models import Campaign, Run
from campaigns.selectors import audiences, gift_worth
from campaigns.services import campaign_versions, schedules

# Behind so many runs nobody counts: every day for twenty-seven years.
_MOST_RUNS = 10_000
_ONCE = (Campaign.Entry.NOW, Campaign.Entry.AT)


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Amounts are minor units; None: there is no end.

    `members_count` are those of one run or, where members come one by one, all that ever come in,
    each time counted; `now_count` those of whom it was made, None where it is a limit that was
    set. `runs_count` counts from the approval on. `one_amount` is what the gifts of one member may
    cost each time they come in.
    """

    members_count: int | None
    now_count: int | None
    runs_count: int | None
    one_amount: int

    @property
    def run_amount(self) -> int | None:
        """Of one run; of those who come one by one in all."""
        if not self.one_amount:
            return 0
        return None if self.members_count is None else self.one_amount * self.members_count

    @property
    def whole_amount(self) -> int | None:
        """Of all that it may do under this approval."""
        if not self.one_amount:
            return 0
        if self.run_amount is None or self.runs_count is None:
            return None
        return self.run_amount * self.runs_count

    def told(self) -> dict[str, Any]:
        """For the request, in names of its own."""
        return {
            "members_count": self.members_count,
            "members_now_count": self.now_count,
            "runs_count": self.runs_count,
            "liability_amount": self.run_amount,
            "liability_of_one_amount": self.one_amount,
            "liability_in_all_amount": self.whole_amount,
        }


def of_campaign(campaign: Campaign, at: datetime) -> Bounds:
    """As the campaign and its audience are now.

    Raises: BadSteps; BadEntry; BadCondition.
    """
    members_count, now_count = _members(campaign, at)
    return Bounds(
        members_count=members_count,
        now_count=now_count,
        runs_count=_runs(campaign, at),
        one_amount=gift_worth.liability_of_one(campaign_versions.flow_of(campaign)),
    )


def _members(campaign: Campaign, at: datetime) -> tuple[int | None, int | None]:
    """The limit that was set; else, where an audience is frozen, a tenth and ten more than there
    are now, or by date on the fullest day of the year."""
    if campaign.audience_limit is not None:
        return campaign.audience_limit, None
    if not campaign.comes_in_runs:
        return None, None
    is_by_date = campaign.entry == Campaign.Entry.DATE
    count = (audiences.fullest_day if is_by_date else audiences.count)(campaign, at=at)
    # Who was frozen already is reached by what is left of the run.
    frozen = campaign.runs.filter(state__in=Run.LIVE).aggregate(most=Max("members_count"))["most"]
    return max(count + -(-count // 10) + 10, frozen or 0), count


def _runs(campaign: Campaign, at: datetime) -> int | None:
    """Those to come until the campaign's end, and those that go on. One, where members come one by
    one: their limit is for all of it."""
    if campaign.entry in _ONCE or not campaign.comes_in_runs:
        return 1
    if campaign.ends_at is None:
        return None
    count = campaign.runs.filter(state__in=Run.LIVE, kind=Run.Kind.FROZEN).count()
    following = schedules.next_after(campaign, max(campaign.starts_at or at, at))
    while following is not None:
        count += 1
        if count > _MOST_RUNS:
            return None
        following = schedules.next_after(campaign, following)
    return count
