"""Challenges: a draft goes live with a second person's consent, members join, it is stopped."""

import hashlib
import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.forms.models import model_to_dict

from loyalty.events import ChallengeJoined
from loyalty.models import Challenge, ChallengeProgress
from loyalty.rules.challenges import EVER_ON
from loyalty.services import challenge_books, challenge_checks, challenge_members, programs
from members.errors import DomainError, MemberErased, MemberRestricted, NotFound, ReasonRequired
from members.models import ApprovalRequest, Member, User
from members.services import approvals, audit, events

ACTION = "loyalty.challenge.publish"
_State = Challenge.State
_NOT_DECIDING = frozenset(
    {"name_zh", "name_en", "description_zh", "description_en", "created_at", "stopped_at"}
)


class ChallengeNotADraft(DomainError):
    """Only a draft can go live."""

    code = "not_a_draft"
    status = 409


class ChallengeNotLive(DomainError):
    """This challenge is not running."""

    code = "challenge_not_live"
    status = 409


class ChallengeNotJoined(DomainError):
    """This challenge is not joined: it counts for everybody."""

    code = "challenge_needs_no_joining"
    status = 409


class ChallengeNotForMember(DomainError):
    """This challenge is for other members."""

    code = "challenge_not_for_member"
    status = 409


@transaction.atomic
def ask_to_publish(*, challenge_id: int, reason: str, maker: User, at: datetime) -> ApprovalRequest:
    """The request that a second person decides.

    Raises: NotFound, ChallengeNotADraft, ReasonRequired, BadChallenge, BadCondition.
    """
    draft = _draft(challenge_id)
    challenge_checks.check(draft)
    ask = approvals.Ask(
        action=ACTION,
        summary=draft.name,
        payload={"target": draft.target, "limit_times": draft.limit_times},
        target_type="loyalty.challenge",
        target_id=draft.pk,
    )
    return approvals.request(ask=ask, reason=reason, maker=maker, at=at)


@transaction.atomic
def run_approved(request: ApprovalRequest, at: datetime) -> None:
    """The challenge is live.

    Raises: NotFound, ChallengeNotADraft, BadChallenge, BadCondition.
    """
    go_live(challenge_id=request.target_id or 0, at=at)


@transaction.atomic
def go_live(*, challenge_id: int, at: datetime) -> Challenge:
    """The draft, live. It counts what happens from now on, or from its beginning if that is later:
    nobody could foresee what the past would bring at once. For what was approved, and for what a
    set-up brings along.

    Raises: NotFound, ChallengeNotADraft, BadChallenge, BadCondition.
    """
    draft = _draft(challenge_id)
    challenge_checks.check(draft)
    if draft.valid_until is not None and draft.valid_until <= at:
        raise challenge_checks.BadChallenge(
            "its end is over: choose a later one", field="valid_until", problem="is_over"
        )
    draft.state = _State.LIVE
    draft.valid_from = max(draft.valid_from or at, at)
    draft.save(update_fields=["state", "valid_from"])
    return draft


def version_of_target(request: ApprovalRequest) -> str:
    """What the maker saw: a draft that was edited since makes the request outdated."""
    draft = Challenge.objects.filter(pk=request.target_id or 0).first()
    return "" if draft is None else fingerprint(draft)


def fingerprint(challenge: Challenge) -> str:
    """A hash of all that decides what it asks and gives, and of its state; names don't."""
    values: dict[str, Any] = {
        column.attname: getattr(challenge, column.attname)
        for column in challenge._meta.concrete_fields
        if column.attname not in _NOT_DECIDING
    }
    values["prizes"] = [model_to_dict(prize) for prize in challenge.prizes.order_by("pk")]
    told = json.dumps(values, sort_keys=True, default=str, ensure_ascii=True)
    return hashlib.sha256(told.encode()).hexdigest()[:40]


@transaction.atomic
def stop(*, challenge_id: int, reason: str, actor: User, at: datetime) -> Challenge:
    """It counts nothing that happens from now on, and keeps what it gave; late news of before still
    counts, and returns still unwind. Stopped again it stays as it is.

    Raises: NotFound, ChallengeNotLive, ReasonRequired.
    """
    if not reason.strip():
        raise ReasonRequired
    found = _locked(challenge_id)
    if found.state == _State.DRAFT:
        raise ChallengeNotLive
    if found.state == _State.LIVE:
        found.state, found.stopped_at = _State.STOPPED, at
        found.save(update_fields=["state", "stopped_at"])
        audit.record(
            action="challenge.stopped",
            at=at,
            actor_id=actor.pk,
            reason=reason,
            details={"challenge": found.code},
        )
    return found


@transaction.atomic
def join(*, challenge_uid: UUID, member_id: int, at: datetime) -> datetime:
    """Since when the member takes part; again it is the same instant.

    Raises: NotFound, also for a surprise; ChallengeNotLive; ChallengeNotJoined;
    ChallengeNotForMember; MemberErased; MemberMerged; MemberRestricted.
    """
    states = challenge_members.lock([member_id])
    if member_id not in states:
        raise MemberErased
    found = Challenge.objects.select_related("tier", "for_tier").filter(uid=challenge_uid).first()
    if found is None or found.is_hidden or found.state == _State.DRAFT:
        raise NotFound("there is no such challenge")
    rule = challenge_books.rule(found)
    joined = challenge_members.joined_at([member_id], [found.pk]).get((member_id, found.pk))
    if joined is not None:
        return joined
    if states[member_id] == Member.State.RESTRICTED:
        raise MemberRestricted
    if not rule.holds_at(at):
        raise ChallengeNotLive
    if not found.needs_joining:
        raise ChallengeNotJoined
    traits = challenge_members.traits(states, [rule], programs.current())
    if not traits.is_for(rule, member_id):
        raise ChallengeNotForMember
    _join(found, member_id, at)
    return at


def _join(challenge: Challenge, member_id: int, at: datetime) -> None:
    ChallengeProgress.objects.update_or_create(
        member_id=member_id,
        challenge=challenge,
        window_on=EVER_ON,
        defaults={"joined_at": at, "updated_at": at},
    )
    told = ChallengeJoined(challenge=challenge.code)
    events.record(fact=told, member_id=member_id, occurred_at=at, at=at)


def _draft(challenge_id: int) -> Challenge:
    found = _locked(challenge_id)
    if found.state != _State.DRAFT:
        raise ChallengeNotADraft
    return found


def _locked(challenge_id: int) -> Challenge:
    found = Challenge.objects.select_for_update(of=("self",)).filter(pk=challenge_id).first()
    if found is None:
        raise NotFound
    return found
