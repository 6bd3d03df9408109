"""`/api/v1/members/{id}/challenges`: how far a member is, and the badges they wear."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from msgspec import Meta
from rest_framework.request import Request

from loyalty.models import ChallengePrize, MemberBadge, Prize
from loyalty.selectors import challenges as selector
from loyalty.selectors.challenges import Course
from loyalty.services import challenges
from members.api import bodies, schema
from members.api.idempotency import idempotent
from members.api.member_authentication import member_of
from members.api.member_views import OwnView
from members.api.views import ChannelView
from members.models import Member
from members.selectors import members
from members.services.idempotency import Answer

_JOIN = "Again it is the same instant. What happens from then on counts."


class JoinSent(bodies.Strict):
    """Nothing more than who, and which: both stand in the address."""


class PrizeShown(msgspec.Struct, kw_only=True):
    """Something that reaching the target brings."""

    what: Literal["POINTS", "COUPON", "TIER", "BENEFIT", "BADGE"]
    name: Annotated[str, Meta(description="Of the coupon, tier, benefit or badge.")]
    points: int
    count: Annotated[int, Meta(description="Coupons, or uses of the benefit.")]


class ChallengeShown(msgspec.Struct, kw_only=True):
    """A challenge, and how far the member is in its present window."""

    id: str
    code: str
    name: str
    description: str
    counts: Literal["ORDERS", "REPEAT_ORDERS", "SPEND", "PIECES", "BEHAVIORS", "TIER", "FRIENDS"]
    window: Literal["EVER", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"]
    value: Annotated[int, Meta(description="Towards the next time; spend in minor units.")]
    target: int
    left: int
    percent: int
    ends_at: Annotated[
        datetime | None, Meta(description="When this window is over, or the challenge.")
    ]
    times: Annotated[int, Meta(description="How often it was reached in this window.")]
    times_ever: int
    is_done: Annotated[bool, Meta(description="It can't be reached again in this window.")]
    is_repeating: bool
    is_running: Annotated[bool, Meta(description="What the member does now counts.")]
    needs_joining: bool
    joined_at: datetime | None
    prizes: list[PrizeShown]


class BadgeShown(msgspec.Struct, kw_only=True):
    """A badge that the member wears."""

    code: str
    name: str
    description: str
    color: str
    earned_at: datetime


class ChallengesRead(msgspec.Struct, kw_only=True):
    """Challenges, the nearest first, and the wall of badges."""

    challenges: list[ChallengeShown]
    badges: list[BadgeShown]


class MemberChallengesView(ChannelView):
    required_scopes = {"GET": ["members:read"]}

    @extend_schema(
        operation_id="list_member_challenges",
        summary="How far a member is in challenges, and the badges they wear",
        description="Those that run and are for this member, and those that they reached; a "
        "surprise only once it was reached. At most 50.",
        tags=["challenges"],
        responses={
            200: schema.answer(ChallengesRead, "The nearest first"),
            **schema.problems(404),
        },
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        return _read(members.by_uid(uid=uid))


class MemberChallengeJoinView(ChannelView):
    required_scopes = {"POST": ["members:write"]}

    @extend_schema(
        operation_id="join_challenge",
        summary="Let a member take part in a challenge",
        description=_JOIN,
        tags=["challenges"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(JoinSent),
        responses={
            200: schema.answer(ChallengeShown, "Joined"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request, uid: UUID, challenge: UUID) -> Answer:
        bodies.read(request, JoinSent)
        return _join(members.by_uid(uid=uid), challenge)


class OwnChallengesView(OwnView):
    @extend_schema(
        operation_id="list_my_challenges",
        summary="How far I am in challenges, and my badges",
        tags=["me"],
        responses={200: schema.answer(ChallengesRead, "The nearest first"), **schema.problems()},
    )
    def get(self, request: Request) -> HttpResponse:
        return _read(member_of(request))


class OwnChallengeJoinView(OwnView):
    @extend_schema(
        operation_id="join_challenge_myself",
        summary="Take part in a challenge",
        description=_JOIN,
        tags=["me"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=schema.body(JoinSent),
        responses={
            200: schema.answer(ChallengeShown, "Joined"),
            **schema.problems(400, 404, 409, 422),
        },
    )
    @idempotent
    def post(self, request: Request, uid: UUID) -> Answer:
        bodies.read(request, JoinSent)
        return _join(member_of(request), uid)


def _read(member: Member) -> HttpResponse:
    courses = selector.of_member(member_id=member.pk, at=timezone.now())
    shown = ChallengesRead(
        challenges=[_course(one) for one in courses],
        badges=[_badge(one) for one in selector.badges(member_id=member.pk)],
    )
    return bodies.respond(shown)


def _join(member: Member, challenge: UUID) -> Answer:
    at = timezone.now()
    challenges.join(challenge_uid=challenge, member_id=member.pk, at=at)
    course = selector.one_of_member(challenge_uid=challenge, member_id=member.pk, at=at)
    return bodies.answer(_course(course), status=200, member=member)


def _course(one: Course) -> ChallengeShown:
    challenge, standing = one.challenge, one.standing
    return ChallengeShown(
        id=str(challenge.uid),
        code=challenge.code,
        name=challenge.name,
        description=challenge.description,
        counts=challenge.counts,  # type: ignore[arg-type]
        window=challenge.window,  # type: ignore[arg-type]
        value=standing.value,
        target=standing.target,
        left=standing.left,
        percent=standing.percent,
        ends_at=one.ends_at,
        times=standing.times,
        times_ever=one.times_ever,
        is_done=standing.is_done,
        is_repeating=challenge.is_repeating,
        is_running=one.is_running,
        needs_joining=challenge.needs_joining,
        joined_at=one.joined_at,
        prizes=[_prize(prize) for prize in challenge.prizes.all()],
    )


def _prize(prize: ChallengePrize) -> PrizeShown:
    given = {
        Prize.What.COUPON: prize.coupon_type,
        Prize.What.TIER: prize.tier,
        Prize.What.BENEFIT: prize.benefit,
        Prize.What.BADGE: prize.badge,
    }.get(Prize.What(prize.what))
    return PrizeShown(
        what=prize.what,  # type: ignore[arg-type]
        name=given.name if given else "",
        points=prize.points,
        count=prize.count,
    )


def _badge(worn: MemberBadge) -> BadgeShown:
    badge = worn.badge
    return BadgeShown(
        code=badge.code,
        name=badge.name,
        description=badge.description,
        color=badge.color,
        earned_at=worn.earned_at,
    )
