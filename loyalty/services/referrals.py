"""Who recommended whom: the first claim of a friend binds, and what it brings is settled later.

A claim gives nothing by itself: it is told, and the worker settles it, so that a prize that can't
be given never hinders anybody from joining. Source: docs/algorithms/referral.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from loyalty.events import ReferralClaimed
from loyalty.models import Referral, ReferralProgram
from loyalty.rules import referrals as rules
from loyalty.services import programs, referral_codes, referral_guards
from loyalty.services.referral_guards import Pair
from members.errors import DomainError, MemberRestricted, NotFound
from members.models import Member
from members.registry.introductions import Introduced
from members.selectors import merges
from members.services import attributions, events
from members.services.attributions import UnknownReferralCode

_State = Referral.State


class NoReferralProgram(DomainError):
    """There is no referral programme at the moment."""

    code = "no_referral_program"
    status = 409


class RecommendedThemselves(DomainError):
    """Nobody recommends themselves: this is the member's own code."""

    code = "recommended_themselves"


class AlreadyRecommended(DomainError):
    """Somebody else has recommended this member already; the first one counts."""

    code = "already_recommended"
    status = 409


class ClaimTooLate(DomainError):
    """The time in which a new member may name who recommended them is over."""

    code = "claim_too_late"
    status = 409


@dataclass(frozen=True, kw_only=True)
class Claiming:
    """A friend names the code of who recommended them; the device and the payment card that they
    come with, as the app or the till tells."""

    friend_id: int
    code: str
    device: str = ""
    payment_card: str = ""
    source: str = ""


@dataclass(frozen=True)
class Claimed:
    """`is_new` is false for a repeat."""

    referral: Referral
    is_new: bool


def live_program(*, at: datetime) -> ReferralProgram | None:
    """The programme under which friends are recommended at that instant."""
    rows = ReferralProgram.objects.filter(state=ReferralProgram.State.LIVE)
    begun = Q(valid_from=None) | Q(valid_from__lte=at)
    return rows.filter(begun, Q(valid_until=None) | Q(valid_until__gt=at)).first()


def claim(*, claiming: Claiming, at: datetime) -> Claimed:
    """The referral of this friend. The same code again is the same referral, whatever became of
    the programme since.

    Raises: UnknownReferralCode; RecommendedThemselves; NoReferralProgram; AlreadyRecommended;
    ClaimTooLate; NotFound, MemberRestricted for the friend.
    """
    referrer_id = referral_codes.find([claiming.code]).get(claiming.code)
    if referrer_id is None:
        raise UnknownReferralCode
    if referrer_id == claiming.friend_id:
        raise RecommendedThemselves
    with transaction.atomic():
        friend = _locked(claiming.friend_id, referrer_id)
        known = Referral.objects.filter(friend=friend).first()
        if known is not None or friend.referrer_id not in (None, referrer_id):
            return _repeat(known, referrer_id)
        program = live_program(at=at)
        if program is None:
            raise NoReferralProgram
        _check_time(friend, program, at)
        attributions.set_referrer(member_id=friend.pk, referrer_id=referrer_id)
        pair = _pair(program, referrer_id, friend.pk, claiming.device, claiming.payment_card)
        referral_guards.alone([pair])
        return Claimed(_keep(pair, claiming.source, at), is_new=True)


def introduced(newcomers: Sequence[Introduced], at: datetime) -> None:
    """Who has just joined through a member, in the transaction of the registration; without a
    live programme it stays what the members' cards say. Device and payment card are kept of who
    came by themselves too: they may be the hand behind the next one."""
    program = live_program(at=at)
    referrer_ids = {one.referrer_id for one in newcomers if one.referrer_id is not None}
    alive = Member.objects.filter(pk__in=referrer_ids, state=Member.State.ACTIVE)
    active = set(alive.order_by().values_list("pk", flat=True)) if program else set()
    recommended = []
    for one in newcomers:
        told = one.introduction
        if (
            program is not None
            and one.referrer_id is not None
            and one.referrer_id in active
            # An old system's members are no newcomers, however late they are told.
            and _is_in_time(one.joined_at, program, at)
        ):
            pair = _pair(program, one.referrer_id, one.member_id, told.device, told.payment_card)
            recommended.append((pair, one.source))
        else:
            _note(one, at)
    referral_guards.alone([pair for pair, _source in recommended])
    for pair, source in recommended:
        _keep(pair, source, at, is_newcomer=True)


def _note(one: Introduced, at: datetime) -> None:
    told = one.introduction
    referral_guards.note(
        member_id=one.member_id,
        device=referral_guards.index("device", told.device),
        payment=referral_guards.index("payment", told.payment_card),
        at=at,
    )


def _locked(friend_id: int, referrer_id: int) -> Member:
    """The friend, behind the locks of both: of two who claim one friend the first wins, and two
    who claim each other see one another.

    Raises: NotFound; MemberRestricted.
    """
    rows = Member.objects.filter(pk__in={friend_id, referrer_id}).order_by("pk")
    found = {one.pk: one for one in rows.select_for_update(of=("self",), no_key=True)}
    friend: Member | None = found.get(friend_id)
    if friend is None or friend.state in (Member.State.ERASED, Member.State.MERGED):
        raise NotFound
    if friend.state == Member.State.RESTRICTED:
        raise MemberRestricted
    if found[referrer_id].state != Member.State.ACTIVE:
        raise UnknownReferralCode
    return friend


def _repeat(known: Referral | None, referrer_id: int) -> Claimed:
    """Raises: AlreadyRecommended."""
    if known is None or known.referrer_id != referrer_id:
        raise AlreadyRecommended
    return Claimed(known, is_new=False)


def _check_time(friend: Member, program: ReferralProgram, at: datetime) -> None:
    """Raises: ClaimTooLate, with the last instant at which it was possible."""
    cards = merges.one_person(member_id=friend.pk, at=at)
    joined = min(Member.objects.filter(pk__in=cards).order_by().values_list("joined_at", flat=True))
    if not _is_in_time(joined, program, at):
        ends = rules.claim_ends(joined, program.claim_days, programs.current().zone)
        raise ClaimTooLate(days=program.claim_days, until=ends.isoformat())


def _is_in_time(joined_at: datetime, program: ReferralProgram, at: datetime) -> bool:
    return at < rules.claim_ends(joined_at, program.claim_days, programs.current().zone)


def _pair(
    program: ReferralProgram, referrer_id: int, friend_id: int, device: str, payment_card: str
) -> Pair:
    return Pair(
        program=program,
        referrer_id=referrer_id,
        friend_id=friend_id,
        device=referral_guards.index("device", device),
        payment=referral_guards.index("payment", payment_card),
    )


def _keep(pair: Pair, source: str, at: datetime, *, is_newcomer: bool = False) -> Referral:
    reasons = referral_guards.reasons(pair, at=at, is_newcomer=is_newcomer)
    referral = Referral.objects.create(
        program=pair.program,
        referrer_id=pair.referrer_id,
        friend_id=pair.friend_id,
        source=source,
        state=_State.REVIEW if reasons else _State.CLAIMED,
        claimed_at=at,
        reasons=reasons,
        device_index=pair.device,
        payment_index=pair.payment,
        recorded_at=at,
    )
    referral_guards.note(member_id=pair.friend_id, device=pair.device, payment=pair.payment, at=at)
    events.record(
        fact=ReferralClaimed(referral=str(referral.uid), is_to_review=bool(reasons)),
        member_id=pair.friend_id,
        occurred_at=at,
        at=at,
        source=source,
    )
    return referral
