"""Earning rules that offers publish: points multiplied for a while. The offer was approved, and
decides what its rule does; nobody edits the rule itself.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from loyalty.models import EarningRule
from loyalty.services import earning_rules, programs, rule_checks
from members.errors import DomainError
from members.models import Store


class RuleCodeTaken(DomainError):
    """There is an earning rule with this code that belongs to no offer: take another code."""

    code = "rule_code_taken"
    status = 409


@dataclass(frozen=True, kw_only=True)
class Multiplier:
    """Points × `percent` / 100 where the condition is met, from `min_amount` (minor units) and
    `min_quantity` on, in these stores (none: in all), in [valid_from, valid_until)."""

    code: str
    name_zh: str
    name_en: str
    percent: int
    condition: dict[str, Any]
    min_amount: int
    min_quantity: int
    stores: Collection[Store]
    valid_from: datetime
    valid_until: datetime | None


@transaction.atomic
def publish(*, multiplier: Multiplier, known_ids: Collection[int], at: datetime) -> EarningRule:
    """The published rule: the next version of its code. `known_ids` are rules that earlier
    versions of the same offer published.

    Raises: RuleCodeTaken; BadRule, BadCondition; NoProgram.
    """
    program_id = programs.current().id
    rules = EarningRule.objects.select_for_update().filter(
        program_id=program_id, code=multiplier.code
    )
    there = list(rules.order_by("version"))
    if {rule.pk for rule in there} - set(known_ids):
        raise RuleCodeTaken(code=multiplier.code)
    # One that was stopped before it began is a draft again: it is published anew.
    rule = next((one for one in there if one.state == EarningRule.State.DRAFT), None)
    if rule is None:
        version = earning_rules.next_version(program_id=program_id, code=multiplier.code)
        rule = EarningRule(program_id=program_id, code=multiplier.code, version=version)
    rule.name_zh, rule.name_en = multiplier.name_zh, multiplier.name_en
    rule.effect, rule.percent = EarningRule.Effect.MULTIPLIER, multiplier.percent
    rule.condition = multiplier.condition
    rule.min_amount, rule.min_quantity = multiplier.min_amount, multiplier.min_quantity
    rule.valid_from = max(multiplier.valid_from, at)
    rule.valid_until = multiplier.valid_until
    rule.state = EarningRule.State.PUBLISHED
    rule_checks.check(rule)
    rule.save()
    rule.stores.set(multiplier.stores)
    return rule
