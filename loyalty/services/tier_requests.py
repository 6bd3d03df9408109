"""A tier by hand, by four eyes: asked for by one person, let happen by another."""

from datetime import date, datetime

from loyalty.errors import TierEndsInPast, UnknownTier
from loyalty.models import Account, Tier
from loyalty.rules import calendar
from loyalty.services import programs, tier_grants
from members.errors import NotFound
from members.models import ApprovalRequest, User
from members.services import approvals

ACTION = "loyalty.tier.set"
_TARGET = "loyalty.account"


def ask(
    *,
    member_id: int,
    tier_code: str,
    until_on: date | None,
    reason: str,
    maker: User,
    at: datetime,
) -> ApprovalRequest:
    """The waiting request for at least this tier through the end of `until_on` (None: for one
    term from when it is approved). What would be refused is refused now.

    Raises: ReasonRequired; UnknownTier; TierEndsInPast; NotFound, for a member without account.
    """
    tier = Tier.objects.filter(program__is_current=True, rank__gt=0, code=tier_code).first()
    if tier is None:
        raise UnknownTier(tier=tier_code)
    if until_on is not None and until_on < calendar.local_day(at, programs.current().zone):
        raise TierEndsInPast(until_on=until_on.isoformat())
    if not Account.objects.filter(member_id=member_id).exists():
        raise NotFound
    asked = approvals.Ask(
        action=ACTION,
        summary=tier.name,
        payload={
            "tier": tier_code,
            "until_on": until_on.isoformat() if until_on else "",
            "reason": reason,
        },
        member_id=member_id,
        target_type=_TARGET,
        target_id=member_id,
    )
    return approvals.request(ask=asked, reason=reason, maker=maker, at=at)


def run_approved(request: ApprovalRequest, at: datetime) -> None:
    """Sets the tier, in the name of who asked, in the transaction of the approval.

    Raises: as `tier_grants.set_by_hand`.
    """
    asked = request.payload
    tier_grants.set_by_hand(
        member_id=request.member_id or 0,
        tier_code=asked["tier"],
        until_on=date.fromisoformat(asked["until_on"]) if asked["until_on"] else None,
        reason=asked["reason"],
        actor=request.maker,
        at=at,
    )


def version_of_target(request: ApprovalRequest) -> str:
    """The tier by hand that the maker saw, and that the card is in use: purchases may go on."""
    found = Account.objects.filter(member_id=request.member_id or 0)
    row = found.values_list("tier_floor__code", "tier_floor_until_at", "version").first()
    if row is None:
        return ""
    floor, until_at, version = row
    # Retired and erased accounts have a version below zero.
    return "closed" if version < 0 else f"{floor or '-'} {until_at.isoformat() if until_at else ''}"
