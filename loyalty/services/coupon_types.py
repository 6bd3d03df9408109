"""Coupon types: a draft goes live with a second person's consent; then only names, stock and
budget change. A database trigger guarantees it."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from loyalty.models import CouponType
from loyalty.services import coupon_calls as calls
from loyalty.services import coupon_type_checks
from loyalty.services.coupon_type_checks import check
from members.errors import DomainError, NotFound, ReasonRequired
from members.models import ApprovalRequest, User
from members.services import approvals, audit

__all__ = ["check"]

ACTION = "loyalty.coupon_type.publish"
_NOT_DECIDING = frozenset({"id", "name_zh", "name_en", "created_at"})
_State = CouponType.State


class CouponTypeNotADraft(DomainError):
    """Only a draft can go live."""

    code = "not_a_draft"
    status = 409


class CouponTypeNotLive(DomainError):
    """This coupon type is not live."""

    code = "coupon_type_not_live"
    status = 409


class LimitBelowUse(DomainError):
    """More than that has been given away already."""

    code = "limit_below_use"
    status = 409


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How many there may be and what they may cost in minor units; None: no end."""

    stock_count: int | None
    budget_amount: int | None


@transaction.atomic
def ask_to_publish(*, type_id: int, reason: str, maker: User, at: datetime) -> ApprovalRequest:
    """The request that a second person decides.

    Raises: NotFound, CouponTypeNotADraft, ReasonRequired, BadCouponType, BadCondition.
    """
    draft = _draft(type_id)
    check(draft)
    ask = approvals.Ask(
        action=ACTION,
        summary=draft.name,
        payload={"stock_count": draft.stock_count, "budget_amount": draft.budget_amount},
        target_type="loyalty.coupontype",
        target_id=draft.pk,
    )
    return approvals.request(ask=ask, reason=reason, maker=maker, at=at)


@transaction.atomic
def run_approved(request: ApprovalRequest, at: datetime) -> None:
    """The type is live, its stock and budget filled.

    Raises: NotFound, CouponTypeNotADraft, BadCouponType, BadCondition.
    """
    go_live(type_id=request.target_id or 0)


@transaction.atomic
def go_live(*, type_id: int) -> CouponType:
    """The draft, live. For what was approved, and for what a set-up brings along.

    Raises: NotFound, CouponTypeNotADraft, BadCouponType, BadCondition.
    """
    draft = _draft(type_id)
    check(draft)
    draft.state = _State.LIVE
    draft.save(update_fields=["state"])
    _fill(draft)
    return draft


def version_of_target(request: ApprovalRequest) -> str:
    """What the maker saw: a draft that was edited since makes the request outdated."""
    draft = CouponType.objects.filter(pk=request.target_id or 0).first()
    return "" if draft is None else fingerprint(draft)


def fingerprint(coupon_type: CouponType) -> str:
    """A hash of everything that decides what its coupons do, and of its state; names don't."""
    values = {
        column.attname: getattr(coupon_type, column.attname)
        for column in coupon_type._meta.concrete_fields
        if column.attname not in _NOT_DECIDING
    }
    values["stores"] = sorted(coupon_type.stores.values_list("pk", flat=True))
    told = json.dumps(values, sort_keys=True, default=str, ensure_ascii=True)
    return hashlib.sha256(told.encode()).hexdigest()[:40]


@transaction.atomic
def stop(*, type_id: int, reason: str, actor: User, at: datetime) -> CouponType:
    """No more of them; those in people's hands stay valid, and late orders of before may still
    use its public code. Stopped again it stays as it is.

    Raises: NotFound, CouponTypeNotLive, ReasonRequired.
    """
    if not reason.strip():
        raise ReasonRequired
    found = _locked(type_id)
    if found.state == _State.DRAFT:
        raise CouponTypeNotLive
    if found.state == _State.LIVE:
        found.state, found.stopped_at = _State.STOPPED, at
        found.save(update_fields=["state", "stopped_at"])
        _note("coupon_type.stopped", found, reason, actor, at)
    return found


@transaction.atomic
def change_limits(
    *, type_id: int, limits: Limits, reason: str, actor: User, at: datetime
) -> CouponType:
    """Stock and budget of a type that is live; what is left of them is that less what has been
    used.

    Raises: NotFound, CouponTypeNotLive, ReasonRequired, BadCouponType; LimitBelowUse, with the
    figures.
    """
    if not reason.strip():
        raise ReasonRequired
    found = _locked(type_id)
    if found.state != _State.LIVE:
        raise CouponTypeNotLive
    found.stock_count, found.budget_amount = limits.stock_count, limits.budget_amount
    coupon_type_checks.check_limits(found)
    found.save(update_fields=["stock_count", "budget_amount"])
    _fill(found)
    _note("coupon_type.limits_changed", found, reason, actor, at)
    return found


def _fill(coupon_type: CouponType) -> None:
    """Stock and budget, less what is used. Raises: LimitBelowUse."""
    used = calls.call("loyalty_coupon_type_fill", coupon_type.pk)
    if used is not None:
        raise LimitBelowUse(**used)


def _note(action: str, found: CouponType, reason: str, actor: User, at: datetime) -> None:
    details = {
        "type": found.code,
        "stock_count": found.stock_count,
        "budget_amount": found.budget_amount,
    }
    audit.record(action=action, at=at, actor_id=actor.pk, reason=reason, details=details)


def _draft(type_id: int) -> CouponType:
    found = _locked(type_id)
    if found.state != _State.DRAFT:
        raise CouponTypeNotADraft
    return found


def _locked(type_id: int) -> CouponType:
    """Behind the lock nobody takes a coupon of this type. Raises: NotFound."""
    found = CouponType.objects.select_for_update().filter(pk=type_id).first()
    if found is None:
        raise NotFound
    return found
