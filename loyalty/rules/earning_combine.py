"""How rules that hit add up: exact fractions, rounded down once for the order.

Base rules give points per line, which add up, or of one `best` group the better per line. Each
multiplier and the tier's coefficient is in a group; groups multiply each other. All values are
whole numerators over one denominator.
Source: docs/algorithms/earning.md, "Several rules".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import lcm

from loyalty.rules.earning_caps import Allowance, Limits, allowance
from loyalty.rules.earning_compile import ADD, BEST, MULTIPLY, Group, Rule
from loyalty.rules.earning_matching import Hit


@dataclass(frozen=True, slots=True)
class Tier:
    """The tier's coefficient, as a multiplier of all lines."""

    code: str
    percent: int
    group: Group


@dataclass(slots=True)
class Step:
    """What one rule, or the tier, adds: `values` by line over the common denominator, and whole
    `points` such that the steps sum to the order's. `trimmed` points were cut by `limit`;
    `lost_to` names who was better on every line of a `best` group."""

    id: str
    rule: Rule | None
    lines: tuple[int, ...]
    values: list[int]
    limit: Allowance = field(default_factory=Allowance)
    points: int = 0
    trimmed: int = 0
    lost_to: str = ""


def combine(
    bases: Sequence[Hit],
    multipliers: Sequence[Hit],
    tier: Tier,
    amounts: Sequence[int],
    limits: Limits,
) -> list[Step]:
    """The steps of an order's points, bases first, the tier, then multipliers; `bases` and
    `multipliers` in the order in which they count."""
    steps, whole = _bases(bases, amounts, limits)
    factors = [_Factor(f"tier:{tier.code}", None, tier.group, tier.percent, range(len(amounts)))]
    factors += [
        _Factor(f"rule:{hit.rule.code}", hit.rule, hit.rule.stack, hit.rule.percent, hit.lines)
        for hit in multipliers
    ]
    sums = [sum(column) for column in zip(*(step.values for step in steps), strict=True)]
    if not sums:
        sums = [0] * len(amounts)
    more, widened = _multiply(factors, sums, limits)
    for step in steps:
        step.values = [value * widened for value in step.values]
    _round([*steps, *more], whole * widened)
    return [*steps, *more]


def _bases(hits: Sequence[Hit], amounts: Sequence[int], limits: Limits) -> tuple[list[Step], int]:
    whole = lcm(*(hit.rule.per_amount for hit in hits))
    steps = []
    for hit in hits:
        rate = hit.rule.points * (whole // hit.rule.per_amount)
        values = [0] * len(amounts)
        for index in hit.lines:
            values[index] = amounts[index] * rate
        limit = allowance(hit.rule, limits)
        steps.append(Step(f"rule:{hit.rule.code}", hit.rule, hit.lines, values, limit))
    _best_bases(steps)
    for step in steps:
        whole *= _trim_base(step, steps, whole)
    return steps, whole


def _best_bases(steps: Sequence[Step]) -> None:
    """Of the bases of one `best` group, each line keeps the one that gives most."""
    for group in _by_group(steps).values():
        if len(group) < 2 or group[0].rule is None or group[0].rule.stack.mode != BEST:
            continue
        winners = set()
        for index in range(len(group[0].values)):
            best = max(group, key=lambda step: step.values[index])
            winners.add(best.id)
            for step in group:
                if step is not best:
                    step.values[index] = 0
        _note_lost([step for step in group if not any(step.values)], group, winners)


def _by_group(steps: Sequence[Step]) -> dict[str, list[Step]]:
    groups: dict[str, list[Step]] = {}
    for step in steps:
        if step.rule is not None:
            groups.setdefault(step.rule.stack.code, []).append(step)
    return groups


def _note_lost(losers: Sequence[Step], group: Sequence[Step], winners: set[str]) -> None:
    for step in losers:
        step.lost_to = next((other.id for other in group if other.id in winners), "")


def _trim_base(step: Step, steps: Sequence[Step], whole: int) -> int:
    """A base above its limit shrinks evenly, exactly; gives by how much the denominator grew."""
    most = step.limit.points
    total = sum(step.values)
    if most is None or total <= most * whole:
        return 1
    step.trimmed = total // whole - most
    for other in steps:
        scale = most * whole if other is step else total
        other.values = [value * scale for value in other.values]
    return total


@dataclass(slots=True)
class _Factor:
    id: str
    rule: Rule | None
    group: Group
    percent: int
    lines: Sequence[int]
    # Lines of a `best` group on which another one is better.
    beaten: frozenset[int] = frozenset()


def _multiply(
    factors: Sequence[_Factor], sums: Sequence[int], limits: Limits
) -> tuple[list[Step], int]:
    """A step for each factor, and the common denominator of the groups' factors."""
    groups = {factor.group.code: factor.group for factor in factors}
    parts = {
        code: 100 ** sum(one.group.code == code for one in factors)
        if group.mode == MULTIPLY
        else 100
        for code, group in groups.items()
    }
    widened = 1
    for part in parts.values():
        widened *= part
    for code, group in groups.items():
        if group.mode == BEST:
            _beat([factor for factor in factors if factor.group.code == code], len(sums))
    now = [dict(parts) for _ in sums]
    steps = [_step(factor, sums, now, limits) for factor in factors]
    for step, factor in zip(steps, factors, strict=True):
        if factor.lines and factor.beaten.issuperset(factor.lines):
            step.lost_to = _winner(factor, factors)
    return steps, widened


def _beat(group: Sequence[_Factor], lines: int) -> None:
    for index in range(lines):
        here = [factor for factor in group if index in factor.lines]
        if len(here) < 2:
            continue
        best = max(here, key=lambda factor: factor.percent)
        for factor in here:
            if factor is not best:
                factor.beaten |= {index}


def _winner(loser: _Factor, factors: Sequence[_Factor]) -> str:
    rivals = [one for one in factors if one.group.code == loser.group.code and one is not loser]
    return max(rivals, key=lambda factor: factor.percent).id


def _step(factor: _Factor, sums: Sequence[int], now: list[dict[str, int]], limits: Limits) -> Step:
    values = [0] * len(sums)
    for index in factor.lines:
        if sums[index] == 0 or index in factor.beaten:
            continue
        parts = now[index]
        before = _product(parts)
        parts[factor.group.code] = _turned(factor, parts[factor.group.code])
        values[index] = sums[index] * (_product(parts) - before)
    limit = allowance(factor.rule, limits) if factor.rule else Allowance()
    return Step(factor.id, factor.rule, tuple(factor.lines), values, limit)


def _turned(factor: _Factor, part: int) -> int:
    """The group's factor on a line, once this one counts too."""
    if factor.group.mode == MULTIPLY:
        return part * factor.percent // 100
    if factor.group.mode == ADD:
        return part + factor.percent - 100
    return factor.percent


def _product(parts: Mapping[str, int]) -> int:
    product = 1
    for part in parts.values():
        # Reductions that add up to more than all leave nothing.
        product *= max(0, part)
    return product


def _round(steps: Sequence[Step], whole: int) -> None:
    """Whole points: each step's are the difference of two sums that are rounded down."""
    total = 0
    for step in steps:
        before = total // whole
        total += sum(step.values)
        step.points = total // whole - before
        most = step.limit.points
        if most is not None and step.points > most:
            step.trimmed = max(step.trimmed, step.points - most)
            _shrink(step, most)


def _shrink(step: Step, most: int) -> None:
    # The values only weigh lines from here on; they are rounded to the denominator's unit.
    step.values = [value * most // step.points for value in step.values]
    step.points = most
