"""Scorecards: what the measures came to in a period, beside where they should be."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.db.models import QuerySet

from analytics.models import Scorecard, ScorecardItem
from analytics.registry import measures
from analytics.registry.measures import MEASURES, Measure, Value
from analytics.rules import ratios, scorecards
from analytics.rules.scorecards import Goal
from analytics.selectors.figures import Unit
from analytics.selectors.filters import Filters


@dataclass(frozen=True, kw_only=True)
class Line:
    """One target, in the unit of the measure, amounts in minor units; `part` is how much of it is
    reached, 0 to 1, None where the figure can't be told."""

    measure: Measure
    value: Value
    target: Decimal
    goal: Goal
    part: Fraction | None

    @property
    def attained_percent(self) -> Decimal | None:
        return None if self.part is None else ratios.percent(self.part, 1)


@dataclass(frozen=True, kw_only=True)
class Card:
    """`score` in per cent; None where nothing can be told. `unknown` are targets of measures that
    are no longer defined."""

    scorecard: Scorecard
    lines: Sequence[Line]
    score: Decimal | None
    unknown: Sequence[str] = ()


def rows() -> "QuerySet[Scorecard]":
    """In the order of their codes, with their targets."""
    return Scorecard.objects.order_by("code").prefetch_related("items")


def read(scorecard: Scorecard, filters: Filters) -> Card:
    """The card over the filters' period."""
    items = list(scorecard.items.all())
    lines = [_line(item, filters) for item in items if item.measure in MEASURES]
    score = scorecards.score((line.goal, line.part) for line in lines)
    return Card(
        scorecard=scorecard,
        lines=lines,
        score=None if score is None else ratios.percent(score, 1),
        unknown=[item.measure for item in items if item.measure not in MEASURES],
    )


def exact(unit: Unit, value: Value) -> Fraction | None:
    """The figure before it was rounded, where its parts are known: a target of 60 % isn't reached
    by 59.96 %."""
    if value.value is None:
        return None
    if unit == Unit.PERCENT and value.numerator is not None and value.denominator:
        return 100 * Fraction(value.numerator) / Fraction(value.denominator)
    return Fraction(value.value)


def _line(item: ScorecardItem, filters: Filters) -> Line:
    measure = measures.measure(item.measure)
    value = measure.read(filters)
    goal = Goal(
        target=Fraction(item.target),
        weight=item.weight_percent,
        is_lower_better=item.is_lower_better,
    )
    part = scorecards.attained(goal, exact(measure.unit, value))
    return Line(measure=measure, value=value, target=item.target, goal=goal, part=part)
