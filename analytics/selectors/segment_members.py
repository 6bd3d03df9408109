"""Whom a segment would have, and why somebody is in it or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analytics.models import Segment, SegmentOverride
from analytics.selectors import segments
from members.models import Consent
from members.selectors import member_conditions, member_counts, member_explanations
from members.selectors.member_counts import Preview
from members.selectors.member_explanations import Explanation


@dataclass(frozen=True)
class Why:
    """`since_at` None: not in it, as of its last build. `by_hand` is what a hand said: in (True),
    out (False), or nothing; `explanation` what the condition says now."""

    since_at: datetime | None
    by_hand: bool | None
    explanation: Explanation


def preview(*, tree: Mapping[str, Any], at: datetime, purpose: str = "") -> Preview:
    """How many members a condition is true of now, some of them, and whom each medium reaches for
    the purpose; a count of None took too long to wait for.

    Raises: BadCondition.
    """
    asked = Consent.Purpose(purpose).value if purpose else ""
    return member_counts.preview(member_conditions.read(tree), at=at, purpose=asked)


def why(*, segment: Segment, member_id: int, at: datetime) -> Why | None:
    """Why (not) this member; None without such a member.

    Raises: BadCondition.
    """
    condition = member_conditions.read(segment.condition)
    explanation = member_explanations.explain(condition, member_id=member_id, at=at)
    if explanation is None:
        return None
    hands = SegmentOverride.objects.filter(segment=segment, member_id=member_id)
    return Why(
        since_at=segments.since(segment_id=segment.pk, member_id=member_id),
        by_hand=hands.values_list("is_included", flat=True).first(),
        explanation=explanation,
    )
