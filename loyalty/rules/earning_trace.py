"""Why an order earned what it earned: each rule that was considered, in a few words of JSON.

Staff and members read it, so it never holds personal data.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from loyalty.rules.earning_combine import Step
from loyalty.rules.earning_compile import MULTIPLIER, PER_AMOUNT, Rule
from loyalty.rules.earning_facts import Facts
from loyalty.rules.earning_lots import Bonus
from loyalty.rules.earning_matching import Miss

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an order was judged. `cut` points fell to the programme's cap `cut_by`."""

    facts: Facts
    steps: Sequence[Step]
    bonuses: Sequence[Bonus]
    misses: Sequence[Miss]
    points: int
    cut_by: str
    cut: int


def breakdown(outcome: Outcome) -> tuple[Row, ...]:
    """What each rule brought; the rows sum to the order's points."""
    rows: list[Row] = [
        {"id": step.id, "points": step.points}
        for step in outcome.steps
        if step.points or (step.rule and step.rule.effect == PER_AMOUNT and not step.lost_to)
    ]
    uncut = outcome.cut
    for bonus in outcome.bonuses:
        own = min(bonus.asked, bonus.points)
        rows.append({"id": f"rule:{bonus.rule.code}", "points": own})
    left = sum(row["points"] for row in rows) - outcome.points
    if uncut and left:
        rows.append({"id": f"cap:{outcome.cut_by}", "points": -left})
    return tuple(rows)


def trace(outcome: Outcome) -> Row:
    """The decision trace. `rules` names those that hit, in the order in which they counted,
    then those that missed."""
    facts = outcome.facts
    rules = [_step(step, facts) for step in outcome.steps if step.rule is not None]
    rules += [_bonus(bonus, facts) for bonus in outcome.bonuses]
    rules += [_miss(miss) for miss in outcome.misses]
    found: Row = {
        "eligible_amount": sum(facts.eligible_amounts),
        "tier": facts.buyer.tier,
        "coefficient_percent": facts.buyer.coefficient_percent,
        "tier_points": sum(step.points for step in outcome.steps if step.rule is None),
        "earned_points": outcome.points,
        "rules": rules,
    }
    if outcome.cut:
        found["trimmed"] = {"by": outcome.cut_by, "points": outcome.cut}
    return found


def _step(step: Step, facts: Facts) -> Row:
    assert step.rule is not None
    row = {**_head(step.rule, is_hit=not step.lost_to), **_lines(step.lines, facts)}
    if step.lost_to:
        return {**row, "why": "lost", "to": step.lost_to.partition(":")[2]}
    row["points"] = step.points
    if step.trimmed:
        row["trimmed"] = {"by": step.limit.reason, "points": step.trimmed}
    return row


def _bonus(bonus: Bonus, facts: Facts) -> Row:
    row = {**_head(bonus.rule, is_hit=True), **_lines(bonus.lines, facts), "points": bonus.points}
    if bonus.points < bonus.asked:
        row["trimmed"] = {"by": bonus.limit, "points": bonus.asked - bonus.points}
    return row


def _miss(miss: Miss) -> Row:
    return {**_head(miss.rule, is_hit=False), "why": miss.why, **miss.details}


def _head(rule: Rule, *, is_hit: bool) -> Row:
    row: Row = {"rule": rule.code, "version": rule.version, "effect": rule.effect, "hit": is_hit}
    if rule.effect == PER_AMOUNT:
        row |= {"rate": rule.points, "per_amount": rule.per_amount}
    elif rule.effect == MULTIPLIER:
        row["percent"] = rule.percent
    else:
        row["rate"] = rule.points
    if rule.group is not None:
        row["group"] = rule.group.code
    return row


def _lines(lines: Sequence[int], facts: Facts) -> Row:
    """Numbers of the lines that matched, where they are not all that earn."""
    if len(lines) == sum(amount > 0 for amount in facts.eligible_amounts):
        return {}
    return {"lines": [index + 1 for index in lines]}
