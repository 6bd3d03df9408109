"""Referral programmes: a draft goes live with a second person's consent, then only words, link and
guards change. Database triggers guarantee it."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model

from loyalty.models import ReferralPrize, ReferralProgram
from loyalty.rules import referrals as rules
from loyalty.services import challenge_checks
from members.errors import DomainError, NotFound, ReasonRequired
from members.models import ApprovalRequest, User
from members.services import approvals, audit

ACTION = "loyalty.referral_program.publish"
_State = ReferralProgram.State
_NOT_DECIDING = frozenset(
    {"id", "name_zh", "name_en", "created_at", "device_limit", "hour_limit", "invitations_day"}
)
Problem = tuple[str, str, str]


class BadReferralProgram(DomainError):
    """This referral programme can't go live as it is."""

    code = "bad_referral_program"


class ReferralProgramNotADraft(DomainError):
    """Only a draft can go live."""

    code = "not_a_draft"
    status = 409


class ReferralProgramNotLive(DomainError):
    """This referral programme is not live."""

    code = "referral_program_not_live"
    status = 409


@dataclass(frozen=True, kw_only=True)
class Guards:
    """What is looked at first, and how many invitations are kept; None: without a limit."""

    device_limit: int | None
    hour_limit: int | None
    invitations_day: int


def check(program: ReferralProgram) -> None:
    """Nothing, or a refusal that names the field, the problem and how to mend it.

    Raises: BadReferralProgram.
    """
    for field, problem, message in _problems(program):
        raise BadReferralProgram(message, field=field, problem=problem)


@transaction.atomic
def ask_to_publish(*, program_id: int, reason: str, maker: User, at: datetime) -> ApprovalRequest:
    """The request that a second person decides.

    Raises: NotFound, ReferralProgramNotADraft, ReasonRequired, BadReferralProgram.
    """
    draft = _draft(program_id)
    check(draft)
    ask = approvals.Ask(
        action=ACTION,
        summary=draft.name,
        payload={},
        target_type="loyalty.referralprogram",
        target_id=draft.pk,
    )
    return approvals.request(ask=ask, reason=reason, maker=maker, at=at)


@transaction.atomic
def run_approved(request: ApprovalRequest, at: datetime) -> None:
    """The programme is live.

    Raises: NotFound, ReferralProgramNotADraft, BadReferralProgram.
    """
    go_live(program_id=request.target_id or 0)


@transaction.atomic
def go_live(*, program_id: int) -> ReferralProgram:
    """The draft, live. For what was approved, and for what a set-up brings along.

    Raises: NotFound, ReferralProgramNotADraft, BadReferralProgram.
    """
    draft = _draft(program_id)
    check(draft)
    draft.state = _State.LIVE
    draft.save(update_fields=["state"])
    return draft


def version_of_target(request: ApprovalRequest) -> str:
    """What the maker saw: a draft that was edited since makes the request outdated."""
    draft = ReferralProgram.objects.filter(pk=request.target_id or 0).first()
    return "" if draft is None else fingerprint(draft)


def fingerprint(program: ReferralProgram) -> str:
    """A hash of everything that decides what it brings, its prizes and boosts included."""
    values = {
        "program": _values(program, _NOT_DECIDING),
        "prizes": [_values(one, frozenset()) for one in program.prizes.order_by("pk")],
        "boosts": [_values(one, frozenset()) for one in program.boosts.order_by("pk")],
    }
    told = json.dumps(values, sort_keys=True, default=str, ensure_ascii=True)
    return hashlib.sha256(told.encode()).hexdigest()[:40]


@transaction.atomic
def stop(*, program_id: int, reason: str, actor: User, at: datetime) -> ReferralProgram:
    """Nobody is recommended under it any more; what was promised for friends claimed before is
    kept. Stopped again it stays as it is.

    Raises: NotFound, ReferralProgramNotLive, ReasonRequired.
    """
    if not reason.strip():
        raise ReasonRequired
    found = _locked(program_id)
    if found.state == _State.DRAFT:
        raise ReferralProgramNotLive
    if found.state == _State.LIVE:
        found.state, found.stopped_at = _State.STOPPED, at
        found.save(update_fields=["state", "stopped_at"])
        _note("referral_program.stopped", found, reason, actor, at)
    return found


@transaction.atomic
def change_guards(
    *, program_id: int, guards: Guards, reason: str, actor: User, at: datetime
) -> ReferralProgram:
    """What is looked at first from now on.

    Raises: NotFound, ReferralProgramNotLive, ReasonRequired.
    """
    if not reason.strip():
        raise ReasonRequired
    found = _locked(program_id)
    if found.state != _State.LIVE:
        raise ReferralProgramNotLive
    found.device_limit, found.hour_limit = guards.device_limit, guards.hour_limit
    found.invitations_day = guards.invitations_day
    found.save(update_fields=["device_limit", "hour_limit", "invitations_day"])
    _note("referral_program.guards_changed", found, reason, actor, at)
    return found


def _problems(program: ReferralProgram) -> Iterator[Problem]:
    others = ReferralProgram.objects.filter(state=_State.LIVE).exclude(pk=program.pk)
    if others.exists():
        yield "state", "another_is_live", "another referral programme is live: stop it first"
    promised = list(program.prizes.select_related("coupon_type", "tier", "benefit", "badge"))
    if not promised:
        yield "prizes", "no_prize", "say what recommending brings: add a prize"
    for prize in promised:
        yield from _prize_problems(prize)
    if program.link_url:
        yield from link_problems(program.link_url)
    begins, ends = program.valid_from, program.valid_until
    if begins is not None and ends is not None and ends <= begins:
        yield "valid_until", "ends_before_it_begins", "it must end after it begins"


def _prize_problems(prize: ReferralPrize) -> Iterator[Problem]:
    moments = ReferralPrize.Moment
    if prize.moment == moments.LADDER and not prize.step:
        yield "prizes", "no_step", "a prize of the ladder says with how many friends"
    if prize.moment == moments.LADDER and prize.side == ReferralPrize.Side.FRIEND:
        yield "prizes", "ladder_of_friend", "the ladder is for who recommends"
    yield from challenge_checks.dead(prize)


def link_problems(url: str) -> Iterator[Problem]:
    """(field, code, how to mend it) of all that is wrong with the address of a link."""
    if rules.PLACE not in url:
        yield "link_url", "no_code", "write {code} where the code goes"
    if not url.startswith(("https://", "http://", "weixin://", "alipays://")):
        yield "link_url", "no_address", "begin with https://, or weixin:// for a mini-program"


def _values(row: Model, left_out: frozenset[str]) -> dict[str, Any]:
    return {
        column.attname: getattr(row, column.attname)
        for column in row._meta.concrete_fields
        if column.attname not in left_out
    }


def _note(action: str, found: ReferralProgram, reason: str, actor: User, at: datetime) -> None:
    details = {
        "program": found.code,
        "device_limit": found.device_limit,
        "hour_limit": found.hour_limit,
        "invitations_day": found.invitations_day,
    }
    audit.record(action=action, at=at, actor_id=actor.pk, reason=reason, details=details)


def _draft(program_id: int) -> ReferralProgram:
    found = _locked(program_id)
    if found.state != _State.DRAFT:
        raise ReferralProgramNotADraft
    return found


def _locked(program_id: int) -> ReferralProgram:
    """Raises: NotFound."""
    found = ReferralProgram.objects.select_for_update().filter(pk=program_id).first()
    if found is None:
        raise NotFound
    return found
