"""In which order a member's benefits are shown.

Source: docs/algorithms/benefits.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from loyalty.rules.benefits import Promise, Standing


@dataclass(frozen=True)
class Weight:
    """What lifts a benefit; without `benefit_id` any of them."""

    benefit_id: int | None
    signal: str
    ref: str
    days: int | None
    points: int


@dataclass(frozen=True)
class Signals:
    """What is known of a member for the order: tags by code, and when behaviors were last seen
    and benefits (by id) last used, as instants."""

    tags: frozenset[str] = frozenset()
    behaviors: Mapping[str, datetime] = field(default_factory=dict)
    uses: Mapping[int, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Listed:
    """A benefit in a member's list."""

    promise: Promise
    found: Standing


def lifts(
    one: Listed, weights: Iterable[Weight], signals: Signals, at: datetime
) -> tuple[Weight, ...]:
    """The weights that hold for a member's benefit; its score is its priority and their points."""
    return tuple(
        weight
        for weight in weights
        if weight.benefit_id in (None, one.promise.id) and _holds(weight, one, signals, at)
    )


def _holds(weight: Weight, one: Listed, signals: Signals, at: datetime) -> bool:
    found = one.found
    if weight.signal == "TAG":
        return weight.ref in signals.tags
    if weight.signal == "LEFT":
        return found.is_usable and found.left is not None and found.left > 0
    span = timedelta(days=weight.days or 0)
    if weight.signal == "ENDS":
        return found.is_usable and found.until is not None and found.until <= at + span
    if weight.signal == "USED":
        seen = signals.uses.get(one.promise.id)
    else:
        seen = signals.behaviors.get(weight.ref)
    return seen is not None and at - span <= seen
