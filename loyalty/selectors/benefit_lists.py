"""A member's benefits in the order in which they are shown: priority and weights, ties by code.

Source: docs/algorithms/benefits.md, "Order".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from loyalty.models import BenefitUse, BenefitWeight
from loyalty.rules import benefit_scores
from loyalty.rules.benefit_scores import Listed, Signals, Weight
from loyalty.selectors import benefits
from loyalty.selectors.benefits import Found
from members.models import BehaviorEvent, Member, MemberTag

_OF_CONDUCT = {BenefitWeight.Signal.BEHAVIOR, BenefitWeight.Signal.USED}


@dataclass(frozen=True)
class Shown:
    """A benefit in its place: the score, and the weights that made it."""

    found: Found
    score: int
    lifts: tuple[Weight, ...]


def of_member(*, member_id: int, at: datetime) -> list[Shown]:
    """What a member has, the highest score first; usable or not.

    Raises: NotFound.
    """
    found = benefits.of_member(member_id=member_id, at=at)
    if not found:
        return []
    weights = _weights()
    signals = _signals(member_id, weights)
    shown = [_shown(one, weights, signals, at) for one in found]
    return sorted(shown, key=lambda one: (-one.score, one.found.promise.code))


def _shown(found: Found, weights: Sequence[Weight], signals: Signals, at: datetime) -> Shown:
    lifts = benefit_scores.lifts(Listed(found.promise, found.standing), weights, signals, at)
    return Shown(found, found.promise.priority + sum(one.points for one in lifts), lifts)


def _weights() -> list[Weight]:
    fields = ("benefit_id", "signal", "ref", "days", "points")
    return [Weight(*row) for row in BenefitWeight.objects.order_by("pk").values_list(*fields)]


def _signals(member_id: int, weights: Sequence[Weight]) -> Signals:
    """Asks only for what some weight looks at. What they did counts for nobody who objected to
    profiling, or whose data are restricted."""
    asked = {one.signal for one in weights}
    tags: frozenset[str] = frozenset()
    if BenefitWeight.Signal.TAG in asked:
        borne = MemberTag.objects.filter(member_id=member_id)
        tags = frozenset(borne.values_list("tag__code", flat=True))
    if not (asked & _OF_CONDUCT and _is_profiled(member_id)):
        return Signals(tags=tags)
    return Signals(
        tags=tags,
        behaviors=_behaviors(member_id, {one.ref for one in weights if one.signal == "BEHAVIOR"}),
        uses=_uses(member_id) if BenefitWeight.Signal.USED in asked else {},
    )


def _is_profiled(member_id: int) -> bool:
    open_ones = Member.objects.filter(state=Member.State.ACTIVE, is_profiled=True)
    return open_ones.filter(pk=member_id).exists()


def _behaviors(member_id: int, kinds: set[str]) -> dict[str, datetime]:
    if not kinds:
        return {}
    own = BehaviorEvent.objects.filter(member_id=member_id, kind__in=kinds)
    return dict(own.values("kind").annotate(last=Max("occurred_at")).values_list("kind", "last"))


def _uses(member_id: int) -> dict[int, datetime]:
    own = BenefitUse.objects.filter(member_id=member_id, state=BenefitUse.State.USED)
    last = own.values("benefit_id").annotate(last=Max("used_at"))
    return dict(last.values_list("benefit_id", "last"))
