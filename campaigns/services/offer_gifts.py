"""What offers give with an order: goods are named, coupons are granted."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from campaigns.models import OfferUse
from campaigns.rules.quote_shapes import COUPON
from campaigns.services.quote_promises import Promise
from loyalty.models import Coupon
from loyalty.services import coupon_redemptions, coupons
from members.errors import DomainError
from members.registry.settlements import Sale

Row = dict[str, Any]


def give(
    *, sale: Sale, promise: Promise, refused: Mapping[str, str], at: datetime
) -> tuple[list[Row], list[Row]]:
    """Gifts of the offers and coupons that were honored, and those that could not be given, with
    the reason. Coupons are granted once, whoever asks again; nobody in particular gets none."""
    given: list[Row] = []
    missed: list[Row] = []
    for applied in promise["applied"]:
        if not applied["gifts"] or not _is_honored(applied, sale, refused):
            continue
        coupon_ids: list[int] = []
        for gift in applied["gifts"]:
            if not gift["coupon_type"]:
                given.append(_goods(applied, gift))
                continue
            _grant_all(sale, applied, gift, at, coupon_ids, given, missed)
        if coupon_ids:
            uses = OfferUse.objects.filter(order_id=sale.order_id, code=applied["code"])
            uses.update(coupon_ids=coupon_ids)
    return given, missed


def take_back(*, use: OfferUse, kept_count: int, reason: str, at: datetime) -> int:
    """Makes gift coupons of a use void until `kept_count` are left, as far as they weren't used:
    those that came last go first. Gives how many."""
    surplus = len(use.coupon_ids) - kept_count
    if surplus <= 0:
        return 0
    states = (Coupon.State.ISSUED, Coupon.State.CLAIMED, Coupon.State.LOCKED)
    living = dict(Coupon.objects.filter(pk__in=use.coupon_ids).values_list("pk", "state"))
    gone = sum(1 for state in living.values() if state == Coupon.State.VOID)
    unused = [pk for pk in reversed(use.coupon_ids) if living.get(pk) in states]
    chosen = unused[: max(0, surplus - gone)]
    if not chosen:
        return 0
    return coupon_redemptions.void_unused(coupon_ids=chosen, reason=reason, at=at)


def _is_honored(applied: Mapping[str, Any], sale: Sale, refused: Mapping[str, str]) -> bool:
    if applied["what"] == COUPON:
        return applied["code"] in sale.coupons
    return applied["code"] not in refused


def _goods(applied: Mapping[str, Any], gift: Mapping[str, Any]) -> Row:
    return {
        "what": "gift",
        "code": applied["code"],
        "sku": gift["sku"],
        "quantity": gift["quantity"],
    }


def _grant_all(
    sale: Sale,
    applied: Mapping[str, Any],
    gift: Mapping[str, Any],
    at: datetime,
    coupon_ids: list[int],
    given: list[Row],
    missed: list[Row],
) -> None:
    """One coupon for each piece; its key is its place among the order's coupons of this offer."""
    for _ in range(gift["quantity"]):
        number = len(coupon_ids) + 1
        about = {"what": "gift", "code": applied["code"], "coupon_type": gift["coupon_type"]}
        try:
            coupon = _grant(sale, gift["coupon_type"], applied["code"], number, at)
        except DomainError as error:
            missed.append({**about, "offer": applied["code"], "code": error.code})
            return
        coupon_ids.append(coupon.pk)
        until = coupon.expires_at
        given.append(
            {
                **about,
                "coupon": coupon.code,
                "expires_at": until.astimezone(UTC).isoformat() if until else None,
            }
        )


def _grant(sale: Sale, type_code: str, offer_code: str, number: int, at: datetime) -> Coupon:
    if sale.member_id is None:
        raise NobodyToGive
    # A refusal undoes itself alone: the order is recorded all the same.
    with transaction.atomic():
        return coupons.grant(
            type_code=type_code,
            member_id=sale.member_id,
            key=f"order:{sale.order_id}:offer:{offer_code}:{number}",
            origin=Coupon.Origin.OFFER,
            at=at,
        )


class NobodyToGive(DomainError):
    """A coupon is given to a member, and the order has none."""

    code = "no_member"
