"""Why what lost has lost. Source: docs/algorithms/quotes.md, "What lost, and why"."""

from collections.abc import Sequence
from typing import Any

from campaigns.rules import quote_evaluation as evaluation
from campaigns.rules import quote_search as search
from campaigns.rules.quote_candidates import Candidate
from campaigns.rules.quote_evaluation import Outcome
from campaigns.rules.quote_shapes import Rejected
from campaigns.rules.quote_states import Miss
from campaigns.rules.quote_tables import Table

LOWER_VALUE, EXCLUDED_BY = "lower_value", "excluded_by"


def explain(candidates: Sequence[Candidate], chosen: Outcome, table: Table) -> list[Rejected]:
    """A reason for every candidate that isn't among the chosen."""
    winners = [candidate for candidate, _ in chosen.taken]
    if len(winners) == len(candidates):
        return []
    won = {id(candidate) for candidate in winners}
    return [
        _rejected(candidate, _why(candidate, winners, chosen, table))
        for candidate in candidates
        if id(candidate) not in won
    ]


def _rejected(candidate: Candidate, miss: Miss) -> Rejected:
    coupon, discount = candidate.coupon, candidate.discount
    return Rejected(
        what=discount.what,
        code=candidate.code,
        reason=miss.reason,
        id=discount.id if coupon is None else coupon.id,
        type_code="" if coupon is None else discount.code,
        figures=miss.figures,
    )


def _why(candidate: Candidate, winners: Sequence[Candidate], chosen: Outcome, table: Table) -> Miss:
    alone = evaluation.evaluate((candidate,), table)
    if not alone.taken:
        return alone.misses[0][1]
    amount = {"amount": alone.taken[0][1].amount}
    in_the_way = _in_the_way(candidate, winners)
    if in_the_way is None:
        return _beside(candidate, winners, table) or Miss(LOWER_VALUE, amount)
    if candidate.is_exclusive:
        return Miss(LOWER_VALUE, amount)
    return _instead(candidate, in_the_way, winners, chosen, table, amount)


def _in_the_way(candidate: Candidate, winners: Sequence[Candidate]) -> Candidate | None:
    """The first winner beside which the candidate isn't allowed."""
    return next((one for one in winners if not search.may_join(candidate, (one,))), None)


def _beside(candidate: Candidate, winners: Sequence[Candidate], table: Table) -> Miss | None:
    """Why it takes nothing once the winners have taken theirs; None: it would."""
    together = evaluation.evaluate(_ordered([*winners, candidate]), table)
    return next((miss for one, miss in together.misses if one is candidate), None)


def _instead(
    candidate: Candidate,
    in_the_way: Candidate,
    winners: Sequence[Candidate],
    chosen: Outcome,
    table: Table,
    figures: dict[str, Any],
) -> Miss:
    """Of a group the better one won; beside an exclusive one nothing goes."""
    by = {EXCLUDED_BY: in_the_way.code}
    if in_the_way.is_exclusive:
        return Miss(EXCLUDED_BY, by)
    others = [one for one in winners if one is not in_the_way]
    swapped = evaluation.evaluate(_ordered([*others, candidate]), table)
    if swapped.score < chosen.score:
        return Miss(LOWER_VALUE, figures | by)
    return Miss(EXCLUDED_BY, by)


def _ordered(candidates: Sequence[Candidate]) -> list[Candidate]:
    return sorted(candidates, key=lambda one: one.order)
