"""A benefit used at a till or told by a channel, taken back, and rated.

A use is taken at server time, behind the lock on the member's account: of two tills that use the
last one, the second finds none. Source: docs/algorithms/benefits.md.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from loyalty.events import BenefitRated, BenefitUsed, BenefitVoided
from loyalty.models import BenefitGrant, BenefitPeriod, BenefitUse
from loyalty.rules import benefit_periods
from loyalty.rules import benefits as rules
from loyalty.selectors import benefits
from loyalty.selectors.benefits import Found
from loyalty.services import benefit_locks
from loyalty.services.benefit_refusals import PREFIX, BenefitRefused, BenefitUseConflict
from members.errors import DomainError, NotFound, ReasonRequired
from members.services import events

_MOST_REASON = 80
MOST_RATING = 10
_State = BenefitUse.State


class BadRating(DomainError):
    """A rating is a whole number from 1 to 10."""

    code = "bad_rating"


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A benefit to be used; (`source`, `external_id`) names the use once."""

    benefit_id: int
    member_id: int
    source: str
    external_id: str
    store_id: int | None = None
    actor_id: int | None = None

    def fingerprint(self) -> bytes:
        """Of what was asked beside who: a merge changes the member's id."""
        return hashlib.sha256(f"{self.benefit_id}|{self.store_id or ''}".encode()).digest()


@dataclass(frozen=True)
class Used:
    """A use, and what is left afterwards (None: without a limit). `is_repeat`: it was told
    before."""

    use: BenefitUse
    left: int | None
    is_repeat: bool = False


@transaction.atomic
def use(*, ask: Ask, at: datetime) -> Used:
    """The use. The period's own quota goes first, then the grant that ends first. Told again it
    is the same use, also when it was voided since.

    Raises: NotFound; BenefitRefused, with the reason as its code; BenefitUseConflict, for a number
    that is known with another content.
    """
    member_id = benefit_locks.owner(member_id=ask.member_id, at=at)
    known = _known(ask, member_id)
    found = _found(member_id, ask.benefit_id, at)
    if known is not None:
        return Used(known, found.standing.left, is_repeat=True)
    _check(found, ask.store_id)
    try:
        with transaction.atomic():
            made = _take(ask, member_id, found, at)
    except IntegrityError as error:
        if "benefit_use_once" not in str(error):
            raise
        # Another member's, at the same moment.
        raise BenefitUseConflict(external_id=ask.external_id) from None
    left = found.standing.left
    left = None if left is None else left - 1
    told = BenefitUsed(benefit=found.benefit.code, use=str(made.uid), left=left)
    events.record(
        fact=told, member_id=member_id, occurred_at=at, at=at,
        actor_id=ask.actor_id, source=ask.source,
    )  # fmt: skip
    return Used(made, left)


def _known(ask: Ask, member_id: int) -> BenefitUse | None:
    found = (
        BenefitUse.objects.select_related("benefit")
        .filter(source=ask.source, external_id=ask.external_id)
        .first()
    )
    if found is not None and (
        found.member_id != member_id or bytes(found.fingerprint) != ask.fingerprint()
    ):
        raise BenefitUseConflict(external_id=ask.external_id)
    return found


def _found(member_id: int, benefit_id: int, at: datetime) -> Found:
    found = benefits.of_member(member_id=member_id, at=at, only=[benefit_id])
    if not found:
        raise NotFound("there is no such benefit")
    return found[0]


def _check(found: Found, store_id: int | None) -> None:
    code = found.benefit.code
    if not found.standing.is_usable:
        raise BenefitRefused(PREFIX + found.standing.why_not, benefit=code)
    if found.benefit.coupon_type_id is not None:
        raise BenefitRefused("benefit_as_coupons", benefit=code)
    if found.store_ids and store_id not in found.store_ids:
        raise BenefitRefused("benefit_store", benefit=code)


def _take(ask: Ask, member_id: int, found: Found, at: datetime) -> BenefitUse:
    moment = benefits.moment(at)
    grant_id = rules.source_of(found.standing, found.holding, moment)
    period = None
    if grant_id is None:
        period = _count(found, member_id, moment)
    else:
        BenefitGrant.objects.filter(pk=grant_id).update(used_count=F("used_count") + 1)
    return BenefitUse.objects.create(
        source=ask.source,
        external_id=ask.external_id,
        fingerprint=ask.fingerprint(),
        benefit=found.benefit,
        member_id=member_id,
        grant_id=grant_id,
        period=period,
        store_id=ask.store_id,
        actor_id=ask.actor_id,
        used_at=at,
    )


