"""`/api/v1/redemptions`: rewards asked for, paid, canceled and handed over."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from loyalty.api import reward_shapes as shapes
from loyalty.api import sources
from loyalty.models import Redemption
from loyalty.selectors import redemptions as found
from loyalty.services import (
    redemption_ends,
    redemption_handovers,
    redemption_payments,
    redemption_requests,
    references,
)
from loyalty.services import redemption_ready as ready
from loyalty.services.documents import Source
from loyalty.services.redemption_ends import BY_MEMBER, BY_STAFF, Ending
from loyalty.services.redemption_handovers import Handover
from loyalty.services.redemption_payments import Payment
from loyalty.services.redemption_requests import Ask
from members.api import addresses, bodies, schema
from members.api.views import ChannelView
from members.services.guesses import Guesser

_REDEEM = {"POST": ["rewards:redeem"]}
_SHOWN = schema.answer(shapes.RedemptionShown, "The redemption as it stands now")
_PROBLEMS = schema.problems(400, 404, 409, 422)


class RedemptionsView(ChannelView):
    required_scopes = _REDEEM

    @extend_schema(
        operation_id="redeem_reward",
        summary="Redeem a reward for a member",
        description="Points alone are spent at once: READY with a pick-up code, or FULFILLED. "
        "With money too they are held until it is paid: REQUESTED. Stock and limits hold under "
        "any number of calls. (source, external_id) is the key: the same body again gives the "
        "redemption as it stands, another body 409.",
        tags=["rewards"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(shapes.RedemptionSent),
        responses={201: _SHOWN, **_PROBLEMS},
    )
    def post(self, request: Request, uid: UUID) -> HttpResponse:
        sent, source = bodies.read(request, shapes.RedemptionSent), sources.source_of(request)
        ask = Ask(
            reward_uid=uid,
            member_id=references.member(sent.member).pk,
            external_id=sent.external_id,
            quantity=sent.quantity,
            store=ready.place(code=sent.store, source=source),
        )
        return respond(redemption_requests.request, shapes.redemption, 201, ask=ask, source=source)


class RedemptionView(ChannelView):
    required_scopes = {"GET": ["rewards:redeem"]}

    @extend_schema(
        operation_id="read_redemption",
        summary="A redemption as it stands now",
        tags=["rewards"],
        responses={200: _SHOWN, **schema.problems(404)},
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        return bodies.respond(shapes.redemption(found.by_uid(uid=uid), timezone.now()))


class PayView(ChannelView):
    required_scopes = _REDEEM

    @extend_schema(
        operation_id="pay_redemption",
        summary="Tell that the money for a reward is paid",
        description="The held points are spent, and the reward is READY. Too late: 409 "
        "`redemption_expired`; nothing is spent, and the money goes back.",
        tags=["rewards"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(shapes.PaymentSent),
        responses={200: _SHOWN, **_PROBLEMS},
    )
    def post(self, request: Request, uid: UUID) -> HttpResponse:
        sent = bodies.read(request, shapes.PaymentSent)
        return respond(
            redemption_payments.pay,
            shapes.redemption,
            200,
            uid=uid,
            payment=Payment(sent.payment_ref, sent.amount),
            source=sources.source_of(request),
        )


class CancelView(ChannelView):
    required_scopes = _REDEEM

    @extend_schema(
        operation_id="cancel_redemption",
        summary="Cancel a redemption before it is handed over",
        description="Points go back into their own lots, the piece into stock. "
        "`money_back_amount` is what whoever took the money pays back.",
        tags=["rewards"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(shapes.CancelSent),
        responses={200: _SHOWN, **_PROBLEMS},
    )
    def post(self, request: Request, uid: UUID) -> HttpResponse:
        reason = bodies.read(request, shapes.CancelSent).reason.strip()
        return respond(
            redemption_ends.cancel,
            shapes.redemption,
            200,
            uid=uid,
            ending=Ending(BY_STAFF if reason else BY_MEMBER, reason),
            source=sources.source_of(request),
        )


class FulfilView(ChannelView):
    required_scopes = _REDEEM

    @extend_schema(
        operation_id="fulfil_redemption",
        summary="Hand a reward over",
        description="Once. The same `external_id` again gives the same answer; another one 409 "
        "`redemption_handed_over`, with when and where.",
        tags=["rewards"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(shapes.FulfilSent),
        responses={200: _SHOWN, **_PROBLEMS},
    )
    def post(self, request: Request, uid: UUID) -> HttpResponse:
        sent, source = bodies.read(request, shapes.FulfilSent), sources.source_of(request)
        return respond(
            redemption_handovers.fulfil,
            shapes.redemption,
            200,
            uid=uid,
            handover=_handover(sent, source),
            source=source,
        )


class FulfilByCodeView(ChannelView):
    required_scopes = _REDEEM

    @extend_schema(
        operation_id="fulfil_redemption_by_code",
        summary="Hand a reward over by its pick-up code",
        description="As by its id. After some wrong codes 429 `too_many_guesses` with Retry-After.",
        tags=["rewards"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(shapes.FulfilByCodeSent),
        responses={200: _SHOWN, **_PROBLEMS},
    )
    def post(self, request: Request) -> HttpResponse:
        sent, source = bodies.read(request, shapes.FulfilByCodeSent), sources.source_of(request)
        handover = _handover(sent, source)
        place = handover.store.code if handover.store else addresses.of(request)
        guesser = Guesser(caller=f"client:{source.client_id}", subject=f"pickup:{place}")
        return respond(
            redemption_handovers.fulfil_by_code,
            shapes.redemption,
            200,
            code=sent.code,
            guesser=guesser,
            handover=handover,
            source=source,
        )


def respond(
    act: Callable[..., Redemption], show: Callable[..., Any], status: int, **asked: Any
) -> HttpResponse:
    """What became of the act, as it stands now."""
    at = timezone.now()
    done = act(at=at, **asked)
    return bodies.respond(show(found.by_uid(uid=done.uid), at), status=status)


def _handover(sent: shapes.FulfilSent, source: Source) -> Handover:
    return Handover(sent.external_id, ready.place(code=sent.store, source=source))
