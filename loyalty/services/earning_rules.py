"""Earning rules: a draft is published with a second person's consent, and never changed again."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from loyalty.models import EarningRule
from members.errors import DomainError, NotFound
from members.models import ApprovalRequest, User
from members.services import approvals

ACTION = "loyalty.earning_rule.publish"


class NotADraft(DomainError):
    """Only a draft can be published."""

    code = "not_a_draft"
    status = 409


def next_version(*, program_id: int, code: str) -> int:
    """The number of a new draft of this rule."""
    rules = EarningRule.objects.filter(program_id=program_id, code=code)
    return int(rules.aggregate(last=Max("version", default=0))["last"]) + 1


@transaction.atomic
def ask_to_publish(*, rule_id: int, reason: str, maker: User, at: datetime) -> ApprovalRequest:
    """The request that a second person decides.

    Raises: NotFound, NotADraft, ReasonRequired.
    """
    rule = _draft(rule_id)
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

    Raises: NotFound, NotADraft.
    """
    rule = _draft(request.target_id or 0)
    rule.state = EarningRule.State.PUBLISHED
    rule.valid_from = max(rule.valid_from, at)
    rule.save(update_fields=["state", "valid_from"])


def version_of_target(request: ApprovalRequest) -> str:
    """What the maker saw: a draft that was edited since makes the request outdated."""
    rule = EarningRule.objects.filter(pk=request.target_id or 0).first()
    if rule is None:
        return ""
    until = f"{rule.valid_until:%y%m%d%H%M%S}" if rule.valid_until else ""
    return f"{rule.state}/{rule.points}/{rule.per_amount}/{rule.valid_from:%y%m%d%H%M%S}/{until}"


def _draft(rule_id: int) -> EarningRule:
    rule = EarningRule.objects.select_for_update().filter(pk=rule_id).first()
    if rule is None:
        raise NotFound
    if rule.state != EarningRule.State.DRAFT:
        raise NotADraft
    return rule