def _count(found: Found, member_id: int, moment: rules.Moment) -> BenefitPeriod:
    """One more of the period. The database itself refuses one more than the quota."""
    period, _ = BenefitPeriod.objects.get_or_create(
        member_id=member_id,
        benefit_id=found.promise.id,
        period_on=benefit_periods.period_of(moment.day, found.promise.every).start,
        defaults={"allowed_count": found.standing.own_quota},
    )
    quota = found.standing.own_quota
    # A promotion raises it; nothing that was used before is above it, as something is left.
    period.allowed_count = quota if quota is None else max(quota, period.given_count)
    period.used_count += 1
    period.save(update_fields=["allowed_count", "used_count"])
    return period


@transaction.atomic
def void(
    *, use_uid: UUID, reason: str, at: datetime, member_id: int | None = None,
    actor_id: int | None = None,
) -> BenefitUse:  # fmt: skip
    """The use, void. In the same period it comes back to where it was taken from; later it is on
    record, and nothing comes back. Void again it stays as it is. `member_id`: only theirs.

    Raises: NotFound; ReasonRequired.
    """
    why = reason.strip()[:_MOST_REASON]
    if not why:
        raise ReasonRequired
    owner_id = benefit_locks.owner(member_id=_holder(use_uid), at=at)
    if member_id not in (None, owner_id):
        raise NotFound("there is no such use")
    used = (
        BenefitUse.objects.select_for_update(of=("self",))
        .select_related("benefit", "period", "grant")
        .get(uid=use_uid)
    )
    if used.state == _State.VOID:
        return used
    used.state, used.voided_at, used.void_reason = _State.VOID, at, why
    used.given_back = _comes_back(used, at)
    used.save(update_fields=["state", "voided_at", "void_reason", "given_back"])
    if used.given_back:
        taken_from = used.period or used.grant
        assert taken_from is not None
        rows = type(taken_from)._default_manager.filter(pk=taken_from.pk)
        rows.update(used_count=F("used_count") - 1)
    told = BenefitVoided(
        benefit=used.benefit.code, use=str(used.uid), is_given_back=used.given_back
    )
    events.record(fact=told, member_id=owner_id, occurred_at=at, at=at, actor_id=actor_id)
    return used


def _holder(use_uid: UUID) -> int:
    found = BenefitUse.objects.filter(uid=use_uid).values_list("member_id", flat=True).first()
    if found is None:
        raise NotFound("there is no such use")
    return int(found)


def _comes_back(used: BenefitUse, at: datetime) -> bool:
    if used.period is not None:
        now = benefit_periods.period_of(benefits.moment(at).day, used.benefit.every)
        return bool(now.start == used.period.period_on)
    held = used.grant
    return held is not None and held.ended_at is None and benefits.grant(held).is_open(at)


@transaction.atomic
def rate(*, use_uid: UUID, member_id: int, rating: int, at: datetime) -> BenefitUse:
    """What the member thought of it, from 1 to 10; a later rating replaces it.

    Raises: NotFound, also for another member's; BadRating; BenefitRefused, for a void one.
    """
    if not 1 <= rating <= MOST_RATING:
        raise BadRating(rating=rating)
    used = (
        BenefitUse.objects.select_for_update(of=("self",))
        .select_related("benefit")
        .filter(uid=use_uid, member_id=member_id)
        .first()
    )
    if used is None:
        raise NotFound("there is no such use")
    if used.state == _State.VOID:
        raise BenefitRefused("benefit_use_void", benefit=used.benefit.code)
    if used.rating == rating:
        return used
    used.rating, used.rated_at = rating, at
    used.save(update_fields=["rating", "rated_at"])
    told = BenefitRated(benefit=used.benefit.code, use=str(used.uid), rating=rating)
    events.record(fact=told, member_id=member_id, occurred_at=at, at=at)
    return used


def last_use(*, member_id: int, benefit_id: int) -> UUID:
    """The member's newest use that stands, for who rates without naming one.

    Raises: BenefitRefused.
    """
    own = BenefitUse.objects.filter(member_id=member_id, benefit=benefit_id, state=_State.USED)
    found = own.order_by("-pk").values_list("uid", flat=True).first()
    if found is None:
        raise BenefitRefused("benefit_not_used")
    return UUID(str(found))
