"""`/api/v1/coupons/{code}`: is it worth something, keep it, use it, let it go, give it on."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from loyalty.api import coupon_shapes as shapes
from loyalty.api import sources
from loyalty.api.coupon_words import describe
from loyalty.models import Coupon
from loyalty.rules.coupon_worth import Verdict
from loyalty.selectors import coupons as found
from loyalty.selectors.coupons import Judged
from loyalty.services import coupon_carts, coupon_desk, coupon_refusals
from loyalty.services.coupon_desk import Deed, Desk
from loyalty.services.documents import MemberReference
from loyalty.services.dry_runs import Basket, BasketLine
from members.api import bodies, schema
from members.api.idempotency import idempotent
from members.api.views import ChannelView
from members.services.idempotency import Answer

_REDEEM = {"POST": ["coupons:redeem"]}
_GUESSED = (
    " A code that doesn't exist, a void one and one of somebody else are the same "
    "`coupon_not_found`; after some of them 429 `too_many_guesses` with Retry-After."
)


class CouponValidateView(ChannelView):
    required_scopes = _REDEEM

    @extend_schema(
        operation_id="validate_coupon",
        summary="Ask whether a code may be used, and what it does",
        description="Changes nothing. With `lines` also what it would do by itself; with offers "
        "and other coupons `POST /quotes` decides." + _GUESSED,
        tags=["coupons"],
        request=schema.body(shapes.ValidateSent),
        responses={
            200: schema.answer(shapes.ValidatedShown, "Usable, or why not"),
            **schema.problems(400, 404, 422),
        },
    )
    def post(self, request: Request, code: str) -> HttpResponse:
        sent, at = bodies.read(request, shapes.ValidateSent), timezone.now()
        desk = _desk(request, code, sent.member, sent.store)
        judged = coupon_desk.validate(desk=desk, at=at)
        verdict = None
        if judged.type is not None and sent.lines:
            basket = _basket(sent, desk)
            verdict = coupon_carts.judge(coupon_type=judged.type, basket=basket, at=at)
        return bodies.respond(_validated(judged, verdict, at))


class CouponLockView(ChannelView):
    required_scopes = _REDEEM

    @extend_schema(
        operation_id="lock_coupon",
        summary="Keep a coupon for an order that is about to be paid",
        description="Nobody else can use it until the order comes, it is released, or the time "
        "is over. The same order again gets the same lock." + _GUESSED,
        tags=["coupons"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(shapes.LockSent),
        responses={
            200: schema.answer(shapes.LockedShown, "Kept"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request, code: str) -> Answer:
        sent = bodies.read(request, shapes.LockSent)
        desk = _desk(request, code, sent.member, sent.store)
        checkout = coupon_desk.Checkout(
            external_id=sent.external_id, minutes=sent.minutes, quote_id=sent.quote_id
        )
        locked = coupon_desk.lock(desk=desk, checkout=checkout, at=timezone.now())
        assert locked.locked_until is not None
        shown = shapes.LockedShown(
            code=desk.code,
            state="LOCKED",
            external_id=sent.external_id,
            locked_until=locked.locked_until,
            type=locked.type_code,
            kind=locked.kind,  # type: ignore[arg-type]
        )
        return bodies.answer(shown, status=200, member=desk.member)


class CouponReleaseView(ChannelView):
    required_scopes = _REDEEM

    @extend_schema(
        operation_id="release_coupon",
        summary="Let go of a coupon that was kept for an order",
        description="`is_released` is false when nothing was kept for that order, whatever the "
        "code is.",
        tags=["coupons"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(shapes.CouponReleaseSent),
        responses={
            200: schema.answer(shapes.ReleasedShown, "Free, or never kept"),
            **schema.problems(400, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request, code: str) -> Answer:
        sent = bodies.read(request, shapes.CouponReleaseSent)
        desk = _desk(request, code, None, "")
        is_released = coupon_desk.release(
            desk=desk, external_id=sent.external_id, at=timezone.now()
        )
        shown = shapes.ReleasedShown(
            code=desk.code, external_id=sent.external_id, is_released=is_released
        )
        return bodies.answer(shown, status=200)


class CouponRedeemView(ChannelView):
    required_scopes = _REDEEM

    @extend_schema(
        operation_id="redeem_coupon",
        summary="Use a coupon for a sale that isn't sent as an order",
        description="(source, external_id) is the key: again it is the same use. An order that "
        "names the code in `coupons` redeems it by itself." + _GUESSED,
        tags=["coupons"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(shapes.RedeemSent),
        responses={
            200: schema.answer(shapes.RedeemedShown, "Used, or used before for this sale"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request, code: str) -> Answer:
        sent, at = bodies.read(request, shapes.RedeemSent), timezone.now()
        desk = _desk(request, code, sent.member, sent.store)
        deed = Deed(
            external_id=sent.external_id,
            occurred_at=sent.occurred_at or at,
            discount_amount=sent.discount_amount,
        )
        used = coupon_desk.redeem(desk=desk, deed=deed, at=at)
        return bodies.answer(
            _redeemed(used, desk, sent.external_id), status=200, member=desk.member
        )


class CouponClaimView(ChannelView):
    required_scopes = _REDEEM

    @extend_schema(
        operation_id="claim_coupon",
        summary="Put a printed or public code into a member's wallet",
        description="From then on it is the member's." + _GUESSED,
        tags=["coupons"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(shapes.CouponClaimSent),
        responses={
            201: schema.answer(shapes.CouponShown, "The member's, or the member's before"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request, code: str) -> Answer:
        sent, at = bodies.read(request, shapes.CouponClaimSent), timezone.now()
        desk = _desk(request, code, sent.member, "")
        key = sources.key_of(request, about=f"claim:{desk.code}:{desk.holder}")
        claimed = coupon_desk.claim(desk=desk, key=key, at=at)
        return bodies.answer(_coupon(claimed, at), status=201, member=desk.member)


class CouponTransferView(ChannelView):
    required_scopes = _REDEEM

    @extend_schema(
        operation_id="transfer_coupon",
        summary="Give a member's coupon to a friend",
        description="Where its type allows it. The friend gets a new code with the same "
        "validity; the old one is void." + _GUESSED,
        tags=["coupons"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(shapes.CouponTransferSent),
        responses={
            201: schema.answer(shapes.CouponShown, "The friend's coupon"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request, code: str) -> Answer:
        sent, at = bodies.read(request, shapes.CouponTransferSent), timezone.now()
        desk = _desk(request, code, sent.from_member, "")
        key = sources.key_of(request, about=f"transfer:{desk.code}")
        given = coupon_desk.transfer(desk=desk, friend=sent.to_member, key=key, at=at)
        return bodies.answer(_coupon(given, at), status=201, member=desk.member)


def _desk(request: Request, code: str, member: MemberReference | None, store: str) -> Desk:
    return coupon_desk.desk(
        code=code,
        source=sources.source_of(request),
        reference=member,
        store=store,
        address=request.META.get("REMOTE_ADDR", ""),
    )


def _basket(sent: shapes.ValidateSent, desk: Desk) -> Basket:
    lines = tuple(
        BasketLine(
            net_amount=line.gross_amount,
            sku=line.sku,
            category=line.category,
            brand=line.brand,
            quantity=line.quantity,
        )
        for line in sent.lines
    )
    return Basket(
        lines=lines,
        store=sent.store,
        channel=sent.channel or desk.source.channel,
        member_id=desk.member_id,
    )


def _validated(judged: Judged, verdict: Verdict | None, at: datetime) -> shapes.ValidatedShown:
    refused = (judged.refused or {}).get("code", "")
    reason = refused or (verdict.reason if verdict else "")
    one, coupon = judged.type, judged.coupon
    state = None if coupon is None else found.state_of(coupon=coupon, at=at)
    return shapes.ValidatedShown(
        code=judged.code,
        is_usable=not reason,
        reason=reason or None,
        detail=gettext(coupon_refusals.CODES.get(reason, "")) if reason else "",
        state=state,  # type: ignore[arg-type]
        valid_from=None if coupon is None else coupon.valid_from,
        expires_at=None if coupon is None else coupon.expires_at,
        # One that timed out is remembered, and is none.
        locked_until=coupon.locked_until if coupon and state == Coupon.State.LOCKED else None,
        type=None
        if one is None
        else shapes.CouponTypeShown(**shapes.type_fields(one, describe(one))),
        base_amount=None if verdict is None else verdict.base_amount,
        missing_amount=None if verdict is None else verdict.missing_amount,
        discount_amount=None if verdict is None else verdict.discount_amount,
    )


def _redeemed(used: Coupon, desk: Desk, external_id: str) -> shapes.RedeemedShown:
    assert used.redeemed_at is not None
    return shapes.RedeemedShown(
        code=desk.code,
        state="REDEEMED",
        external_id=external_id,
        redeemed_at=used.redeemed_at,
        discount_amount=used.discount_amount,
        type=used.type.code,
        kind=used.type.kind,  # type: ignore[arg-type]
        multiplier_percent=used.type.multiplier_percent,
    )


def _coupon(one: Coupon, at: datetime) -> Any:
    return shapes.coupon(one, describe(one.type), state=found.state_of(coupon=one, at=at))
