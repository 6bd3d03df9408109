"""Benefits: a draft goes live with a second person's consent; then only words and the place in
lists change. A database trigger guarantees it."""

import hashlib
import json
from datetime import datetime

from django.db import transaction

from loyalty.models import Benefit
from loyalty.services import benefit_checks
from loyalty.services.benefit_refusals import BenefitNotADraft, BenefitNotLive
from members.errors import NotFound, ReasonRequired
from members.models import ApprovalRequest, User
from members.services import approvals, audit

ACTION = "loyalty.benefit.publish"
_NOT_DECIDING = frozenset(
    {"id", "name_zh", "name_en", "description_zh", "description_en", "priority", "created_at"}
)
_State = Benefit.State


@transaction.atomic
def ask_to_publish(*, benefit_id: int, reason: str, maker: User, at: datetime) -> ApprovalRequest:
    """The request that a second person decides.

    Raises: NotFound, BenefitNotADraft, ReasonRequired, BadBenefit.
    """
    draft = _draft(benefit_id)
    benefit_checks.check(draft)
    ask = approvals.Ask(
        action=ACTION,
        summary=draft.name,
        payload={},
        target_type="loyalty.benefit",
        target_id=draft.pk,
    )
    return approvals.request(ask=ask, reason=reason, maker=maker, at=at)


@transaction.atomic
def run_approved(request: ApprovalRequest, at: datetime) -> None:
    """The benefit is live.

    Raises: NotFound, BenefitNotADraft, BadBenefit.
    """
    go_live(benefit_id=request.target_id or 0)


@transaction.atomic
def go_live(*, benefit_id: int) -> Benefit:
    """The draft, live. For what was approved, and for what a set-up brings along.

    Raises: NotFound, BenefitNotADraft, BadBenefit.
    """
    draft = _draft(benefit_id)
    benefit_checks.check(draft)
    draft.state = _State.LIVE
    draft.save(update_fields=["state"])
    return draft


def version_of_target(request: ApprovalRequest) -> str:
    """What the maker saw: a draft that was edited since makes the request outdated."""
    draft = Benefit.objects.filter(pk=request.target_id or 0).first()
    return "" if draft is None else fingerprint(draft)


def fingerprint(benefit: Benefit) -> str:
    """A hash of everything that decides what it gives to whom, and of its state; words don't."""
    values = {
        column.attname: getattr(benefit, column.attname)
        for column in benefit._meta.concrete_fields
        if column.attname not in _NOT_DECIDING
    }
    values["stores"] = sorted(benefit.stores.values_list("pk", flat=True))
    rules = benefit.rules.order_by("audience", "tier_id", "tag_id")
    values["rules"] = list(rules.values_list("audience", "tier_id", "tag_id", "quota"))
    told = json.dumps(values, sort_keys=True, default=str, ensure_ascii=True)
    return hashlib.sha256(told.encode()).hexdigest()[:40]


@transaction.atomic
def stop(*, benefit_id: int, reason: str, actor: User, at: datetime) -> Benefit:
    """Nobody has it by tier, tag or draw from now on; what was given by hand or as a prize holds
    to its own end. Stopped again it stays as it is.

    Raises: NotFound, BenefitNotLive, ReasonRequired.
    """
    if not reason.strip():
        raise ReasonRequired
    found = _locked(benefit_id)
    if found.state == _State.DRAFT:
        raise BenefitNotLive
    if found.state == _State.LIVE:
        found.state, found.stopped_at = _State.STOPPED, at
        found.save(update_fields=["state", "stopped_at"])
        audit.record(
            action="benefit.stopped",
            at=at,
            actor_id=actor.pk,
            reason=reason,
            details={"benefit": found.code},
        )
    return found


def _draft(benefit_id: int) -> Benefit:
    found = _locked(benefit_id)
    if found.state != _State.DRAFT:
        raise BenefitNotADraft
    return found


def _locked(benefit_id: int) -> Benefit:
    found = Benefit.objects.select_for_update().filter(pk=benefit_id).first()
    if found is None:
        raise NotFound
    return found
