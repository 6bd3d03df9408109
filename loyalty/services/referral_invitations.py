"""That members invite: shared a link, showed a code. Half of the K-factor."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from loyalty.models import ReferralInvitation, ReferralProgram
from loyalty.rules import calendar
from loyalty.services import programs, referral_codes, referral_guards, referrals
from members.errors import DomainError, MemberRestricted
from members.models import Member
from members.services.idempotency import KeyReused

# As everything that channels tell: clocks differ.
MOST_AHEAD = timedelta(minutes=5)
_OLDEST = timedelta(days=30)


class InvitationsUsedUp(DomainError):
    """A member's invitations of one day are limited; tomorrow more can be recorded."""

    code = "invitations_used_up"
    status = 409


class InvitationAtOddTime(DomainError):
    """An invitation lies at most 30 days back and 5 minutes ahead."""

    code = "invitation_at_odd_time"


@dataclass(frozen=True, kw_only=True)
class Inviting:
    """An invitation by its number at whoever tells it; `channel` says how it was sent."""

    member_id: int
    source: str
    external_id: str
    invited_at: datetime
    channel: str = ""
    device: str = ""


@dataclass(frozen=True)
class Invited:
    """`is_new` is false for a repeat."""

    invitation: ReferralInvitation
    is_new: bool


@transaction.atomic
def record(*, inviting: Inviting, at: datetime) -> Invited:
    """The invitation; the same number of the same source again is the same one.

    Raises: NoReferralProgram; InvitationAtOddTime; InvitationsUsedUp; KeyReused, for another
    member's number; NotFound, MemberRestricted.
    """
    known = _known(inviting)
    if known is not None:
        return Invited(known, is_new=False)
    program = referrals.live_program(at=at)
    if program is None:
        raise referrals.NoReferralProgram
    if not at - _OLDEST <= inviting.invited_at <= at + MOST_AHEAD:
        raise InvitationAtOddTime
    # Two at once count one after the other, and the second may be the same one.
    referral_codes.of_member(member_id=inviting.member_id, at=at)
    _check_member(inviting.member_id)
    referral_codes.lock(member_id=inviting.member_id, at=at)
    known = _known(inviting)
    if known is not None:
        return Invited(known, is_new=False)
    _check_day(inviting, program)
    made = ReferralInvitation.objects.create(
        member_id=inviting.member_id,
        source=inviting.source,
        external_id=inviting.external_id,
        channel=inviting.channel,
        invited_at=inviting.invited_at,
        recorded_at=at,
    )
    device = referral_guards.index("device", inviting.device)
    referral_guards.note(member_id=inviting.member_id, device=device, payment=None, at=at)
    return Invited(made, is_new=True)


def _known(inviting: Inviting) -> ReferralInvitation | None:
    """Raises: KeyReused."""
    found = ReferralInvitation.objects.filter(
        source=inviting.source, external_id=inviting.external_id
    ).first()
    if found is not None and found.member_id != inviting.member_id:
        raise KeyReused
    return found


def _check_member(member_id: int) -> None:
    """Raises: MemberRestricted, also where there is a code."""
    state = Member.objects.filter(pk=member_id).values_list("state", flat=True).first()
    if state == Member.State.RESTRICTED:
        raise MemberRestricted


def _check_day(inviting: Inviting, program: ReferralProgram) -> None:
    """Raises: InvitationsUsedUp."""
    zone = programs.current().zone
    day = calendar.local_day(inviting.invited_at, zone)
    begin = calendar.start_of_day(day, zone)
    end = calendar.start_of_day(day + timedelta(days=1), zone)
    sent = ReferralInvitation.objects.filter(
        member_id=inviting.member_id, invited_at__gte=begin, invited_at__lt=end
    )
    if sent.count() >= program.invitations_day:
        raise InvitationsUsedUp(most=program.invitations_day)
