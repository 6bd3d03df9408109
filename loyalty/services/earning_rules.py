"""Earning rules: a draft is published with a second person's consent, and never changed again."""

import copy
import hashlib
import json
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.db.models.base import ModelState

from loyalty.models import EarningRule
from loyalty.services import budgets, rule_checks
from members.errors import DomainError, NotFound, ReasonRequired
from members.models import ApprovalRequest, User
from members.services import approvals, audit

ACTION = "loyalty.earning_rule.publish"
_NOT_DECIDING = frozenset({"id", "version", "name_zh", "name_en"})


class NotADraft(DomainError):
    """Only a draft can be published."""

    code = "not_a_draft"
    status = 409


class NotPublished(DomainError):
    """A draft has not been published: change it as it is."""

    code = "not_published"
    status = 409


def next_version(*, program_id: int, code: str) -> int:
    """The number of a new draft of this rule."""
    rules = EarningRule.objects.filter(program_id=program_id, code=code)
    return int(rules.aggregate(last=Max("version", default=0))["last"]) + 1


@transaction.atomic
def ask_to_publish(*, rule_id: int, reason: str, maker: User, at: datetime) -> ApprovalRequest:
    """The request that a second person decides.

    Raises: NotFound, NotADraft, ReasonRequired, BadRule, BadCondition.
    """
    rule = _draft(rule_id)
    rule_checks.check(rule)
    ask = approvals.Ask(
        action=ACTION,
        summary=f"{rule.name}, v{rule.version}",
        payload={"points": rule.points, "per_amount": rule.per_amount},
        target_type="loyalty.earningrule",
        target_id=rule.pk,
    )
    return approvals.request(ask=ask, reason=reason, maker=maker, at=at)


@transaction.atomic
def run_approved(request: ApprovalRequest, at: datetime) -> None:
    """Publishes the rule. It holds from the instant that the draft names, or from now when that
    has passed: what has been judged stays as it was.

    Raises: NotFound, NotADraft, BadRule, BadCondition.
    """
    rule = _draft(request.target_id or 0)
    rule_checks.check(rule)
    rule.state = EarningRule.State.PUBLISHED
    rule.valid_from = max(rule.valid_from, at)
    rule.save(update_fields=["state", "valid_from"])
    budgets.publish(rule)


def version_of_target(request: ApprovalRequest) -> str:
    """What the maker saw: a draft that was edited since makes the request outdated."""
    rule = EarningRule.objects.filter(pk=request.target_id or 0).first()
    return "" if rule is None else fingerprint(rule)


def fingerprint(rule: EarningRule) -> str:
    """A hash of everything that decides what the rule does, and of its state; names don't."""
    values = {
        column.attname: getattr(rule, column.attname)
        for column in rule._meta.concrete_fields
        if column.attname not in _NOT_DECIDING
    }
    values["stores"] = sorted(rule.stores.values_list("pk", flat=True))
    if rule.group is not None:
        values["mode"] = rule.group.mode
    told = json.dumps(values, sort_keys=True, default=str, ensure_ascii=True)
    return hashlib.sha256(told.encode()).hexdigest()[:40]


@transaction.atomic
def new_version(*, rule_id: int, at: datetime) -> EarningRule:
    """A draft with the next version of a rule that was published, to be changed and published in
    its place. A draft that is there already is given back: a repeat makes no second one.

    Raises: NotFound, NotPublished.
    """
    rule = _locked(rule_id)
    if rule.state == EarningRule.State.DRAFT:
        raise NotPublished
    waiting = EarningRule.objects.filter(
        program_id=rule.program_id, code=rule.code, state=EarningRule.State.DRAFT
    )
    found = waiting.order_by("-version").first()
    if found is not None:
        return found
    stores = list(rule.stores.all())
    draft = copy.copy(rule)
    draft.pk = None
    draft._state = ModelState()
    draft.state = EarningRule.State.DRAFT
    draft.version = next_version(program_id=rule.program_id, code=rule.code)
    draft.valid_from = max(rule.valid_from, at)
    draft.valid_until = rule.valid_until if (rule.valid_until or at) > at else None
    draft.save(force_insert=True)
    draft.stores.set(stores)
    return draft


@transaction.atomic
def stop(*, rule_id: int, reason: str, actor: User, at: datetime) -> EarningRule:
    """Ends a published rule now: orders of before keep what they earned, and late ones of before
    are still judged by it. One that hasn't begun is a draft again, so that the version before it
    goes on. A rule that has been stopped stays as it is.

    Raises: NotFound, NotPublished, ReasonRequired.
    """
    if not reason.strip():
        raise ReasonRequired
    rule = _locked(rule_id)
    if rule.state == EarningRule.State.DRAFT:
        raise NotPublished
    if rule.state == EarningRule.State.RETIRED or (rule.valid_until and rule.valid_until <= at):
        return rule
    if rule.valid_from > at:
        rule.state = EarningRule.State.DRAFT
    else:
        rule.state, rule.valid_until = EarningRule.State.RETIRED, at
    rule.save(update_fields=["state", "valid_until"])
    audit.record(
        action="earning_rule.stopped",
        at=at,
        actor_id=actor.pk,
        reason=reason,
        details={"rule": rule.code, "version": rule.version},
    )
    return rule


def _draft(rule_id: int) -> EarningRule:
    rule = _locked(rule_id)
    if rule.state != EarningRule.State.DRAFT:
        raise NotADraft
    return rule


def _locked(rule_id: int) -> EarningRule:
    rule = EarningRule.objects.select_for_update().filter(pk=rule_id).first()
    if rule is None:
        raise NotFound
    return rule
