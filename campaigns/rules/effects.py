"""The effect of a campaign as a ladder: how many members came how far, and why others didn't.

Members are counted, not messages: whoever was in twice is where they came farthest. Each rung is
the part of the one before, so every loss has one reason and all of them sum to the difference.
Source: docs/algorithms/effects.md.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Rung(StrEnum):
    """In their order. The number of a rung is its place."""

    TARGETED = "targeted"
    ELIGIBLE = "eligible"
    SENT = "sent"
    DELIVERED = "delivered"
    OPENED = "opened"
    CLAIMED = "claimed"
    REDEEMED = "redeemed"
    BOUGHT = "bought"


LADDER = tuple(Rung)
PLACE = {rung: place for place, rung in enumerate(LADDER)}
MESSAGE_RUNGS = (Rung.SENT, Rung.DELIVERED, Rung.OPENED)
GIFT_RUNGS = (Rung.CLAIMED, Rung.REDEEMED)

# Why somebody went no further. Of several messages to one member that stayed on the same rung, the
# reason that stands later here counts: it came farther. The gate's stand in the gate's order.
REASONS = (
    *("not_looked_at", "watching", "erased", "merged", "audience_limit", "members", "late"),
    *("not_in_audience", "too_often"),
    *("campaign_state", "member_state", "holdout", "consent", "guardian", "address"),
    *("suppressed", "contact_credit", "priority", "exited", "converted", "frequency_cap"),
    *("quiet_hours", "budget", "missing_variable"),
    *(
        "ended",
        "something_else",
        "no_message",
        "killed",
        "on_the_way",
        "queued",
        "expired",
        "refused",
        "fault",
        "unreachable",
    ),
    *("unknown", "bounced", "no_report", "not_opened"),
    *("nothing_given", "not_claimed", "coupon_over", "not_redeemed", "no_order", "ghost"),
)
OTHER = "other"


class Absence(StrEnum):
    """Why a rung has no figure: the campaign has no such step, or nobody knows."""

    NOT_PART = "not_part"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Way:
    """So many members came to the rung at `place` and no further, for this reason."""

    place: int
    reason: str
    members_count: int


@dataclass(frozen=True)
class Loss:
    reason: str
    members_count: int


@dataclass(frozen=True, kw_only=True)
class Step:
    """A rung with its figure. `lost` are those of the rung before that is known, by reason, the
    most first; `members_count` None: see `absence`."""

    rung: Rung
    members_count: int | None = None
    lost: tuple[Loss, ...] = ()
    absence: Absence | None = None

    @property
    def lost_count(self) -> int:
        return sum(loss.members_count for loss in self.lost)


def ladder(ways: Iterable[Way], *, absent: Mapping[Rung, Absence]) -> tuple[Step, ...]:
    """All rungs. Whoever stands on an absent rung stands before the next known one."""
    told = list(ways)
    steps, before = [], 0
    for rung in LADDER:
        place = PLACE[rung]
        if rung in absent:
            steps.append(Step(rung=rung, absence=absent[rung]))
            continue
        here = sum(way.members_count for way in told if way.place >= place)
        lost = [way for way in told if before <= way.place < place]
        steps.append(Step(rung=rung, members_count=here, lost=_by_reason(lost)))
        before = place
    return tuple(steps)


def _by_reason(ways: Iterable[Way]) -> tuple[Loss, ...]:
    counts: Counter[str] = Counter()
    for way in ways:
        counts[way.reason] += way.members_count
    # Equal counts in the order of the reasons, so that a page looks the same twice.
    order = {reason: place for place, reason in enumerate(REASONS)}
    found = sorted(counts.items(), key=lambda one: (-one[1], order.get(one[0], len(order))))
    return tuple(Loss(reason, count) for reason, count in found if count)
