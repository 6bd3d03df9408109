"""Events end campaigns for members, at once: what kept them from it happened, the goal was reached,
or what the campaign ends at. Also while they wait or are watched.

Whatever was told first: whoever comes in is asked for what is on record (`entry_checks`).
Source: docs/algorithms/entries.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from campaigns.models import ClerkTask, Delivery, Enrollment, StepCall
from campaigns.rules import event_patterns as patterns
from campaigns.rules.event_patterns import Fact
from campaigns.selectors import happenings
from campaigns.services import (
    enrollments,
    entry_checks,
    event_locks,
    event_wants,
    exit_terms,
    journeys,
)
from campaigns.services.exit_terms import Terms
from members.models import Event

_State = Enrollment.State
# Why they are out: their data may not be used for it any more.
MEMBER_STATE = "member_state"
_COLUMNS = (
    *("pk", "member_id", "campaign_id", "version_id", "state", "reason", "context"),
    *("entered_at", "converted_at"),
)


@dataclass
class _Verdicts:
    prevented: list[int] = field(default_factory=list)
    over: list[int] = field(default_factory=list)
    converted: list[int] = field(default_factory=list)
    exited: list[int] = field(default_factory=list)
    forbidden: list[int] = field(default_factory=list)


@transaction.atomic
def hear(*, events: Sequence[Event], at: datetime) -> None:
    """Ends and converts what these events end and convert, and lets members go on who wait for one
    of them. A fixed number of queries. Bears repeats."""
    known = event_wants.current()
    facts: dict[int, list[Fact]] = defaultdict(list)
    for fact in happenings.heard(events):
        facts[fact.member_id].append(fact)
    if not facts or not known.campaign_ids:
        return
    event_locks.hold(facts)
    rows = list(_enrolled(facts, known.campaign_ids))
    terms = exit_terms.of_versions({row["version_id"] for row in rows})
    verdicts = _Verdicts()
    for row in rows:
        _judge(row, terms[row["version_id"]], facts[row["member_id"]], verdicts)
    _write(verdicts, at)
    journeys.hear(events=[one for some in facts.values() for one in some], at=at)


def _enrolled(
    facts: Mapping[int, Sequence[Fact]], campaign_ids: Iterable[int]
) -> Iterable[Mapping[str, Any]]:
    rows = Enrollment.objects.filter(member_id__in=facts, campaign_id__in=campaign_ids)
    living = rows.exclude(state=_State.EXCLUDED).order_by("pk")
    is_open = (
        Exists(_waiting(Delivery, Delivery.State.QUEUED))
        | Exists(_waiting(ClerkTask, ClerkTask.State.OPEN))
        | Exists(_waiting(StepCall, StepCall.State.QUEUED))
    )
    found: Iterable[Mapping[str, Any]] = living.values(*_COLUMNS, is_open=is_open)
    return found


def _waiting(model: Any, state: str) -> Any:
    return model.objects.filter(enrollment=OuterRef("pk"), state=state)


def _judge(
    row: Mapping[str, Any], terms: Terms, facts: Sequence[Fact], verdicts: _Verdicts
) -> None:
    """The goal goes before the exits: it is why they are out, where both say so."""
    is_live = row["state"] in Enrollment.LIVE
    since = exit_terms.since(row["context"], row["entered_at"])
    if is_live and any(_forbids(terms, fact) for fact in facts):
        verdicts.forbidden.append(row["pk"])
        return
    if is_live and exit_terms.is_prevented(terms.entry, facts, row["context"], since):
        verdicts.prevented.append(row["pk"])
        return
    if any(_converts(terms, fact, row, since) for fact in facts):
        (verdicts.over if terms.is_over_at_goal else verdicts.converted).append(row["pk"])
        if terms.is_over_at_goal:
            return
    # Who is through, but whose message waits for the end of the night, or whom the store is still
    # to call, isn't out of it yet.
    if is_live or (row["state"] == _State.DONE and row["is_open"]):
        _judge_exit(row, terms, facts, verdicts)


def _judge_exit(
    row: Mapping[str, Any], terms: Terms, facts: Sequence[Fact], verdicts: _Verdicts
) -> None:
    since = exit_terms.since(row["context"], row["entered_at"])
    if any(
        fact.occurred_at > since
        and patterns.answers(happening, fact)
        and fact.is_about(row["context"], same)
        for happening, same in terms.exits
        for fact in facts
    ):
        verdicts.exited.append(row["pk"])


def _write(verdicts: _Verdicts, at: datetime) -> None:
    for ids, reason in (
        (verdicts.forbidden, MEMBER_STATE),
        (verdicts.prevented, entry_checks.PREVENTED),
        (verdicts.exited, entry_checks.EXITED),
    ):
        if ids:
            enrollments.leave(enrollment_ids=ids, reason=reason, at=at)
    for ids, is_over in ((verdicts.over, True), (verdicts.converted, False)):
        if ids:
            enrollments.convert(enrollment_ids=ids, is_over=is_over, at=at)


def _forbids(terms: Terms, fact: Fact) -> bool:
    """Restricted data are used for nothing; who objected to profiling stays in no campaign that
    chose them by what is known of them."""
    if fact.event == "members.member.restricted":
        return bool(fact.payload.get("is_restricted"))
    return fact.event == "members.profiling.refused" and terms.is_profiling


def _converts(terms: Terms, fact: Fact, row: Mapping[str, Any], since: datetime) -> bool:
    if terms.goal is None or row["converted_at"] is not None:
        return False
    # Who was kept out has never come in.
    if row["reason"] == entry_checks.PREVENTED:
        return False
    until = row["entered_at"] + timedelta(days=terms.goal_days)
    # What they came in by, or what came of it at once, such as a tier by an order, is no goal.
    return since < fact.occurred_at < until and patterns.answers(terms.goal, fact)
