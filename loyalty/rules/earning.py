"""What an order earns, and why: points of lines, bonuses, lots, and the decision trace.

Source: docs/algorithms/earning.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from loyalty.rules import (
    earning_caps,
    earning_combine,
    earning_lots,
    earning_matching,
    earning_trace,
    shares,
)
from loyalty.rules.earning_caps import Limits
from loyalty.rules.earning_compile import BEST, FIXED, MULTIPLIER, PER_AMOUNT, Rule, Selection
from loyalty.rules.earning_facts import Facts
from loyalty.rules.earning_lots import Bonus, LotShare
from loyalty.rules.earning_matching import Hit, Miss

NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Use:
    """What counts against the caps and the budget of a rule; code "" is the programme."""

    code: str
    rule_id: int | None
    points: int
    budget_id: int | None = None
    is_strict: bool = True


@dataclass(frozen=True, slots=True)
class Award:
    """Points of an order and of each of its lines, with what led to them. `points` are those of
    the lines and of the bonuses; `lots` say with which life, `uses` what
    counts against caps and budgets."""

    points: int
    line_points: tuple[int, ...]
    breakdown: tuple[dict[str, Any], ...]
    trace: dict[str, Any]
    lots: tuple[LotShare, ...] = ()
    bonuses: tuple[Bonus, ...] = ()
    uses: tuple[Use, ...] = ()


def missed(eligible_amounts: Sequence[int], why: str) -> Award:
    """No points at all; `why` is `no_member`, `no_money` or `no_rule`."""
    trace = {"eligible_amount": sum(eligible_amounts), "missed": why}
    return Award(0, (0,) * len(eligible_amounts), (), trace)


def award(selection: Selection, facts: Facts, limits: Limits = NO_LIMITS) -> Award:
    """What an order earns by the rules in force, within the limits."""
    if not selection.rules and not selection.near:
        return missed(facts.eligible_amounts, "no_rule")
    if sum(facts.eligible_amounts) <= 0:
        return missed(facts.eligible_amounts, "no_money")
    if selection.plain is not None:
        buyer = facts.buyer
        return plain(facts.eligible_amounts, selection.plain, buyer.tier, buyer.coefficient_percent)
    return _award(selection, facts, limits)


def plain(
    eligible_amounts: Sequence[int], rule: Rule, tier_code: str, coefficient_percent: int
) -> Award:
    """The usual case, one base rule and the tier's coefficient: eligible × rule × coefficient,
    rounded down once, shared over the lines by largest remainder."""
    eligible = sum(eligible_amounts)
    base = eligible * rule.points // rule.per_amount
    points = eligible * rule.points * coefficient_percent // (rule.per_amount * 100)
    line_points = tuple(shares.split(points, eligible_amounts))
    rows = [{"id": f"rule:{rule.code}", "points": base}]
    if points != base:
        rows.append({"id": f"tier:{tier_code}", "points": points - base})
    return Award(
        points=points,
        line_points=line_points,
        breakdown=tuple(rows),
        trace={
            "eligible_amount": eligible,
            "rule": rule.code,
            "version": rule.version,
            "per_amount": rule.per_amount,
            "points": rule.points,
            "base_points": base,
            "tier": tier_code,
            "coefficient_percent": coefficient_percent,
            "earned_points": points,
        },
        lots=(LotShare(None, line_points, points=points),) if points else (),
    )


def _award(selection: Selection, facts: Facts, limits: Limits) -> Award:
    hits, misses = earning_matching.sort_out(selection, facts)
    hits = _allowed(hits, misses, limits)
    by_effect: dict[str, list[Hit]] = {PER_AMOUNT: [], MULTIPLIER: [], FIXED: []}
    for hit in hits:
        by_effect[hit.rule.effect].append(hit)
    buyer = facts.buyer
    steps = earning_combine.combine(
        by_effect[PER_AMOUNT],
        by_effect[MULTIPLIER],
        earning_combine.Tier(buyer.tier, buyer.coefficient_percent, selection.tier_group),
        facts.eligible_amounts,
        limits,
    )
    bonuses = _bonuses(by_effect[FIXED], misses, limits)
    before = sum(step.points for step in steps) + sum(bonus.points for bonus in bonuses)
    room = earning_caps.headroom(selection.caps, limits.used.get("", earning_caps.NOTHING))
    cut = 0 if room.points is None else max(0, before - room.points)
    bonuses, cut_lines = _cut_bonuses(bonuses, cut, room.reason)
    lots = earning_lots.divide(steps, bonuses, cut_lines)
    size = len(facts.eligible_amounts)
    outcome = earning_trace.Outcome(
        facts, steps, bonuses, misses, before - cut, room.reason if cut else "", cut
    )
    return Award(
        points=before - cut,
        line_points=tuple(sum(lot.line_points[index] for lot in lots) for index in range(size)),
        breakdown=earning_trace.breakdown(outcome),
        trace=earning_trace.trace(outcome),
        lots=tuple(lots),
        bonuses=tuple(bonuses),
        uses=_uses(selection, steps, bonuses, before - cut),
    )


def _allowed(hits: Sequence[Hit], misses: list[Miss], limits: Limits) -> list[Hit]:
    """Rules that may still give something: an exhausted one doesn't compete with others."""
    found = []
    for hit in hits:
        limit = earning_caps.allowance(hit.rule, limits)
        if limit.points == 0:
            misses.append(Miss(hit.rule, limit.reason))
        else:
            found.append(hit)
    return found


def _bonuses(hits: Sequence[Hit], misses: list[Miss], limits: Limits) -> list[Bonus]:
    """Of one `best` group the largest counts; others add up."""
    found = []
    for hit in hits:
        limit = earning_caps.allowance(hit.rule, limits)
        asked = hit.rule.points
        points = asked if limit.points is None else min(asked, limit.points)
        reason = limit.reason if points < asked else ""
        found.append(Bonus(hit.rule, points, asked, hit.lines, reason))
    kept = []
    for bonus in found:
        rivals = [one for one in found if one.rule.stack == bonus.rule.stack]
        best = max(rivals, key=lambda one: one.points)
        if bonus.rule.stack.mode == BEST and best is not bonus:
            misses.append(Miss(bonus.rule, "lost", {"to": best.rule.code}))
        else:
            kept.append(bonus)
    return kept


def _cut_bonuses(bonuses: Sequence[Bonus], cut: int, reason: str) -> tuple[list[Bonus], int]:
    """The programme's cap cuts bonuses first, the last one first; gives what is left to cut."""
    kept: list[Bonus] = []
    for bonus in reversed(bonuses):
        part = min(cut, bonus.points)
        cut -= part
        limit = reason if part else bonus.limit
        kept.append(Bonus(bonus.rule, bonus.points - part, bonus.asked, bonus.lines, limit))
    return kept[::-1], cut


def _uses(
    selection: Selection,
    steps: Sequence[earning_combine.Step],
    bonuses: Sequence[Bonus],
    points: int,
) -> tuple[Use, ...]:
    given = [(step.rule, step.points) for step in steps if step.rule]
    given += [(bonus.rule, bonus.points) for bonus in bonuses]
    uses = [
        Use(rule.code, rule.id, count, rule.budget_id, rule.is_strict)
        for rule, count in given
        if count > 0 and (rule.has_budget or rule.caps.looks_back)
    ]
    if selection.caps.looks_back and points > 0:
        uses.append(Use("", None, points))
    return tuple(uses)
