"""Somebody looks at a referral: it takes its course, or brings nothing and gives back all that it
brought."""

from datetime import datetime

from django.db import transaction

from loyalty.models import Referral
from loyalty.services import referral_settling
from members.errors import DomainError, NotFound, ReasonRequired
from members.models import Member, User
from members.services import attributions, audit

_State = Referral.State
ACCEPTED = "accepted"
_MOST_REASON = 80


class ReferralNotInReview(DomainError):
    """Only a referral that waits for a review can be accepted."""

    code = "referral_not_in_review"
    status = 409


@transaction.atomic
def accept(*, referral_id: int, actor: User, at: datetime, reason: str = "") -> Referral:
    """It takes its course from now on, as if nobody had had to look. Again it stays as it is.

    Raises: NotFound; ReferralNotInReview.
    """
    found = _locked(referral_id, at)
    if found.decision == ACCEPTED and found.state != _State.REFUSED:
        return found
    if found.state != _State.REVIEW:
        raise ReferralNotInReview(state=found.state)
    _decide(found, _State.CLAIMED, ACCEPTED, actor, at)
    _note("referral.accepted", found, actor, at, reason)
    return referral_settling.settle(referral_id=found.pk, at=at, is_decided=True)


@transaction.atomic
def refuse(*, referral_id: int, reason: str, actor: User, at: datetime) -> Referral:
    """It brings nothing, and what it brought is taken back from both, also what was for
    registering. Again it stays as it is.

    Raises: NotFound; ReasonRequired.
    """
    if not reason.strip():
        raise ReasonRequired
    found = _locked(referral_id, at)
    if found.state == _State.REFUSED:
        return found
    _decide(found, _State.REFUSED, reason.strip()[:_MOST_REASON], actor, at)
    told = Member.objects.filter(pk=found.friend_id, referrer_id=found.referrer_id)
    if told.exists():
        # The tree of referrals, and what is counted of it, is of people who did recommend.
        attributions.set_referrer(member_id=found.friend_id, referrer_id=None)
    _note("referral.refused", found, actor, at, reason)
    return referral_settling.settle(referral_id=found.pk, at=at, is_decided=True)


def _locked(referral_id: int, at: datetime) -> Referral:
    """In the order in which the worker locks."""
    try:
        return referral_settling.lock(referral_id=referral_id, at=at)
    except Referral.DoesNotExist:
        raise NotFound from None


def _decide(found: Referral, state: str, decision: str, actor: User, at: datetime) -> None:
    found.state, found.decision = _State(state), decision
    found.decided_at, found.decided_by_id = at, actor.pk
    found.save(update_fields=["state", "decision", "decided_at", "decided_by_id"])


def _note(action: str, found: Referral, actor: User, at: datetime, reason: str) -> None:
    audit.record(
        action=action,
        at=at,
        actor_id=actor.pk,
        member_id=found.friend_id,
        reason=reason,
        details={"referral": str(found.uid), "reasons": found.reasons},
    )
