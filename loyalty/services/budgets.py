"""Budgets of earning rules: never overspent by any number of orders at the same moment.

Source: loyalty/migrations/sql/budgets.sql; docs/algorithms/earning.md, "Budgets".
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
from django.db import connection
from django.db.models import F, Sum

from loyalty.models import EarningRule, RuleBudget, RuleUse
from loyalty.rules.earning import Award
from loyalty.rules.earning_caps import Limits

_encode = msgspec.json.Encoder().encode
# Budget, shard, points.
Part = tuple[int, int, int]


@dataclass
class Purse:
    """What one posting takes out of budgets. `locks` are budgets of which it takes all shards
    before it begins: a batch comes back to them with every order."""

    locks: tuple[int, ...] = ()
    returns: list[dict[str, int]] = field(default_factory=list)

    def take(self, wants: list[dict[str, Any]], order_id: int) -> list[Part]:
        """Points that the budgets give, by shard; all or, where so set, what is left."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT loyalty_reserve(%s::jsonb, %s, %s)",
                [_encode(wants).decode(), order_id % RuleBudget.SHARDS, list(self.locks)],
            )
            rows = cursor.fetchone()[0]
        self.locks = ()
        found = msgspec.json.decode(rows) if isinstance(rows, str) else rows
        return [(row[0], row[1], row[2]) for row in found]

    def give_back(self, parts: Iterable[Part], points: int) -> None:
        """Notes what of the parts wasn't needed."""
        for budget, shard, part in parts:
            back = min(part, points)
            if back > 0:
                self.returns.append({"budget": budget, "shard": shard, "points": back})
                points -= back


class Glance(Purse):
    """Budgets as they stand, of which nothing is taken: for dry runs."""

    def __init__(self, left: dict[int, int]) -> None:
        super().__init__()
        self._left = left

    def take(self, wants: list[dict[str, Any]], order_id: int) -> list[Part]:
        parts = []
        for want in wants:
            left = self._left.get(want["budget"], 0)
            if left >= want["points"] or not want["is_strict"]:
                parts.append((want["budget"], 0, min(left, want["points"])))
        return parts


def within(judge: Callable[[Limits], Award], limits: Limits, purse: Purse, order_id: int) -> Award:
    """The award that the budgets allow. A rule that gets less than it asked is judged again with
    that, and who had lost to it may ask then."""
    award = judge(limits)
    taken: dict[int, list[Part]] = {}
    while True:
        asks = [use for use in award.uses if use.budget_id and use.rule_id not in limits.grants]
        if not asks:
            break
        wants = [
            {"budget": use.budget_id, "points": use.points, "is_strict": use.is_strict}
            for use in asks
        ]
        parts = purse.take(wants, order_id)
        grants = dict(limits.grants)
        for use in asks:
            assert use.rule_id is not None
            taken[use.rule_id] = [part for part in parts if part[0] == use.budget_id]
            grants[use.rule_id] = sum(part[2] for part in taken[use.rule_id])
        limits = replace(limits, grants=grants)
        if all(grants[use.rule_id] == use.points for use in asks if use.rule_id):
            break
        award = judge(limits)
    used = {use.rule_id: use.points for use in award.uses}
    for rule_id, parts in taken.items():
        purse.give_back(parts, limits.grants[rule_id] - used.get(rule_id, 0))
    return award


def left(*, budget_ids: Iterable[int]) -> dict[int, int]:
    """What is left of each budget, by the id of its first rule; reads, and reserves nothing."""
    ids = list(budget_ids)
    rows = RuleBudget.objects.filter(rule_id__in=ids).values("rule_id")
    found = {row["rule_id"]: row["left"] for row in rows.annotate(left=Sum("left_points"))}
    missing = [one for one in ids if one not in found]
    for rule in EarningRule.objects.filter(pk__in=missing, budget_points__isnull=False):
        found[rule.pk] = rule.budget_points or 0
    return found


def pool_of(rule: EarningRule) -> int:
    """The budget that all versions of a rule share: that of the first one that had any."""
    versions = EarningRule.objects.filter(
        program_id=rule.program_id, code=rule.code, budget_points__isnull=False
    ).exclude(state=EarningRule.State.DRAFT)
    return versions.order_by("version").values_list("pk", flat=True).first() or rule.pk


def publish(rule: EarningRule) -> None:
    """Opens the budget of a rule that is being published. A new version takes over what earlier
    ones have used: the budget that all share becomes the new one's less that."""
    if rule.budget_points is None:
        return
    pool = pool_of(rule)
    # Behind these locks nobody is about to use it.
    list(RuleBudget.objects.select_for_update().filter(rule_id=pool).order_by("shard"))
    left = max(0, rule.budget_points - _used(rule))
    for shard in range(RuleBudget.SHARDS):
        part = left // RuleBudget.SHARDS + (shard < left % RuleBudget.SHARDS)
        RuleBudget.objects.update_or_create(
            rule_id=pool, shard=shard, defaults={"left_points": part}
        )


def _used(rule: EarningRule) -> int:
    versions = EarningRule.objects.filter(
        program_id=rule.program_id, code=rule.code, budget_points__isnull=False
    )
    uses = RuleUse.objects.filter(rule_id__in=list(versions.values_list("pk", flat=True)))
    return int(uses.aggregate(used=Sum(F("points") - F("returned_points"), default=0))["used"])
