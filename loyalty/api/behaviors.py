"""`/api/v1/members/{id}/check-ins` and `/behaviors`: what members do beside buying."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from msgspec import Meta
from rest_framework.request import Request

from loyalty.models import BehaviorRule
from loyalty.selectors import behaviors as selector
from loyalty.services import behaviors
from loyalty.services.behaviors import Behavior, BehaviorAnswer, Teller
from members.api import bodies, schema
from members.api.bodies import Instant
from members.api.idempotency import idempotent
from members.api.member_authentication import member_of
from members.api.member_views import OwnView
from members.api.views import ChannelView, client_of
from members.models import Member
from members.selectors import members
from members.services.idempotency import Answer

Reference = Annotated[str, Meta(min_length=1, max_length=80)]
TrimmedBy = Literal["", "daily_cap", "monthly_cap", "member_cap"]


class CheckInSent(bodies.Strict):
    """A check-in, now or when it happened."""

    occurred_at: Instant | None = None


class OwnCheckInSent(bodies.Strict):
    """A member's own check-in says no time: a phone's clock is anybody's."""


class BehaviorSent(bodies.Strict):
    """What a member did: the code of a behavior, and what it was done to."""

    code: Annotated[str, Meta(min_length=1, max_length=40)]
    object: Annotated[
        str, Meta(max_length=80, description="Such as the SKU that was shared or reviewed.")
    ] = ""
    occurred_at: Instant | None = None
    external_id: Annotated[
        str,
        Meta(max_length=40, description="Your id of the deed, where each deed counts."),
    ] = ""


class NextBonusShown(msgspec.Struct, kw_only=True):
    """The next extra points of a streak, in so many more days in a row."""

    in_days: int
    points: int


class BehaviorShown(msgspec.Struct, kw_only=True):
    """What the behavior gave. A repeat shows the same, with `already_counted`."""

    behavior: str
    day: date
    points: Annotated[int, Meta(description="Given, extra points included, caps applied.")]
    bonus_points: Annotated[int, Meta(description="Extra points of the streak, before caps.")]
    trimmed_by: Annotated[TrimmedBy, Meta(description="The cap that trimmed the points.")]
    streak_days: int
    next_bonus: NextBonusShown | None
    already_counted: bool


class StreakShown(msgspec.Struct, kw_only=True):
    """Days in a row up to today, or up to yesterday while today is still open."""

    behavior: str
    streak_days: int
    last_on: date | None
    is_done_today: bool
    next_bonus: NextBonusShown | None


class CheckInsView(ChannelView):
    required_scopes = {"GET": ["members:read"], "POST": ["events:write"]}

    @extend_schema(
        operation_id="read_streak",
        summary="How a member's check-ins stand",
        tags=["behaviors"],
        responses={200: schema.answer(StreakShown, "The streak"), **schema.problems(404, 422)},
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        member = members.by_uid(uid=uid)
        return bodies.respond(_streak(member.pk, timezone.now()))

    @extend_schema(
        operation_id="check_in",
        summary="Check a member in",
        description="Once a day, in the programme's zone: 201 when it counts, 200 when it had "
        "counted. One that comes late counts for its own day.",
        tags=["behaviors"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(CheckInSent),
        responses={
            201: schema.answer(BehaviorShown, "It counted"),
            200: schema.answer(BehaviorShown, "It had counted before"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request, uid: UUID) -> Answer:
        sent, member = bodies.read(request, CheckInSent), members.by_uid(uid=uid)
        at = timezone.now()
        behavior = Behavior(
            member_id=member.pk,
            kind=BehaviorRule.Kind.CHECK_IN,
            occurred_at=sent.occurred_at or at,
        )
        return _answer(behaviors.record(behavior=behavior, teller=_teller(request), at=at), member)


class OwnCheckInsView(OwnView):
    @extend_schema(
        operation_id="read_my_streak",
        summary="How my check-ins stand",
        tags=["me"],
        responses={200: schema.answer(StreakShown, "The streak"), **schema.problems()},
    )
    def get(self, request: Request) -> HttpResponse:
        return bodies.respond(_streak(member_of(request).pk, timezone.now()))

    @extend_schema(
        operation_id="check_me_in",
        summary="Check in, now",
        description="Once a day, in the programme's zone: 201 when it counts, 200 when it had "
        "counted. Only channels can tell of a day that is over.",
        tags=["me"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(OwnCheckInSent),
        responses={
            201: schema.answer(BehaviorShown, "It counted"),
            200: schema.answer(BehaviorShown, "It had counted before"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request) -> Answer:
        bodies.read(request, OwnCheckInSent)
        member, at = member_of(request), timezone.now()
        tap = Behavior(member_id=member.pk, kind=BehaviorRule.Kind.CHECK_IN, occurred_at=at)
        return _answer(behaviors.record(behavior=tap, teller=_teller(request), at=at), member)


class BehaviorsView(ChannelView):
    required_scopes = {"POST": ["events:write"]}

    @extend_schema(
        operation_id="record_behavior",
        summary="Tell of a behavior that earns",
        description="Counts once under its rule: per member, day, object or deed; 201 when it "
        "counts, 200 when it had counted.",
        tags=["behaviors"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(BehaviorSent),
        responses={
            201: schema.answer(BehaviorShown, "It counted"),
            200: schema.answer(BehaviorShown, "It had counted before"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request, uid: UUID) -> Answer:
        sent, member = bodies.read(request, BehaviorSent), members.by_uid(uid=uid)
        at = timezone.now()
        behavior = Behavior(
            member_id=member.pk,
            code=sent.code,
            object_ref=sent.object.strip(),
            external_id=sent.external_id.strip(),
            occurred_at=sent.occurred_at or at,
        )
        return _answer(behaviors.record(behavior=behavior, teller=_teller(request), at=at), member)


def _teller(request: Request) -> Teller:
    client = client_of(request)
    return Teller(source=client.source, may_backdate=client.may("orders:backdate"))


def _answer(recorded: BehaviorAnswer, member: Member) -> Answer:
    shown = msgspec.convert(recorded.answer, BehaviorShown)
    return bodies.answer(shown, status=200 if recorded.was_counted else 201, member=member)


def _streak(member_id: int, at: datetime) -> dict[str, Any]:
    streak = selector.check_in_streak(member_id=member_id, at=at)
    step = streak.next_bonus
    return {
        "behavior": streak.behavior,
        "streak_days": streak.days,
        "last_on": streak.last_on,
        "is_done_today": streak.is_done_today,
        "next_bonus": {"in_days": step.in_days, "points": step.points} if step else None,
    }
