"""Whom an audience would have while somebody is still choosing it: not saved, counted at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analytics.models import Segment
from analytics.selectors import segment_members
from members.rules.conditions import BadCondition
from members.selectors.member_counts import Preview

UNKNOWN = Preview(None, (), {})


@dataclass(frozen=True)
class Chosen:
    """What was chosen so far; all of it empty: every active member."""

    segment: Segment | None
    condition: Mapping[str, Any]
    store_codes: Sequence[str]


def preview(*, chosen: Chosen, purpose: str, at: datetime) -> Preview:
    """How many members they are, some of them, and whom each medium reaches for the purpose; a
    count of None is too much to be counted while somebody waits."""
    parts = [one for one in (_of(chosen.segment), chosen.condition, _at(chosen.store_codes)) if one]
    try:
        return segment_members.preview(tree=_all(parts), at=at, purpose=purpose)
    except BadCondition:
        return UNKNOWN


def _of(segment: Segment | None) -> Mapping[str, Any]:
    """A dynamic segment is judged anew, as a run does; others are as they were built."""
    if segment is None:
        return {}
    if segment.kind == Segment.Kind.DYNAMIC and segment.condition:
        tree: Mapping[str, Any] = segment.condition
        return tree
    return {"field": "segments", "op": "contains", "value": segment.code}


def _at(codes: Sequence[str]) -> Mapping[str, Any]:
    return {"field": "store.code", "op": "in", "value": list(codes)} if codes else {}


def _all(parts: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Parts that are lists of their own are joined: a tree has only so many levels."""
    joined: list[Any] = []
    for one in parts:
        joined += one["all"] if list(one) == ["all"] else [one]
    return {"all": joined}
