"""`/api/v1/auth/otp`: a code by SMS, and the log-in by it."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from msgspec import Meta
from rest_framework.request import Request

from members.api import addresses, bodies, introductions, problems, schema, throttling
from members.api.consents import ConsentSent
from members.api.introductions import Device, PaymentCard, ReferralCode
from members.api.member_views import AppView
from members.api.throttling import Rate
from members.api.views import client_of
from members.rules import one_time_codes as rules
from members.services import member_logins, member_sessions, one_time_codes
from members.services.member_sessions import Issued
from members.services.members import Registration
from members.services.one_time_codes import Asking

Phone = Annotated[str, Meta(min_length=1, max_length=40, description="As it was typed.")]
_HOUR_SECONDS = 3_600
# This part of an hour's codes may be asked for at once.
_AT_ONCE = 3


class CodeAsked(bodies.Strict):
    """The phone that a code is sent to."""

    phone: Phone


class CodeRequested(msgspec.Struct, kw_only=True):
    """The same for every phone, whether or not a member has it."""

    expires_in: Annotated[int, Meta(description="Seconds that the code can be used.")]
    digits: int


class JoiningSent(bodies.Strict):
    """What somebody tells when they join; of a member only the consents are taken."""

    name: Annotated[str, Meta(max_length=120)] = ""
    birthday: date | None = None
    gender: Literal["female", "male", "other", "unknown"] = "unknown"
    language: Literal["zh-hans", "en"] = "zh-hans"
    store: Annotated[str, Meta(max_length=40, description="Code of the store.")] = ""
    placement: Annotated[str, Meta(max_length=80)] = ""
    guide: Annotated[str, Meta(max_length=40)] = ""
    referrer: Annotated[UUID, Meta(description="Id of the member who brought them.")] | None = None
    referral_code: ReferralCode = ""
    device: Device = ""
    payment_card: PaymentCard = ""
    campaign: Annotated[str, Meta(max_length=60)] = ""
    consents: Annotated[list[ConsentSent], Meta(max_length=15)] = []


class CodeSent(bodies.Strict):
    """The code that came, and what is told by somebody who joins."""

    phone: Phone
    code: Annotated[str, Meta(min_length=1, max_length=12)]
    registration: JoiningSent | None = None


class TokensShown(msgspec.Struct, kw_only=True):
    """A pair of tokens; the refresh token is good for one exchange."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: Annotated[int, Meta(description="Seconds that the access token holds.")]
    refresh_token: str
    refresh_expires_in: int


class LoggedInShown(TokensShown, kw_only=True):
    """A member who came in; `is_new` when they joined by it."""

    member: UUID
    is_new: bool


class CodesView(AppView):
    @extend_schema(
        operation_id="request_code",
        summary="Send a code to a phone",
        description="Six digits by SMS, good for five minutes and five tries; older codes end. "
        "The answer is the same whether or not a member has this phone. 429 `too_many_codes` "
        "with Retry-After when one was sent a moment ago.",
        tags=["consumer apps"],
        request=schema.body(CodeAsked),
        responses={
            202: schema.answer(CodeRequested, "On its way"),
            **schema.problems(400, 422, 503),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        sent = bodies.read(request, CodeAsked)
        _check_money(request)
        asking = Asking(phone=sent.phone, client_id=client_of(request).id)
        one_time_codes.request(asking=asking, at=timezone.now())
        shown = CodeRequested(expires_in=int(rules.LIFE.total_seconds()), digits=rules.DIGITS)
        return bodies.respond(shown, status=202)


class CodeVerifyView(AppView):
    @extend_schema(
        operation_id="verify_code",
        summary="Log in with a code",
        description="Tokens for the member with this phone; whoever had none joins by it. Wrong, "
        "used and old codes, and a sixth try, are one answer: 422 `wrong_code`.",
        tags=["consumer apps"],
        request=schema.body(CodeSent),
        responses={
            201: schema.answer(LoggedInShown, "Joined, and logged in"),
            200: schema.answer(LoggedInShown, "Logged in"),
            **schema.problems(400, 422),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        sent, app = bodies.read(request, CodeSent), client_of(request)
        came = member_logins.by_code(
            asking=Asking(phone=sent.phone, client_id=app.id),
            code=sent.code.strip(),
            registration=_registration(sent.registration or JoiningSent(), app.channel),
            at=timezone.now(),
        )
        shown = LoggedInShown(**tokens(came.issued), member=came.member.uid, is_new=came.is_new)
        return bodies.respond(shown, status=201 if came.is_new else 200, headers=NOT_KEPT)


NOT_KEPT = {"Cache-Control": "no-store"}


def tokens(issued: Issued) -> dict[str, Any]:
    """The fields of `TokensShown`."""
    return {
        "access_token": issued.access_token,
        "expires_in": int(member_sessions.ACCESS_LIFE.total_seconds()),
        "refresh_token": issued.refresh_token,
        "refresh_expires_in": int(member_sessions.REFRESH_LIFE.total_seconds()),
    }


def _check_money(request: Request) -> None:
    """Every code costs money: limits of an address and of an app hold, or nothing is sent.

    Raises: problems.Refused (429); RatesUnavailable (503).
    """
    limits = {
        f"codes:address:{addresses.of(request)}": settings.CODES_PER_ADDRESS_HOUR,
        f"codes:app:{client_of(request).id}": settings.CODES_PER_APP_HOUR,
    }
    for key, per_hour in limits.items():
        rate = Rate(per_second=per_hour / _HOUR_SECONDS, burst=max(1, per_hour // _AT_ONCE))
        seconds = throttling.wait_surely(key=key, rate=rate)
        if seconds:
            after = {"Retry-After": throttling.retry_after(seconds)}
            raise problems.refuse(429, "throttled", headers=after)


def _registration(sent: JoiningSent, channel: str) -> Registration:
    return Registration(
        name=sent.name,
        birthday=sent.birthday,
        gender=sent.gender.upper(),
        language=sent.language,
        channel=channel,
        store=sent.store,
        placement=sent.placement,
        guide=sent.guide,
        referrer=sent.referrer,
        introduction=introductions.introduction(sent),
        campaign_code=sent.campaign,
        consents=tuple(one.given() for one in sent.consents),
    )
