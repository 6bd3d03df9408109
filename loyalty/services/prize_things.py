"""What a prize may be: points, coupons, a benefit, a badge; each given and taken back. Tiers have a
module of their own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loyalty.events import PointsClawedBack, PointsEarned
from loyalty.models import Coupon, LedgerEntry, Lot, Prize, PrizeGrant
from loyalty.rules import calendar, clawbacks
from loyalty.rules import lots as lot_rules
from loyalty.rules.entries import Document
from loyalty.services import (
    accounts,
    badges,
    benefit_coupons,
    benefit_grants,
    coupons,
    points,
    programs,
)
from loyalty.services.coupon_refusals import CouponRefused
from loyalty.services.posting import Posting


@dataclass(frozen=True)
class Promise:
    """A prize that is to be given: `count` coupons or uses of a benefit."""

    prize: Prize
    grant: PrizeGrant
    count: int
    at: datetime


@dataclass(frozen=True)
class Keeping:
    """A prize that is to be taken back."""

    grant: PrizeGrant
    reason: str
    at: datetime


Made = dict[str, Any]


def earn(promise: Promise) -> Made:
    """Usable at once: what they are for can't be returned any more, or is undone if it is."""
    grant, at = promise.grant, promise.at
    terms = programs.current()
    state = accounts.lock(member_ids=[grant.member_id])[grant.member_id]
    batch = Posting(at=at)
    state.ledger.settle(at)
    state.ledger.earn(
        grant.points,
        document=_document(grant, at),
        reason=grant.origin.lower(),
        activates_at=at,
        expires_at=calendar.expiry(at, terms.validity, terms.zone),
        at=at,
        is_sliding=terms.validity_slides,
    )
    told = PointsEarned(order="", points=grant.points, is_pending=False)
    batch.tell(told, member_id=grant.member_id, occurred_at=at)
    points.write(batch, [state])
    return {}


def claw_back(keeping: Keeping) -> Made:
    """From the prize's own lot, then as the programme says of refunds: `taken`, `absorbed` by
    expiry, `debt` and `uncollected` sum to what was given."""
    grant, at = keeping.grant, keeping.at
    entry = LedgerEntry.objects.filter(key=f"{_key(grant)}:earn").values("pk").first()
    stored = None if entry is None else Lot.objects.filter(entry_id=entry["pk"]).first()
    if stored is None:
        return {}
    state = accounts.lock(member_ids=[stored.member_id], includes_erased=True)[stored.member_id]
    # Read again behind the lock: a till may have spent of it meanwhile.
    stored.refresh_from_db()
    batch = Posting(at=at)
    state.ledger.settle(at)
    lot = next((one for one in state.ledger.lots if one.id == stored.pk), None)
    back = clawbacks.claw_back_by_lot(
        state.ledger,
        [(lot or _closed(stored), grant.points)],
        document=_document(grant, at, suffix=":undo"),
        at=at,
        policy=programs.current().uncollected,
        reason=keeping.reason,
    )
    state.is_changed = True
    if back.taken or back.debt:
        told = PointsClawedBack(order="", refund="", points=back.taken, debt_points=back.debt)
        batch.tell(told, member_id=state.member_id, occurred_at=at)
    points.write(batch, [state])
    return {
        "taken": back.taken,
        "absorbed": back.absorbed,
        "debt": back.debt,
        "uncollected": back.uncollected,
    }


def grant_coupons(promise: Promise) -> Made:
    """As many as the prize says.

    Raises: CouponRefused.
    """
    grant, kind = promise.grant, promise.prize.coupon_type
    assert kind is not None
    made = [
        coupons.grant(
            type_code=kind.code,
            member_id=grant.member_id,
            key=f"{_key(grant)}:{number}",
            origin=Coupon.Origin.CAMPAIGN,
            at=promise.at,
        )
        for number in range(1, promise.count + 1)
    ]
    return {"coupons": [coupon.pk for coupon in made]}


def void_coupons(keeping: Keeping) -> Made:
    """Those that are used or have ended stay as they are, and are named."""
    return {"coupons": _void(keeping.grant.made["coupons"], keeping)}


def _void(coupon_ids: Iterable[int], keeping: Keeping) -> list[int]:
    """Those that stay."""
    kept = []
    for coupon_id in coupon_ids:
        try:
            coupons.void(coupon_id=_heir(coupon_id), reason=keeping.reason, at=keeping.at)
        except CouponRefused:
            kept.append(coupon_id)
    return kept


def grant_benefit(promise: Promise) -> Made:
    """So many uses, for so many days."""
    grant, benefit = promise.grant, promise.prize.benefit
    assert benefit is not None
    made = benefit_grants.grant(
        benefit_id=benefit.pk,
        member_id=grant.member_id,
        key=_key(grant),
        origin="PRIZE",
        quota=promise.count,
        days=promise.prize.days,
        at=promise.at,
    )
    return {"benefit": made.pk}


def end_benefit(keeping: Keeping) -> Made:
    """Uses that were made stay made; where it came as coupons, those that are used."""
    ended = benefit_grants.end(
        grant_id=keeping.grant.made["benefit"], reason=keeping.reason, at=keeping.at
    )
    if ended.benefit.coupon_type_id is None:
        return {"used": ended.used_count}
    came = benefit_coupons.of_grant(grant=ended)
    kept = _void(came, keeping)
    return {"used": len(kept), "coupons": kept}


def give_badge(promise: Promise) -> Made:
    badge = promise.prize.badge
    assert badge is not None
    badges.give(
        badge_id=badge.pk,
        member_id=promise.grant.member_id,
        key=_key(promise.grant),
        at=promise.at,
    )
    return {"badge": badge.code}


def take_badge(keeping: Keeping) -> Made:
    badges.take_back(key=_key(keeping.grant), at=keeping.at)
    return {}


def _key(grant: PrizeGrant) -> str:
    return f"prize:{grant.pk}"


def _document(grant: PrizeGrant, at: datetime, suffix: str = "") -> Document:
    return Document("PRIZE", grant.pk, f"{_key(grant)}{suffix}", at)


def _closed(stored: Lot) -> lot_rules.Lot:
    """A lot of which nothing remains: it isn't among the open ones."""
    return lot_rules.Lot(
        id=stored.pk,
        earned=stored.earned_points,
        remaining=0,
        activates_at=stored.activates_at,
        expires_at=stored.expires_at,
        expired=stored.expired_points,
        clawed=stored.clawed_points,
    )


def _heir(coupon_id: int) -> int:
    """The coupon that a friend was given for it, if it was given on; the last of a chain."""
    found = coupon_id
    while True:
        heir = Coupon.objects.filter(pk=found).values_list("replaced_by_id", flat=True).first()
        if heir is None:
            return found
        found = heir
