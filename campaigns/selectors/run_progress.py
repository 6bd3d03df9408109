"""How far a campaign's runs are: members and messages by state and reason, as they are now."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from campaigns.models import Campaign, Delivery, Enrollment, Run

_LIVE = tuple(Enrollment.LIVE)
_MINUTE = 60


@dataclass(frozen=True)
class Counted:
    """So many are in this state for this reason."""

    state: str
    reason: str
    count: int


@dataclass(frozen=True)
class RunProgress:
    """`members_count` is the frozen audience, None while it is being frozen or where members come
    one by one; `per_minute` are messages handed over, on average since it began."""

    run: Run
    members: Sequence[Counted]
    messages: Sequence[Counted]
    members_count: int | None
    per_minute: float

    @property
    def enrolled_count(self) -> int:
        return sum(one.count for one in self.members)

    @property
    def ended_count(self) -> int:
        return sum(one.count for one in self.members if one.state not in _LIVE)

    @property
    def messages_count(self) -> int:
        return sum(one.count for one in self.messages)

    @property
    def percent(self) -> float | None:
        """Of the audience, who is through, has left or was left out; None: there is no whole."""
        if self.members_count is None:
            return None
        return _share(self.ended_count + self.run.removed_count, self.members_count)

    @property
    def is_conserved(self) -> bool | None:
        """Whether everybody who was frozen is still counted, once, or was removed by retention;
        None: nothing to compare."""
        if self.members_count is None:
            return None
        return self.enrolled_count + self.run.removed_count == self.members_count


def of_run(run: Run, *, at: datetime) -> RunProgress:
    """Two queries, each on its index alone."""
    members = _by_state(Enrollment.objects.filter(run=run))
    messages = _by_state(Delivery.objects.filter(run=run))
    handed = sum(one.count for one in messages if one.state in _CONTACTS)
    until = run.finished_at or at
    minutes = max(1.0, (until - run.started_at).total_seconds() / _MINUTE)
    is_frozen = run.kind == Run.Kind.FROZEN and run.frozen_at is not None
    return RunProgress(
        run=run,
        members=members,
        messages=messages,
        members_count=run.members_count if is_frozen else None,
        per_minute=round(handed / minutes, 1),
    )


def newest(campaign: Campaign) -> Run | None:
    """The run to look at: a live one before others, then the newest."""
    rows = Run.objects.filter(campaign=campaign).select_related("version")
    live = rows.filter(state__in=Run.LIVE).order_by("-pk").first()
    found: Run | None = live or rows.order_by("-pk").first()
    return found


def percents(campaign_ids: Collection[int]) -> Mapping[int, float]:
    """By campaign how far its live runs with a frozen audience are; others are left out. One
    query."""
    going = Run.objects.filter(
        campaign__in=campaign_ids,
        state=Run.State.RUNNING,
        kind=Run.Kind.FROZEN,
        frozen_at__isnull=False,
    )
    rows = going.annotate(
        live_count=Count("enrollments", filter=Q(enrollments__state__in=_LIVE))
    ).values_list("campaign_id", "members_count", "live_count")
    sums: dict[int, tuple[int, int]] = {}
    for campaign_id, members, live in rows:
        whole, left = sums.get(campaign_id, (0, 0))
        sums[campaign_id] = (whole + members, left + live)
    return {one: _share(whole - left, whole) for one, (whole, left) in sums.items()}


def _by_state(rows: Any) -> list[Counted]:
    counted = rows.order_by().values_list("state", "reason").annotate(count=Count("*"))
    return [Counted(*row) for row in sorted(counted)]


def _share(part: int, whole: int) -> float:
    """Whole members that are through show as 100, and 100 is shown for nothing less."""
    if not whole:
        return 100.0
    return 100.0 if part == whole else min(99.9, round(100 * part / whole, 1))


_CONTACTS = tuple(Delivery.CONTACTS)
