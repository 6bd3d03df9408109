"""Rows of an order beside its lines: bonuses, and what counts against caps and budgets."""

from loyalty.rules import bonuses
from loyalty.services import cases, rule_inputs
from loyalty.services.answers import Earned
from loyalty.services.cases import Case
from loyalty.services.posting import Posting
from loyalty.services.programs import Terms


def add(case: Case, earned: Earned, posting: Posting, terms: Terms) -> None:
    """Adds the rows; a plain order has none."""
    award = earned.award
    if award.bonuses:
        _add_bonuses(case, earned, posting, terms)
    if award.uses and case.state is not None:
        day = rule_inputs.day_of(case.document.occurred_at, terms)
        for use in award.uses:
            posting.add(
                "rule_uses",
                {
                    "member_id": case.state.member_id,
                    "order_id": case.order_id,
                    "rule_id": use.rule_id,
                    "code": use.code,
                    "business_date": day,
                    "points": use.points,
                },
            )
    if case.inputs.purse.returns:
        for back in case.inputs.purse.returns:
            posting.add("budget_returns", dict(back))
        case.inputs.purse.returns.clear()


def _add_bonuses(case: Case, earned: Earned, posting: Posting, terms: Terms) -> None:
    facts = cases.facts(case, terms)
    for lot_number, lot in enumerate(earned.award.lots):
        for index in lot.bonuses:
            bonus = earned.award.bonuses[index]
            posting.add(
                "bonuses",
                {
                    "order_id": case.order_id,
                    "number": index + 1,
                    "rule_id": bonus.rule.id,
                    "lot_number": lot_number,
                    "points": bonus.points,
                    "on_return": bonus.rule.on_return,
                    "facts": bonuses.snapshot(bonus.rule, facts, bonus.lines),
                },
            )
