"""What would become of a campaign's audience: by the same gate that judges when it is sent.

Nothing is written. Source: docs/algorithms/gate.md, "The forecast".
"""

import copy
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from campaigns.models import Campaign, CampaignVersion, Enrollment, Run
from campaigns.rules import arms, entries, journeys
from campaigns.rules import gate as rules
from campaigns.rules.journey_steps import Kind, Message
from campaigns.selectors import audiences, coverage, gift_worth
from campaigns.selectors.gate_facts import Facts
from campaigns.services import (
    campaign_versions,
    enrollments,
    member_pools,
    message_choices,
    message_prices,
    message_steps,
    schedules,
)
from campaigns.services.message_choices import Asking, Chosen, Planned
from members.errors import NotFound

# Judged one by one; of more members a part is drawn, and the page says so.
MOST_JUDGED = 20_000
PART = 2_000
LIMIT = "audience_limit"


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """Numbers of members. `members_count` = all of `excluded` + `sendable_count` +
    `held_out_count`; reasons in the gate's order. Amounts are minor units. Of a large audience
    `judged_count` members were drawn and judged, and the numbers are scaled up.

    `by_medium` counts messages: with a step that sends by each medium more than members.
    """

    members_count: int
    judged_count: int
    excluded: dict[str, int]
    sendable_count: int
    held_out_count: int
    by_medium: dict[str, int]
    by_arm: dict[str, int]
    cost_amount: int
    liability_amount: int
    due_at: datetime
    has_message: bool = True

    @property
    def is_sample(self) -> bool:
        return self.judged_count < self.members_count


@dataclass
class _Tally:
    excluded: Counter[str] = field(default_factory=Counter)
    by_medium: Counter[str] = field(default_factory=Counter)
    by_arm: Counter[str] = field(default_factory=Counter)
    sendable: int = 0
    held_out: int = 0
    cost_amount: int = 0
    # What is left of the budget, in minor units, for those who are judged; None: there is no end.
    budget_left: int | None = None


def forecast(*, campaign_id: int, at: datetime) -> Forecast:
    """The forecast of the campaign's next occurrence, or of everybody whom events may bring in.

    Raises: NotFound; BadSteps, BadEntry, BadCondition, where the draft isn't whole.
    """
    found = Campaign.objects.select_related("segment").filter(pk=campaign_id).first()
    if found is None:
        raise NotFound
    draft = _as_if_running(found)
    due_at = _due_at(draft, at)
    member_ids, total = _audience(draft, due_at, at)
    flow = campaign_versions.flow_of(draft)
    messages = [step for step in flow.of_kind(Kind.MESSAGE) if isinstance(step, Message)]
    step = messages[0] if messages else None
    tally = _Tally(budget_left=_budget(draft, len(member_ids), total))
    limit = _limit(draft, len(member_ids), total)
    for some in _parts(member_ids[:limit]):
        rows = _rows(draft, some, due_at)
        _count(tally, step, rows, max(due_at, at), at)
    tally.excluded[LIMIT] += len(member_ids) - len(member_ids[:limit])
    return _answer(
        draft, flow, tally, total=total, judged=len(member_ids), due_at=due_at, step=step
    )


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


def _audience(draft: Campaign, due_at: datetime, at: datetime) -> tuple[list[int], int]:
    """Ids of those who are judged, and how many there are in all."""
    sql, params = audiences.audience_sql(draft, due_at=due_at, at=at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT member_id, count(*) OVER () FROM ({sql}) a "  # noqa: S608
            "ORDER BY hashint8(member_id), member_id LIMIT %(most)s",
            {**params, "low": 0, "high": 2**62, "most": MOST_JUDGED},
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


def _parts(member_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(member_ids), PART):
        yield member_ids[start : start + PART]


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


def _count(
    tally: _Tally,
    step: Message | None,
    rows: Sequence[Enrollment],
    when: datetime,
    at: datetime,
) -> None:
    if step is None:
        for row in rows:
            _pass(tally, row, [])
        return
    campaign = rows[0].campaign
    texts = message_steps.texts_of(rows[0], step)
    member_ids = [row.member_id for row in rows]
    facts = message_choices.facts_of(campaign, step, member_ids, texts, when)
    # What an event brings isn't known beforehand.
    is_known = campaign.entry != Campaign.Entry.EVENT
    asking = Asking(
        step=step,
        facts=facts,
        when=when,
        at=at,
        writes=lambda row: is_known,
        settles=lambda row: True,
        expected=coverage.expected(campaign, campaign_versions.flow_of(campaign), at=at),
    )
    chosen = message_choices.choose(rows, asking)
    for row in rows:
        going = [one for one in chosen.planned[row.pk] if one.choice.verdict.reason is None]
        if not going:
            reason = chosen.planned[row.pk][0].choice.verdict.reason
            assert reason is not None
            tally.excluded[reason.value] += 1
        elif not row.is_control and not (going := _within_budget(tally, going, facts, chosen)):
            tally.excluded[rules.Reason.BUDGET.value] += 1
        else:
            _pass(tally, row, going)


def _within_budget(
    tally: _Tally, going: Sequence[Planned], facts: Facts, chosen: Chosen
) -> list[Planned]:
    """Those that the budget still pays for; they use it up."""
    paid = []
    for one in going:
        medium = one.choice.medium
        parts = message_prices.parts(medium, chosen.texts.get((one.row.pk, medium)))
        facts.budget_left = tally.budget_left
        if not facts.may_cost(medium, parts=parts):
            continue
        paid.append(one)
        cost = facts.cost_of(medium) * parts
        tally.cost_amount += cost
        if tally.budget_left is not None:
            tally.budget_left -= cost
    return paid


def _pass(tally: _Tally, row: Enrollment, going: Sequence[Planned]) -> None:
    tally.by_arm[row.arm] += 1
    if row.is_control:
        tally.held_out += 1
        return
    tally.sendable += 1
    for one in going:
        tally.by_medium[one.choice.medium] += 1


def _answer(
    draft: Campaign,
    flow: journeys.Flow,
    tally: _Tally,
    *,
    total: int,
    judged: int,
    due_at: datetime,
    step: Message | None,
) -> Forecast:
    scale = _Scale(judged, total)
    excluded = {
        reason: scale.up(count)
        for reason in [*(one.value for one in rules.Reason), LIMIT]
        if (count := tally.excluded[reason])
    }
    held_out = scale.up(tally.held_out)
    # What rounding leaves is sent: the sum is the audience.
    sendable = total - sum(excluded.values()) - held_out
    by_medium = {medium: scale.up(count) for medium, count in tally.by_medium.items()}
    worth = gift_worth.liability_of_one(flow)
    return Forecast(
        members_count=total,
        judged_count=judged,
        excluded=excluded,
        sendable_count=sendable,
        held_out_count=held_out,
        by_medium=by_medium,
        by_arm={arm: scale.up(count) for arm, count in sorted(tally.by_arm.items())},
        cost_amount=scale.up(tally.cost_amount),
        liability_amount=worth * (total - held_out),
        due_at=due_at,
        has_message=step is not None,
    )


@dataclass(frozen=True)
class _Scale:
    judged: int
    total: int

    def up(self, count: int) -> int:
        """Exact where everybody was judged; else rounded half up."""
        if self.judged == self.total or not self.judged:
            return count
        return (count * self.total + self.judged // 2) // self.judged
