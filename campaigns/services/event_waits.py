"""Whether what a step waits for happened in time: by when it happened, not when it was told."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from campaigns.models import Enrollment
from campaigns.rules.entries import Happening
from campaigns.rules.event_patterns import Fact
from campaigns.rules.journey_steps import WaitEvent
from campaigns.selectors import happenings
from campaigns.services import campaign_versions, entry_checks, exit_terms, journey_instants


def is_in_time(row: Enrollment, step: WaitEvent, event: Fact) -> bool:
    """Whether the event, which is of the kind that is waited for, ends the wait of this row."""
    if row.due_at is None or event.occurred_at >= row.due_at:
        return False
    if event.occurred_at < journey_instants.since(row):
        return False
    return event.is_about(row.context, step.same)


def heard(rows: Sequence[Enrollment]) -> dict[int, datetime]:
    """By id of those among these rows, whose wait is over, for whom it happened in time: when it
    did. It is on record, and that it was told is still owed. Two queries for each thing that is
    waited for."""
    found: dict[int, datetime] = {}
    by_event: dict[str, list[tuple[Enrollment, WaitEvent]]] = defaultdict(list)
    for row in rows:
        step = campaign_versions.flow_of_version(row.version).steps.get(row.step)
        if isinstance(step, WaitEvent) and row.due_at is not None:
            by_event[step.event].append((row, step))
    for event, some in by_event.items():
        happening = exit_terms.happening(event)
        if happening is not None:
            found |= _heard(happening, some)
    return found


def first_in_time(row: Enrollment, step: WaitEvent, facts: Iterable[Fact]) -> datetime | None:
    """When the first of these facts that ends the wait of this row happened."""
    return min((one.occurred_at for one in facts if is_in_time(row, step, one)), default=None)


def _heard(
    happening: Happening, some: Sequence[tuple[Enrollment, WaitEvent]]
) -> dict[int, datetime]:
    bounds = [
        (row.member_id, instant)
        for row, _step in some
        for instant in (journey_instants.since(row), row.due_at)
        if instant is not None
    ]
    spans = entry_checks.spans_of(bounds)
    facts = happenings.between(happening, spans)
    return {
        row.pk: instant
        for row, step in some
        if (instant := first_in_time(row, step, facts.get(row.member_id, ()))) is not None
    }
