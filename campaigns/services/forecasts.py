"""What would become of a campaign's audience: by the same gate that judges when it is sent.

Nothing is written. Who comes to which step: `forecast_ways`; what the gate says there:
`forecast_messages`. Source: docs/algorithms/gate.md, "The forecast".
"""

import copy
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from campaigns.models import Campaign, CampaignVersion, Enrollment, Run
from campaigns.rules import arms, entries, journeys
from campaigns.rules.journey_steps import Kind, Message
from campaigns.selectors import audiences, coverage, gift_worth
from campaigns.services import (
    campaign_versions,
    enrollments,
    forecast_messages,
    forecast_ways,
    member_pools,
    schedules,
)
from campaigns.services import forecast_figures as figures
from campaigns.services.forecast_figures import Forecast, Scale, StepForecast
from campaigns.services.forecast_messages import Judged, Question, StepTally
from members.errors import NotFound

# Messages that are judged one by one; of more members a part is drawn, and the page says so.
MOST_JUDGED = 20_000
# Of a journey with many messages still so many members.
PART = 2_000


def forecast(*, campaign_id: int, at: datetime) -> Forecast:
    """The forecast of the campaign's next occurrence, or of everybody whom events may bring in.

    Raises: NotFound; BadSteps, BadEntry, BadCondition, where the draft isn't whole.
    """
    found = Campaign.objects.select_related("segment").filter(pk=campaign_id).first()
    if found is None:
        raise NotFound
    draft = _as_if_running(found)
    due_at = _due_at(draft, at)
    flow = campaign_versions.flow_of(draft)
    messages = [step for step in flow.of_kind(Kind.MESSAGE) if isinstance(step, Message)]
    most = max(PART, MOST_JUDGED // max(1, len(messages)))
    member_ids, total = _audience(draft, due_at, at, most)
    limit = _limit(draft, len(member_ids), total)
    rows = _rows(draft, member_ids[:limit], due_at)
    judged = Judged(budget_left=_budget(draft, len(member_ids), total))
    tallies = _judge(draft, flow, messages, rows, judged, begins_at=max(due_at, at), at=at)
    scale = Scale(len(member_ids), total)
    counts = _counts(rows, judged, has_message=bool(messages))
    counts.excluded[figures.LIMIT] = len(member_ids) - len(rows)
    return _answer(draft, flow, judged, counts, tallies, scale=scale, due_at=due_at)


def _judge(
    draft: Campaign,
    flow: journeys.Flow,
    messages: Sequence[Message],
    rows: Sequence[Enrollment],
    judged: Judged,
    *,
    begins_at: datetime,
    at: datetime,
) -> Mapping[str, StepTally]:
    """One message after the other, as a budget pays for them."""
    if not messages:
        return {}
    parts = [(some, forecast_ways.ways(flow, some, at=begins_at)) for some in _parts(rows)]
    expected = coverage.expected(draft, flow, at=at)
    tallies = {step.id: StepTally() for step in messages}
    for step in messages:
        # What an event brings isn't known beforehand.
        writes = draft.entry != Campaign.Entry.EVENT
        question = Question(step=step, at=at, expected=expected, writes=writes)
        for some, come in parts:
            forecast_messages.judge(question, some, come.get(step.id, {}), judged, tallies[step.id])
    if judged.has_run_out and len(messages) > 1:
        # Whom of them it pays for is for the hour to say.
        judged.reached_surely.clear()
        for tally in tallies.values():
            tally.sure, tally.open = 0, tally.come
    return tallies


def _as_if_running(found: Campaign) -> Campaign:
    draft = copy.copy(found)
    draft.state = Campaign.State.RUNNING
    content = campaign_versions.content_of(found)
    draft.version = CampaignVersion(campaign=found, number=0, content=content)
    return draft


def _due_at(draft: Campaign, at: datetime) -> datetime:
    if draft.next_run_at is not None and draft.next_run_at > at:
        return draft.next_run_at
    if draft.entry in (Campaign.Entry.NOW, Campaign.Entry.EVENT):
        return max(draft.starts_at or at, at)
    entry = entries.read(draft.entry, draft.entry_rule)
    if isinstance(entry, entries.AtEntry):
        return entry.at
    return schedules.next_after(draft, max(draft.starts_at or at, at)) or at


def _audience(draft: Campaign, due_at: datetime, at: datetime, most: int) -> tuple[list[int], int]:
    """Ids of those who are judged, and how many there are in all."""
    sql, params = audiences.audience_sql(draft, due_at=due_at, at=at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT member_id, count(*) OVER () FROM ({sql}) a "  # noqa: S608
            "ORDER BY hashint8(member_id), member_id LIMIT %(most)s",
            {**params, "low": 0, "high": 2**62, "most": most},
        )
        rows = cursor.fetchall()
    return [member_id for member_id, _ in rows], rows[0][1] if rows else 0


def _limit(draft: Campaign, judged: int, total: int) -> int:
    if draft.audience_limit is None or not total:
        return judged
    return min(judged, draft.audience_limit * judged // total)


def _budget(draft: Campaign, judged: int, total: int) -> int | None:
    """Of a part that was drawn, its part of the budget."""
    left = member_pools.cost_left(draft)
    return left if left is None or not total else left * judged // total


def _parts(rows: Sequence[Enrollment]) -> Iterator[Sequence[Enrollment]]:
    for start in range(0, len(rows), PART):
        yield rows[start : start + PART]


def _rows(draft: Campaign, member_ids: Sequence[int], due_at: datetime) -> list[Enrollment]:
    """As they would be frozen; none of it is saved."""
    assert draft.version is not None
    run = Run(campaign=draft, kind=Run.Kind.FROZEN, due_at=due_at)
    rows = []
    for number, member_id in enumerate(member_ids):
        drawn = arms.bucket(draft.salt, member_id)
        row = Enrollment(
            pk=number,
            member_id=member_id,
            bucket=drawn,
            arm=enrollments.arm_of(draft.version.content, drawn),
            entered_at=due_at,
        )
        row.run, row.campaign, row.version = run, draft, draft.version
        rows.append(row)
    return rows


@dataclass(frozen=True)
class _Counts:
    excluded: Counter[str]
    by_arm: Counter[str]
    held_out: int
    sure: int


def _counts(rows: Sequence[Enrollment], judged: Judged, *, has_message: bool) -> _Counts:
    """Of each member once: written to by any message, else the first reason why not."""
    excluded: Counter[str] = Counter()
    by_arm: Counter[str] = Counter()
    held_out = sure = 0
    for row in rows:
        if has_message and row.pk not in judged.reached:
            excluded[judged.refused.get(row.pk, figures.NO_MESSAGE)] += 1
            continue
        by_arm[row.arm] += 1
        held_out += row.is_control
        sure += not row.is_control and (not has_message or row.pk in judged.reached_surely)
    return _Counts(excluded, by_arm, held_out, sure)


def _answer(
    draft: Campaign,
    flow: journeys.Flow,
    judged: Judged,
    counts: _Counts,
    tallies: Mapping[str, StepTally],
    *,
    scale: Scale,
    due_at: datetime,
) -> Forecast:
    excluded = scale.reasons(counts.excluded)
    held_out = scale.up(counts.held_out)
    # What rounding leaves is sent: the sum is the audience.
    sendable = scale.total - sum(excluded.values()) - held_out
    steps = tuple(_step(step, tally, scale) for step, tally in tallies.items())
    media = sum((tally.by_medium for tally in tallies.values()), Counter[str]())
    is_sure = counts.sure == len(judged.reached) - counts.held_out or not tallies
    budget = member_pools.cost_left(draft)
    cost = scale.up(judged.cost_amount)
    return Forecast(
        members_count=scale.total,
        judged_count=scale.judged,
        excluded=excluded,
        sendable_count=sendable,
        sure_count=sendable if is_sure else min(sendable, scale.up(counts.sure)),
        held_out_count=held_out,
        by_medium={medium: scale.up(count) for medium, count in media.items()},
        by_arm={arm: scale.up(count) for arm, count in sorted(counts.by_arm.items())},
        cost_amount=cost if budget is None else min(cost, budget),
        liability_amount=gift_worth.liability_of_one(flow) * (scale.total - held_out),
        due_at=due_at,
        steps=steps,
    )


def _step(step: str, tally: StepTally, scale: Scale) -> StepForecast:
    members, excluded = scale.up(tally.come), scale.reasons(tally.excluded)
    held_out = scale.up(tally.held_out)
    sendable = max(0, members - sum(excluded.values()) - held_out)
    return StepForecast(
        step=step,
        members_count=members,
        least_count=scale.up(tally.come_surely),
        open_count=scale.up(tally.open),
        excluded=excluded,
        sendable_count=sendable,
        sure_count=sendable if tally.sure == tally.sendable else scale.up(tally.sure),
        held_out_count=held_out,
        by_medium={medium: scale.up(count) for medium, count in tally.by_medium.items()},
    )
