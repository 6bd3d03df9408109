"""The rewards catalogue: a draft goes live with a second person's consent; then only words, place
and stock change. A database trigger guarantees it."""

import hashlib
import json
from datetime import datetime

from django.db import transaction

from loyalty.models import Reward
from loyalty.services import redemption_cases, reward_checks
from members.errors import DomainError, NotFound, ReasonRequired
from members.models import ApprovalRequest, User
from members.services import approvals, audit

ACTION = "loyalty.reward.publish"
_WORDS = frozenset(
    {"id", "name_zh", "name_en", "description_zh", "description_en", "image_url", "position"}
)
_State = Reward.State


class RewardNotADraft(DomainError):
    """Only a draft can go live."""

    code = "not_a_draft"
    status = 409


class RewardNotLive(DomainError):
    """This reward is not live."""

    code = "reward_not_live"
    status = 409


class StockBelowUse(DomainError):
    """More of these have been redeemed already."""

    code = "stock_below_use"
    status = 409


@transaction.atomic
def ask_to_publish(*, reward_id: int, reason: str, maker: User, at: datetime) -> ApprovalRequest:
    """The request that a second person decides.

    Raises: NotFound, RewardNotADraft, ReasonRequired, BadReward.
    """
    draft = _draft(reward_id)
    reward_checks.check(draft)
    ask = approvals.Ask(
        action=ACTION,
        summary=draft.name,
        payload={"price_points": draft.price_points, "stock_count": draft.stock_count},
        target_type="loyalty.reward",
        target_id=draft.pk,
    )
    return approvals.request(ask=ask, reason=reason, maker=maker, at=at)


@transaction.atomic
def run_approved(request: ApprovalRequest, at: datetime) -> None:
    """The reward is live, its stock filled.

    Raises: NotFound, RewardNotADraft, BadReward.
    """
    go_live(reward_id=request.target_id or 0)


@transaction.atomic
def go_live(*, reward_id: int) -> Reward:
    """The draft, live. For what was approved, and for what a set-up brings along.

    Raises: NotFound, RewardNotADraft, BadReward.
    """
    draft = _draft(reward_id)
    reward_checks.check(draft)
    draft.state = _State.LIVE
    draft.save(update_fields=["state"])
    _fill(draft)
    return draft


def version_of_target(request: ApprovalRequest) -> str:
    """What the maker saw: a draft that was edited since makes the request outdated."""
    draft = Reward.objects.filter(pk=request.target_id or 0).first()
    return "" if draft is None else fingerprint(draft)


def fingerprint(reward: Reward) -> str:
    """A hash of everything that decides who gets what for how much, and of its state."""
    values = {
        column.attname: getattr(reward, column.attname)
        for column in reward._meta.concrete_fields
        if column.attname not in _WORDS
    }
    values["stores"] = sorted(reward.stores.values_list("pk", flat=True))
    values["tiers"] = sorted(
        reward.tiers.values_list("tier_id", "price_points", "limit_member"), key=str
    )
    told = json.dumps(values, sort_keys=True, default=str, ensure_ascii=True)
    return hashlib.sha256(told.encode()).hexdigest()[:40]


@transaction.atomic
def stop(*, reward_id: int, reason: str, actor: User, at: datetime) -> Reward:
    """No more of them; what was asked for before is paid, picked up and canceled as ever. Stopped
    again it stays as it is.

    Raises: NotFound, RewardNotLive, ReasonRequired.
    """
    found = _changing(reward_id, reason)
    if found.state == _State.DRAFT:
        raise RewardNotLive
    if found.state == _State.LIVE:
        found.state = _State.STOPPED
        found.save(update_fields=["state"])
        _note("reward.stopped", found, reason, actor, at)
    return found


@transaction.atomic
def change_stock(
    *, reward_id: int, stock_count: int | None, reason: str, actor: User, at: datetime
) -> Reward:
    """Pieces in all of a reward that is live, None: without an end; what is left is that less what
    has been redeemed.

    Raises: NotFound, RewardNotLive, ReasonRequired, BadReward; StockBelowUse, with the figure.
    """
    found = _changing(reward_id, reason)
    if found.state != _State.LIVE:
        raise RewardNotLive
    found.stock_count = stock_count
    if stock_count is not None and stock_count < 0:
        raise reward_checks.BadReward(
            "it can't be below 0", field="stock_count", problem="below_zero"
        )
    found.save(update_fields=["stock_count"])
    _fill(found)
    _note("reward.stock_changed", found, reason, actor, at)
    return found


def _changing(reward_id: int, reason: str) -> Reward:
    if not reason.strip():
        raise ReasonRequired
    return _locked(reward_id)


def _fill(reward: Reward) -> None:
    """Raises: StockBelowUse."""
    standing = redemption_cases.call("loyalty_reward_fill", reward.pk)
    if standing is not None:
        raise StockBelowUse(used_count=standing)


def _note(action: str, found: Reward, reason: str, actor: User, at: datetime) -> None:
    details = {"reward": found.code, "stock_count": found.stock_count}
    audit.record(action=action, at=at, actor_id=actor.pk, reason=reason, details=details)


def _draft(reward_id: int) -> Reward:
    found = _locked(reward_id)
    if found.state != _State.DRAFT:
        raise RewardNotADraft
    return found


def _locked(reward_id: int) -> Reward:
    """Behind the lock nobody takes one of them. Raises: NotFound."""
    found = Reward.objects.select_for_update(of=("self",)).filter(pk=reward_id).first()
    if found is None:
        raise NotFound
    return found
