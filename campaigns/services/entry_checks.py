"""Whether something on record keeps members out who are coming in, or are watched: facts, whether
or not they were told yet."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from campaigns.models import Campaign, Enrollment
from campaigns.rules import event_patterns as patterns
from campaigns.rules.entries import EventEntry
from campaigns.rules.event_patterns import Completion, Fact
from campaigns.selectors import happenings
from campaigns.services import exit_terms

# Why they are out: what had to stay away happened all the same; or what the campaign ends at.
PREVENTED, EXITED = "something_else", "exited"
Spans = dict[int, tuple[datetime, datetime]]


def reasons(
    *, campaign: Campaign, entry: EventEntry, completions: Sequence[Completion], at: datetime
) -> dict[Completion, str]:
    """Why some of those who come in are out at once, by what is on record behind them, whichever
    was told first. Two queries for what keeps them out and for each thing that ends it."""
    found = dict.fromkeys(_left(campaign, completions, at), EXITED)
    return found | dict.fromkeys(_prevented(entry, completions), PREVENTED)


def _prevented(entry: EventEntry, completions: Sequence[Completion]) -> list[Completion]:
    if entry.without is None or not completions:
        return []
    spans = spans_of((one.last.member_id, one.last.occurred_at) for one in completions)
    facts = happenings.between(entry.without, _longer(spans, entry.without_minutes))
    return [
        one
        for one in completions
        if patterns.is_prevented(entry, one, facts.get(one.last.member_id, ()))
    ]


def _left(campaign: Campaign, completions: Sequence[Completion], at: datetime) -> list[Completion]:
    assert campaign.version is not None
    if not completions:
        return []
    found = []
    spans = _behind(completions, at)
    for happening, same in exit_terms.exits_of(campaign.version.content):
        facts = happenings.between(happening, spans)
        found += [
            one for one in completions if _is_left(one, facts.get(one.last.member_id, ()), same)
        ]
    return found


def reached(
    *, campaign: Campaign, completions: Sequence[Completion], at: datetime
) -> set[Completion]:
    """Which of those who come in have reached the goal already, by what is on record behind what
    brings them in. Two queries, where there is a goal."""
    assert campaign.version is not None
    goal = exit_terms.happening(campaign.version.content.get("goal_event") or "")
    if goal is None or not completions:
        return set()
    facts = happenings.between(goal, _behind(completions, at))
    return {one for one in completions if _is_left(one, facts.get(one.last.member_id, ()), "")}


def prevented(*, rows: Iterable[Enrollment]) -> set[int]:
    """Ids of those among these watched members who did what keeps them out, by what is on record:
    whether or not it was told yet. Two queries for each campaign; each row with its campaign."""
    found: set[int] = set()
    by_campaign: dict[int, list[Enrollment]] = defaultdict(list)
    for row in rows:
        by_campaign[row.campaign_id].append(row)
    for some in by_campaign.values():
        found |= _prevented_in(some)
    return found


def _prevented_in(rows: Sequence[Enrollment]) -> set[int]:
    """Of one campaign."""
    campaign = rows[0].campaign
    entry = exit_terms.entry_of(campaign.entry, campaign.entry_rule)
    if entry is None or entry.without is None:
        return set()
    since = {row.pk: exit_terms.since(row.context, row.entered_at) for row in rows}
    spans = spans_of((row.member_id, since[row.pk]) for row in rows)
    facts = happenings.between(entry.without, _longer(spans, entry.without_minutes))
    return {
        row.pk
        for row in rows
        if exit_terms.is_prevented(entry, facts.get(row.member_id, ()), row.context, since[row.pk])
    }


def _is_left(one: Completion, facts: Iterable[Fact], same: str) -> bool:
    about = {"product": one.product, "order": one.last.order, "order_id": one.last.order_id}
    return any(
        fact.occurred_at > one.last.occurred_at and fact.is_about(about, same) for fact in facts
    )


def spans_of(instants: Iterable[tuple[int, datetime]]) -> Spans:
    """By member the first of their instants, and the last."""
    found: Spans = {}
    for member_id, instant in instants:
        low, high = found.get(member_id, (instant, instant))
        found[member_id] = min(low, instant), max(high, instant)
    return found


def _behind(completions: Sequence[Completion], at: datetime) -> Spans:
    """By member from the first of what brings them in until now."""
    until = at.astimezone(UTC) + timedelta(microseconds=1)
    since = spans_of((one.last.member_id, one.last.occurred_at) for one in completions)
    return {pk: (low, until) for pk, (low, _high) in since.items() if low < until}


def _longer(spans: Spans, minutes: int) -> Spans:
    length = timedelta(minutes=minutes)
    return {member_id: (low, high + length) for member_id, (low, high) in spans.items()}
