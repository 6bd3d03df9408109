"""What became of a message, from all that was reported about it.

The answer depends on which reports there are, never on the order in which they came.
Source: docs/algorithms/receipts.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

DELIVERED, BOUNCED, COMPLAINED = "DELIVERED", "BOUNCED", "COMPLAINED"
OPENED, CLICKED, UNSUBSCRIBED = "OPENED", "CLICKED", "UNSUBSCRIBED"
# Waits to be handed over once more.
QUEUED = "QUEUED"
# Nobody follows two links of one message so quickly.
BURST = timedelta(seconds=1)
_HARD, _SOFT = "hard", "soft"
# No message of ours is older; the database can't even give back what is before the year 1.
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
# What nothing but a person in front of the message does.
_BY_HAND = (COMPLAINED, UNSUBSCRIBED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """One receipt. `detail` is the link that was clicked, or `bounce_detail` of a bounce."""

    kind: str
    occurred_at: datetime
    is_machine: bool = False
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What the message's row shows. Whoever clicked has opened, images or not."""

    state: str
    delivered_at: datetime | None = None
    opened_at: datetime | None = None
    clicked_at: datetime | None = None


def outcome(state: str, reports: Sequence[Report], kept: Outcome | None = None) -> Outcome:
    """What follows from all `reports` for a message that was `state` before any of them counted.

    A person's act proves more than a bounce for good, that more than a server's word or a
    machine's look, and that more than a bounce for now. `kept` is what the row says: where it
    tells of an arrival before the first report, older receipts have gone, and it stays.
    """
    if kept is not None and _has_lost(kept, reports):
        return kept
    people = by_people(reports)
    seen = [one for one in people if one.kind in (OPENED, CLICKED)]
    clicked = [one for one in people if one.kind == CLICKED]
    arrived = [one for one in reports if one.kind != BOUNCED]
    reached = _state(state, reports, is_read=bool(people), has_arrived=bool(arrived))
    is_there = reached == DELIVERED
    return Outcome(
        state=reached,
        delivered_at=_first(arrived) if is_there else None,
        opened_at=_first(seen) if is_there else None,
        clicked_at=_first(clicked) if is_there else None,
    )


def believed(told: datetime, at: datetime) -> datetime:
    """When it happened, as far as the teller's clock can be right: what is told to be ahead of
    `at`, or of another age, happened at `at`."""
    return told if _EARLIEST <= told <= at else at


def by_people(reports: Sequence[Report]) -> list[Report]:
    """Those that a person did: no machine, and no click on one of several links at once."""
    clicks = [one for one in reports if one.kind == CLICKED]
    kinds = (OPENED, CLICKED, *_BY_HAND)
    return [
        one
        for one in reports
        if one.kind in kinds
        and not one.is_machine
        and not (one.kind == CLICKED and _is_in_burst(one, clicks))
    ]


def bounce_detail(code: str, *, is_permanent: bool) -> str:
    """`hard:5.1.1`: a receipt's detail says whether the address is dead."""
    return f"{_HARD if is_permanent else _SOFT}:{code}"[:200]


def is_hard(detail: str) -> bool:
    """Whether a bounce with this detail is for good."""
    return detail.partition(":")[0] == _HARD


def _has_lost(kept: Outcome, reports: Sequence[Report]) -> bool:
    first = _first(reports)
    return (
        kept.state == DELIVERED
        and kept.delivered_at is not None
        and first is not None
        and kept.delivered_at < first
    )


def _state(state: str, reports: Sequence[Report], *, is_read: bool, has_arrived: bool) -> str:
    bounces = [one for one in reports if one.kind == BOUNCED]
    if is_read:
        return DELIVERED
    if any(is_hard(one.detail) for one in bounces):
        return BOUNCED
    if has_arrived:
        return DELIVERED
    # That it came back for now says nothing about the next try, which somebody asked for.
    return BOUNCED if bounces and state != QUEUED else state


def _is_in_burst(click: Report, clicks: Sequence[Report]) -> bool:
    return any(
        other.detail != click.detail and abs(other.occurred_at - click.occurred_at) < BURST
        for other in clicks
    )


def _first(reports: Sequence[Report]) -> datetime | None:
    return min((one.occurred_at for one in reports), default=None)
