"""`/api/v1/members/{id}/referral`: a member's code, what recommending brought, who recommended
them; and `/me/referral`, the same for the member."""

from datetime import datetime
from typing import Any
from uuid import UUID

import segno
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from loyalty.api.referral_shapes import (
    ChannelInvitationSent,
    InvitationSent,
    InvitationShown,
    LadderShown,
    PromiseShown,
    ReferralClaimSent,
    ReferralClaimShown,
    ReferralPrizeShown,
    ReferralShown,
    RungShown,
)
from loyalty.models import ReferralPrize, ReferralProgram
from loyalty.selectors.referral_cards import Card
from loyalty.services import referral_cards, referral_invitations, referrals
from loyalty.services.referral_invitations import Inviting
from loyalty.services.referrals import Claiming
from members.api import bodies, schema
from members.api.idempotency import idempotent
from members.api.member_authentication import member_of
from members.api.member_views import OwnView
from members.api.views import ChannelView, client_of
from members.models import Member
from members.selectors import members
from members.services.idempotency import Answer

_QR_SCALE = 4


class ReferralView(ChannelView):
    required_scopes = {"GET": ["members:read"], "POST": ["members:write"]}

    @extend_schema(
        operation_id="read_referral",
        summary="A member's code for recommending, and what it brought",
        description="The code is made when it is first asked for, and stays.",
        tags=["referral"],
        responses={200: schema.answer(ReferralShown, "As of now"), **schema.problems(404)},
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        return _shown(members.by_uid(uid=uid).pk)

    @extend_schema(
        operation_id="claim_referral",
        summary="Say who recommended a member",
        description="The first one counts: another code afterwards is 409 `already_recommended`, "
        "the same one again the same answer. Possible so many days after joining as the programme "
        "says.",
        tags=["referral"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(ReferralClaimSent),
        responses={
            201: schema.answer(ReferralClaimShown, "On record"),
            200: schema.answer(ReferralClaimShown, "It was on record"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request, uid: UUID) -> Answer:
        return _claimed(request, members.by_uid(uid=uid))


class InvitationsView(ChannelView):
    required_scopes = {"POST": ["events:write"]}

    @extend_schema(
        operation_id="record_invitation",
        summary="Tell that a member invited",
        description="Once for each `external_id` of your client.",
        tags=["referral"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(ChannelInvitationSent),
        responses={
            201: schema.answer(InvitationShown, "Recorded"),
            200: schema.answer(InvitationShown, "It was recorded"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request, uid: UUID) -> Answer:
        sent = bodies.read(request, ChannelInvitationSent)
        return _invited(request, members.by_uid(uid=uid), sent, sent.invited_at)


class OwnReferralView(OwnView):
    @extend_schema(
        operation_id="read_my_referral",
        summary="My code for recommending, and what it brought",
        tags=["me"],
        responses={200: schema.answer(ReferralShown, "As of now"), **schema.problems()},
    )
    def get(self, request: Request) -> HttpResponse:
        return _shown(member_of(request).pk)

    @extend_schema(
        operation_id="claim_my_referral",
        summary="Say who recommended me",
        description="The first one counts: another code afterwards is 409 `already_recommended`.",
        tags=["me"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(ReferralClaimSent),
        responses={
            201: schema.answer(ReferralClaimShown, "On record"),
            200: schema.answer(ReferralClaimShown, "It was on record"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request) -> Answer:
        return _claimed(request, member_of(request))


class OwnInvitationsView(OwnView):
    @extend_schema(
        operation_id="record_my_invitation",
        summary="Tell that I invited, now",
        tags=["me"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(InvitationSent),
        responses={
            201: schema.answer(InvitationShown, "Recorded"),
            200: schema.answer(InvitationShown, "It was recorded"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request) -> Answer:
        sent, member = bodies.read(request, InvitationSent), member_of(request)
        return _invited(request, member, sent, None)


def _shown(member_id: int) -> HttpResponse:
    found = referral_cards.show(member_id=member_id, at=timezone.now())
    card = found.card
    shown = ReferralShown(
        code=found.code,
        link=found.link,
        qr_svg=qr_svg(found.link or found.code),
        is_live=found.is_live,
        promises=_promises(card.program) if found.is_live else [],
        friends={state.lower(): count for state, count in card.states.items()},  # type: ignore[misc]
        ladder=_ladder(card),
        points=card.points,
        prizes=[
            ReferralPrizeShown(
                what=one.what.lower(),  # type: ignore[arg-type]
                points=one.points,
                given_at=one.given_at,
                is_undone=one.undone_at is not None,
            )
            for one in card.prizes
        ],
    )
    return bodies.respond(shown, headers={"Cache-Control": "no-store"})


def qr_svg(text: str) -> str:
    """The picture of a link or code; "" for nothing."""
    if not text:
        return ""
    picture = segno.make(text, micro=False, error="m")
    return str(picture.svg_inline(scale=_QR_SCALE, border=2))


def _promises(program: ReferralProgram | None) -> list[PromiseShown]:
    if program is None:
        return []
    rows = program.prizes.select_related("coupon_type", "tier", "benefit", "badge")
    return [_promise(one) for one in rows.order_by("moment", "step", "pk")]


def _promise(one: ReferralPrize) -> PromiseShown:
    things: dict[str, Any] = {
        "COUPON": one.coupon_type,
        "TIER": one.tier,
        "BENEFIT": one.benefit,
        "BADGE": one.badge,
    }
    thing = things.get(one.what)
    return PromiseShown(
        when=one.moment.lower(),  # type: ignore[arg-type]
        whose=one.side.lower(),  # type: ignore[arg-type]
        step=one.step,
        what=one.what.lower(),  # type: ignore[arg-type]
        points=one.points,
        count=one.count,
        code=thing.code if thing else "",
    )


def _ladder(card: Card) -> LadderShown | None:
    if card.program is None or not card.ladder:
        return None
    return LadderShown(
        counts=card.program.ladder_basis.lower(),  # type: ignore[arg-type]
        friends=card.friends,
        next_step=card.next_step,
        steps=[RungShown(step=one.step, is_reached=one.is_reached) for one in card.ladder],
    )


def _claimed(request: Request, member: Member) -> Answer:
    sent = bodies.read(request, ReferralClaimSent)
    claiming = Claiming(
        friend_id=member.pk,
        code=sent.code,
        device=sent.device,
        payment_card=sent.payment_card,
        source=client_of(request).source,
    )
    found = referrals.claim(claiming=claiming, at=timezone.now())
    state = found.referral.state.lower()
    shown = ReferralClaimShown(
        state="claimed" if state in ("review", "refused") else state,  # type: ignore[arg-type]
        claimed_at=found.referral.claimed_at,
    )
    return bodies.answer(shown, status=201 if found.is_new else 200, member=member)


def _invited(
    request: Request, member: Member, sent: InvitationSent, invited_at: datetime | None
) -> Answer:
    at = timezone.now()
    inviting = Inviting(
        member_id=member.pk,
        source=client_of(request).source,
        external_id=sent.external_id,
        invited_at=invited_at or at,
        channel=sent.channel.strip(),
        device=sent.device,
    )
    found = referral_invitations.record(inviting=inviting, at=at)
    shown = InvitationShown(
        external_id=found.invitation.external_id,
        channel=found.invitation.channel,
        invited_at=found.invitation.invited_at,
    )
    return bodies.answer(shown, status=201 if found.is_new else 200, member=member)
