"""What a refund takes back beside the lines' points: bonuses, uses of rules, qualifying points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from loyalty.models import EarningRule, Order, OrderBonus, OrderLine, Program, RuleBudget, RuleUse
from loyalty.rules import bonuses as rules
from loyalty.rules import refunds
from loyalty.rules.bonuses import LeftLine
from loyalty.rules.earning_compile import Rule
from loyalty.services import rulebooks
from loyalty.services.posting import Posting
from loyalty.services.programs import Terms


@dataclass(frozen=True)
class Returned:
    """An order with what comes back now: `shares` by line, and told quantities by line id."""

    order: Order
    lines: Sequence[OrderLine]
    shares: Sequence[refunds.LineShare]
    quantities: Mapping[str, Decimal]


@dataclass(frozen=True)
class Taken:
    """Points to be taken back, by lot of the order; how many of each bonus; of the qualifying
    points."""

    by_lot: tuple[int, ...] = ()
    bonuses: tuple[tuple[OrderBonus, int], ...] = ()
    qualifying_points: int = 0


def assess(returned: Returned, terms: Terms) -> Taken:
    """What comes back of an order's points, cumulatively exact."""
    left = [_left(returned, index) for index in range(len(returned.lines))]
    taken = tuple(_bonus(row, left, terms) for row in _bonuses(returned.order))
    by_lot: list[int] = []
    for line, share in zip(returned.lines, returned.shares, strict=True):
        parts = refunds.by_lot(sold_line(line), share.clawed_points, line.lot_points)
        _add(by_lot, parts)
    for row, points in taken:
        _add(by_lot, [0] * row.lot_number + [points])
    return Taken(tuple(by_lot), taken, _qualifying(returned.order, left))


def sold_line(line: OrderLine) -> refunds.SoldLine:
    return refunds.SoldLine(
        line.net_amount,
        line.money_amount,
        line.earned_points,
        line.refunded_amount,
        line.clawed_points,
    )


def post(returned: Returned, taken: Taken, batch: Posting, terms: Terms) -> None:
    """Adds what changes of the bonuses, and gives headroom and budgets back."""
    for row, points in taken.bonuses:
        if points:
            batch.add("bonus_changes", {"id": row.pk, "points": points})
    if "rules" not in returned.order.trace:
        return
    for use in RuleUse.objects.filter(order_id=returned.order.pk).order_by("pk"):
        points = _of_use(use, returned, taken) - use.returned_points
        if points > 0:
            batch.add("use_changes", {"id": use.pk, "points": points})
            _refill(use, points, batch, terms)


def _bonuses(order: Order) -> list[OrderBonus]:
    # Orders of a plain programme have none, and their traces no list of rules.
    if "rules" not in order.trace:
        return []
    return list(OrderBonus.objects.filter(order_id=order.pk).order_by("number"))


def _left(returned: Returned, index: int) -> LeftLine:
    """What is left of a line. Nothing of its value is left: nothing of its quantity either."""
    line, share = returned.lines[index], returned.shares[index]
    refunded = line.refunded_amount + share.value_amount
    quantity = line.quantity - line.refunded_quantity - returned.quantities.get(line.line_id, 0)
    if line.net_amount > 0 and refunded >= line.net_amount:
        quantity = Decimal(0)
    gone = sold_line(line).refunded_money(refunded) if line.eligible_amount else 0
    return LeftLine(
        net_amount=line.net_amount - refunded,
        quantity=max(Decimal(0), quantity),
        eligible_amount=max(0, line.eligible_amount - gone),
        sold_eligible_amount=line.eligible_amount,
    )


def _bonus(row: OrderBonus, left: Sequence[LeftLine], terms: Terms) -> tuple[OrderBonus, int]:
    rule = _rule(row.rule_id, terms)
    now = row.clawed_points
    if rule is not None:
        now = rules.taken_back(rule, row.points, row.on_return, row.facts, left)
    # What has come back stays back, also where less would qualify again.
    return row, max(0, now - row.clawed_points)


def _rule(rule_id: int, terms: Terms) -> Rule | None:
    """The version that gave it; of a programme that is no longer in force it is read anew."""
    found = terms.rules.rule(rule_id)
    if found is not None:
        return found
    rows = EarningRule.objects.filter(pk=rule_id)
    program = Program.objects.filter(earning_rules__in=rows).first()
    return next(iter(rulebooks.compiled(rows, program)), None) if program else None


def _qualifying(order: Order, left: Sequence[LeftLine]) -> int:
    sold = sum(line.sold_eligible_amount for line in left)
    gone = sold - sum(line.eligible_amount for line in left)
    now = refunds.clawed(order.qualifying_points, sold, gone)
    return max(0, now - order.returned_qualifying_points)


def _of_use(use: RuleUse, returned: Returned, taken: Taken) -> int:
    """How much of what a rule gave has come back, in all: its bonus, or its share of the points
    of the lines that it counted on."""
    own = [(row, points) for row, points in taken.bonuses if row.rule_id == use.rule_id]
    if own:
        return min(use.points, sum(row.clawed_points + points for row, points in own))
    lines = _lines_of(use, returned)
    earned = sum(line.earned_points for line, _ in lines)
    clawed = sum(line.clawed_points + share.clawed_points for line, share in lines)
    if use.code == "":
        earned += sum(row.points for row, _ in taken.bonuses)
        clawed += sum(row.clawed_points + points for row, points in taken.bonuses)
    return refunds.clawed(use.points, earned, clawed)


def _lines_of(use: RuleUse, returned: Returned) -> list[tuple[OrderLine, refunds.LineShare]]:
    every = list(zip(returned.lines, returned.shares, strict=True))
    judged: list[dict[str, Any]] = returned.order.trace.get("rules", [])
    own = next((row for row in judged if row["rule"] == use.code and "lines" in row), None)
    if own is None:
        return every
    return [pair for pair in every if pair[0].number in own["lines"]]


def _refill(use: RuleUse, points: int, batch: Posting, terms: Terms) -> None:
    rule = _rule(use.rule_id, terms) if use.rule_id else None
    if rule is not None and rule.budget_id is not None:
        shard = use.order_id % RuleBudget.SHARDS
        batch.add("budget_returns", {"budget": rule.budget_id, "shard": shard, "points": points})


def _add(sums: list[int], parts: Sequence[int]) -> None:
    for index, part in enumerate(parts):
        if index < len(sums):
            sums[index] += part
        else:
            sums.append(part)
