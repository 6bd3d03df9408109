"""`/api/v1/benefits` and a member's benefits: what they have, use, take back, claim and rate."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from loyalty.api import benefit_shapes as shapes
from loyalty.models import BenefitUse
from loyalty.selectors import benefit_lists
from loyalty.selectors import benefits as found
from loyalty.services import benefit_claims, benefit_uses
from loyalty.services.benefit_refusals import UnnamedUse
from loyalty.services.benefit_uses import Ask
from members.api import bodies, places, schema
from members.api.idempotency import idempotent
from members.api.member_authentication import member_of
from members.api.member_views import OwnView
from members.api.views import ChannelView, client_of
from members.errors import NotFound
from members.models import Member
from members.selectors import members
from members.services.idempotency import Answer

_READ = {"GET": ["members:read"]}
_USE = {"POST": ["benefits:use"]}
_REFUSED = schema.problems(400, 404, 409, 422)
_OWN_REFUSED = schema.problems(400, 404, 409, 422)


class BenefitsView(ChannelView):
    required_scopes = _READ

    @extend_schema(
        operation_id="list_benefits",
        summary="What membership brings: all benefits that are live",
        tags=["benefits"],
        responses={200: schema.answer(shapes.BenefitsShown, "By priority")},
    )
    def get(self, request: Request) -> HttpResponse:
        live = found.live(at=timezone.now())
        return bodies.respond(shapes.BenefitsShown([shapes.benefit(one) for one in live]))


class MemberBenefitsView(ChannelView):
    required_scopes = _READ

    @extend_schema(
        operation_id="list_member_benefits",
        summary="A member's benefits, each once, in the order of priority",
        description="By tier, tag, draw and hand as of now, with quota, what is used and left, "
        "and why one can't be used.",
        tags=["benefits"],
        responses={200: schema.answer(shapes.MemberBenefitsShown, "All"), **schema.problems(404)},
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        return _list(members.by_uid(uid=uid).pk)


class BenefitUseView(ChannelView):
    required_scopes = _USE

    @extend_schema(
        operation_id="use_benefit",
        summary="Use a member's benefit",
        description="The period's own quota goes first, then the grant that ends first. "
        "(source, external_id) is the key: again it is the same use, with another content 409.",
        tags=["benefits"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(shapes.BenefitUseSent),
        responses={200: schema.answer(shapes.BenefitUseShown, "Used, or before"), **_REFUSED},
    )
    @idempotent
    def post(self, request: Request, uid: UUID, benefit: str) -> Answer:
        sent, client = bodies.read(request, shapes.BenefitUseSent), client_of(request)
        member = members.by_uid(uid=uid)
        ask = Ask(
            benefit_id=found.by_code(code=benefit).pk,
            member_id=member.pk,
            source=client.source,
            external_id=sent.external_id,
            store_id=places.store_id_of(client, sent.store),
        )
        used = benefit_uses.use(ask=ask, at=timezone.now())
        return bodies.answer(shapes.use(used.use, used.left), status=200, member=member)


class BenefitVoidView(ChannelView):
    required_scopes = _USE

    @extend_schema(
        operation_id="void_benefit_use",
        summary="Take a use back",
        description="In the same period it comes back; later it is on record and nothing comes "
        "back. Again it stays as it is.",
        tags=["benefits"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(shapes.BenefitVoidSent),
        responses={200: schema.answer(shapes.BenefitUseShown, "Void"), **_REFUSED},
    )
    @idempotent
    def post(self, request: Request, uid: UUID, benefit: str) -> Answer:
        sent = bodies.read(request, shapes.BenefitVoidSent)
        member = members.by_uid(uid=uid)
        source = client_of(request).source
        use_uid = _use(member, benefit, sent.use, (source, sent.external_id))
        void = benefit_uses.void(
            use_uid=use_uid, reason=sent.reason, member_id=member.pk, at=timezone.now()
        )
        return bodies.answer(shapes.use(void), status=200, member=member)


class BenefitClaimView(ChannelView):
    required_scopes = _USE

    @extend_schema(
        operation_id="claim_benefit",
        summary="Claim a benefit for a member",
        description="Once a period; again it is the same claim. One that comes as coupons gives "
        "those that the member has not had.",
        tags=["benefits"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(shapes.BenefitClaimSent),
        responses={200: schema.answer(shapes.BenefitClaimedShown, "Claimed"), **_REFUSED},
    )
    @idempotent
    def post(self, request: Request, uid: UUID, benefit: str) -> Answer:
        bodies.read(request, shapes.BenefitClaimSent)
        member = members.by_uid(uid=uid)
        return bodies.answer(_claim(member, benefit), status=200, member=member)


class BenefitRateView(ChannelView):
    required_scopes = _USE

    @extend_schema(
        operation_id="rate_benefit",
        summary="What a member thought of a benefit, from 1 to 10",
        description="A later rating of the same use replaces it.",
        tags=["benefits"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(shapes.BenefitRateSent),
        responses={200: schema.answer(shapes.BenefitUseShown, "Rated"), **_REFUSED},
    )
    @idempotent
    def post(self, request: Request, uid: UUID, benefit: str) -> Answer:
        sent = bodies.read(request, shapes.BenefitRateSent)
        member = members.by_uid(uid=uid)
        return bodies.answer(_rate(member, benefit, sent), status=200, member=member)


class OwnBenefitsView(OwnView):
    @extend_schema(
        operation_id="list_my_benefits",
        summary="My benefits, in the order of priority",
        tags=["me"],
        responses={200: schema.answer(shapes.MemberBenefitsShown, "All")},
    )
    def get(self, request: Request) -> HttpResponse:
        return _list(member_of(request).pk)


class OwnBenefitClaimView(OwnView):
    @extend_schema(
        operation_id="claim_my_benefit",
        summary="Claim a benefit",
        description="Once a period; again it is the same claim.",
        tags=["me"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(shapes.BenefitClaimSent),
        responses={200: schema.answer(shapes.BenefitClaimedShown, "Claimed"), **_OWN_REFUSED},
    )
    def post(self, request: Request, benefit: str) -> HttpResponse:
        bodies.read(request, shapes.BenefitClaimSent)
        return bodies.respond(_claim(member_of(request), benefit))


class OwnBenefitRateView(OwnView):
    @extend_schema(
        operation_id="rate_my_benefit",
        summary="Rate a benefit that I used, from 1 to 10",
        description="A later rating of the same use replaces it.",
        tags=["me"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(shapes.BenefitRateSent),
        responses={200: schema.answer(shapes.BenefitUseShown, "Rated"), **_OWN_REFUSED},
    )
    def post(self, request: Request, benefit: str) -> HttpResponse:
        sent = bodies.read(request, shapes.BenefitRateSent)
        return bodies.respond(_rate(member_of(request), benefit, sent))


def _list(member_id: int) -> HttpResponse:
    at = timezone.now()
    shown = benefit_lists.of_member(member_id=member_id, at=at)
    return bodies.respond(
        shapes.MemberBenefitsShown([shapes.member_benefit(one, at) for one in shown])
    )


def _claim(member: Member, code: str) -> shapes.BenefitClaimedShown:
    benefit = found.by_code(code=code)
    done = benefit_claims.claim(member_id=member.pk, benefit_id=benefit.pk, at=timezone.now())
    return shapes.claimed(benefit.code, done)


def _rate(member: Member, code: str, sent: shapes.BenefitRateSent) -> shapes.BenefitUseShown:
    benefit = found.by_code(code=code)
    use_uid = (
        _use(member, code, sent.use, None)
        if sent.use
        else benefit_uses.last_use(member_id=member.pk, benefit_id=benefit.pk)
    )
    rated = benefit_uses.rate(
        use_uid=use_uid, member_id=member.pk, rating=sent.rating, at=timezone.now()
    )
    return shapes.use(rated)


def _use(member: Member, code: str, use: str, number: tuple[str, str] | None) -> UUID:
    """The member's use of this benefit, by its id or its number.

    Raises: UnnamedUse; NotFound.
    """
    own = BenefitUse.objects.filter(member_id=member.pk, benefit__code=code)
    if use:
        try:
            wanted = own.filter(uid=UUID(use))
        except ValueError:
            raise NotFound("there is no such use") from None
    elif number is not None and number[1]:
        wanted = own.filter(source=number[0], external_id=number[1])
    else:
        raise UnnamedUse
    uid = wanted.values_list("uid", flat=True).first()
    if uid is None:
        raise NotFound("there is no such use")
    return UUID(str(uid))
