"""Prizes of recommending: each promise is kept once while its reason stands, and again when the
reason comes back after it was lost."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import transaction

from loyalty.models import PrizeGrant, ReferralBoost, ReferralPrize, ReferralProgram
from loyalty.services import prizes
from members.errors import DomainError
from members.models import Tag
from members.selectors import living

logger = structlog.get_logger(__name__)
ORIGIN = "REFERRAL"
_PLAIN = 100
_Side = ReferralPrize.Side


@dataclass(frozen=True)
class Promise:
    """A prize under one reason: `key` without the number of the time."""

    key: str
    prize: ReferralPrize
    at: datetime


def keep(promise: Promise, *, member_id: int, boosts: ReferralProgram) -> bool:
    """Whether it is kept: given now, or before and not taken back since. Nobody owes anything to
    who is gone; false where it couldn't be given, and has to be tried again."""
    last = _last(promise.key)
    if last is not None and last.state == PrizeGrant.State.GIVEN:
        return True
    owner_id = living.id_of(member_id=member_id)
    if owner_id is None:
        return True
    percent = _PLAIN
    if promise.prize.side == _Side.REFERRER:
        percent = boost(program=boosts, member_id=owner_id)
    number = _number(last) + 1 if last else 1
    try:
        with transaction.atomic():
            prizes.give(
                prize=promise.prize,
                key=f"{promise.key}:{number}",
                origin=ORIGIN,
                member_id=owner_id,
                percent=percent,
                at=promise.at,
            )
    except DomainError as error:
        logger.warning("referral_prize_owed", key=promise.key, code=error.code)
        return False
    return True


def take_back(promise: Promise, *, reason: str) -> None:
    """The last of it, if it stands."""
    last = _last(promise.key)
    if last is not None and last.state == PrizeGrant.State.GIVEN:
        prizes.undo(key=last.key, reason=reason, at=promise.at)


def boost(*, program: ReferralProgram, member_id: int) -> int:
    """By how much the tags that a member bears raise their prizes, in percent: the highest."""
    borne = Tag.objects.filter(member_tags__member_id=member_id)
    found = ReferralBoost.objects.filter(program=program, tag__in=borne)
    return max(found.values_list("percent", flat=True), default=_PLAIN)


def _last(key: str) -> PrizeGrant | None:
    rows = PrizeGrant.objects.filter(key__startswith=f"{key}:")
    return max(rows, key=_number, default=None)


def _number(grant: PrizeGrant) -> int:
    return int(grant.key.rpartition(":")[2])
