"""What an earning rule can't be, before anybody is asked to publish it."""

from collections.abc import Iterator

from loyalty.models import EarningRule
from loyalty.rules import order_fields
from members.errors import DomainError
from members.rules import conditions

MOST_PERCENT = 10_000
_Effect = EarningRule.Effect
Problem = tuple[str, str, str]


class BadRule(DomainError):
    """This rule can't be published as it is."""

    code = "bad_rule"
    status = 422


def check(rule: EarningRule) -> None:
    """Nothing, or a refusal that names the field, the problem and how to mend it.

    Raises: BadRule; BadCondition, with the place in the tree.
    """
    conditions.parse(rule.condition, order_fields.FIELDS)
    for field, problem, message in _problems(rule):
        raise BadRule(message, field=field, problem=problem)


def _problems(rule: EarningRule) -> Iterator[Problem]:
    yield from _effect(rule)
    yield from _limits(rule)
    yield from _life(rule)
    if rule.valid_until is not None and rule.valid_until <= rule.valid_from:
        yield "valid_until", "ends_before_it_begins", "the rule must end after it begins"
    if rule.group is not None and rule.group.program_id != rule.program_id:
        yield "group", "other_program", "the stacking group belongs to another programme"


def _effect(rule: EarningRule) -> Iterator[Problem]:
    if rule.effect == _Effect.MULTIPLIER:
        if not 0 <= rule.percent <= MOST_PERCENT:
            yield "percent", "out_of_range", f"a multiplier is from 0 to {MOST_PERCENT} %"
        if rule.percent == 100:
            yield "percent", "no_effect", "100 % changes nothing"
    elif rule.points < 1:
        yield "points", "no_points", "the rule gives no points: say at least 1"
    if rule.effect == _Effect.PER_AMOUNT and rule.per_amount < 1:
        yield "per_amount", "no_amount", "points per an amount need an amount"


def _limits(rule: EarningRule) -> Iterator[Problem]:
    for field in (
        "cap_order_points",
        "cap_day_points",
        "cap_month_points",
        "cap_member_points",
        "budget_points",
    ):
        if getattr(rule, field) == 0:
            yield field, "nothing_left", "with 0 the rule never gives anything: leave it empty"


def _life(rule: EarningRule) -> Iterator[Problem]:
    kinds = type(rule.program).Validity
    if rule.validity in (kinds.DAYS, kinds.MONTHS) and rule.validity_count < 1:
        yield "validity_count", "no_count", "say how many days or months"
    if rule.validity == kinds.FIXED_DATES and not rule.program.validity_dates:
        yield "validity", "no_dates", "the programme has no fixed dates"
