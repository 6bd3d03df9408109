"""Members join communities, leave and come back; whoever invites enough of them is told of.

Joining takes the community's row first, so that the last place goes to one of two, and a goal is
told once. Source: docs/algorithms/communities.md.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from members.errors import DomainError, NotFound
from members.events import CommunityGoalReached, CommunityJoined, CommunityLeft
from members.models import Community, CommunityMembership, Event, Member
from members.rules import communities as rules
from members.selectors import merges
from members.services import events

MOST_AHEAD = timedelta(minutes=5)
_ALIVE = (Member.State.ACTIVE, Member.State.RESTRICTED)


class CommunityClosed(DomainError):
    """The community takes nobody any more."""

    code = "community_closed"
    status = 409


class CommunityFull(DomainError):
    """The community has no place left."""

    code = "community_full"
    status = 409


class NotInCommunity(DomainError):
    """The member was never in this community."""

    code = "not_in_community"
    status = 409


class InvitedThemselves(DomainError):
    """Nobody invites themselves."""

    code = "invited_themselves"


class JoinedInFuture(DomainError):
    """The time lies ahead."""

    code = "joined_in_future"


@dataclass(frozen=True, kw_only=True)
class Joining:
    """Who joins, and who invited them, if anybody did. Only the first invitation counts."""

    community_code: str
    member_id: int
    invited_by_id: int | None = None
    occurred_at: datetime
    source: str = ""
    actor_id: int | None = None


@dataclass(frozen=True)
class Joined:
    """`is_new` is false for who was in already."""

    membership: CommunityMembership
    is_new: bool


def join(*, joining: Joining, at: datetime) -> Joined:
    """The membership; who is in already stays in, and who left comes back.

    A join that is told late, and lies before what we know of, changes nothing.

    Raises: NotFound; CommunityClosed; CommunityFull; InvitedThemselves; JoinedInFuture.
    """
    _check_instant(joining.occurred_at, at)
    with transaction.atomic():
        community = _locked(joining.community_code)
        known = CommunityMembership.objects.filter(
            community=community, member_id=joining.member_id
        ).first()
        first_inviter_id = None if known is None else known.invited_by_id
        people = _alive({joining.member_id, joining.invited_by_id}, with_too=first_inviter_id)
        if joining.invited_by_id == joining.member_id:
            raise InvitedThemselves
        if known is not None and (known.left_at is None or joining.occurred_at <= known.left_at):
            return Joined(known, is_new=False)
        _check_place(community)
        membership = _come_back(known, joining) if known else _enter(community, joining, at)
        _tell_joined(membership, people, joining, at, is_back=known is not None)
        # Who is gone is promised nothing more.
        if membership.invited_by_id in people:
            _tell_goal(community, membership.invited_by_id, joining, at)
    return Joined(membership, is_new=True)


def leave(
    *, community_code: str, member_id: int, occurred_at: datetime, at: datetime, source: str = ""
) -> CommunityMembership:
    """The membership, ended; who left already, or came back since, stays as they are.

    Raises: NotFound; NotInCommunity; JoinedInFuture.
    """
    _check_instant(occurred_at, at)
    with transaction.atomic():
        community = _locked(community_code)
        _alive({member_id})
        membership = CommunityMembership.objects.filter(
            community=community, member_id=member_id
        ).first()
        if membership is None:
            raise NotInCommunity
        if membership.left_at is not None or occurred_at < membership.joined_at:
            return membership
        membership.left_at = occurred_at
        membership.save(update_fields=["left_at"])
        events.record(
            fact=CommunityLeft(community=community.code),
            member_id=member_id,
            occurred_at=occurred_at,
            at=at,
            source=source,
        )
    return membership


def recount(*, member_id: int, at: datetime) -> None:
    """Tells the goals that a member has reached without anybody joining: two cards of one person
    who each invited some of them became one. Again it tells nothing."""
    with transaction.atomic():
        codes = Community.objects.filter(
            memberships__invited_by=member_id, invitation_goal__gt=0
        ).order_by("pk")
        for code in dict.fromkeys(codes.values_list("code", flat=True)):
            community = _locked(code)
            told = Joining(community_code=code, member_id=member_id, occurred_at=at)
            _tell_goal(community, member_id, told, at)


def _check_instant(occurred_at: datetime, at: datetime) -> None:
    if occurred_at > at + MOST_AHEAD:
        raise JoinedInFuture


def _locked(code: str) -> Community:
    community = Community.objects.select_for_update().filter(code=code).first()
    if community is None:
        raise NotFound
    return community


def _alive(member_ids: Collection[int | None], *, with_too: int | None = None) -> dict[int, Member]:
    """These members, locked before their memberships are, as a merge does; `with_too` may be
    gone meanwhile.

    Raises: NotFound.
    """
    wanted = {pk for pk in member_ids if pk is not None}
    rows = Member.objects.filter(pk__in={*wanted, with_too}, state__in=_ALIVE).order_by("pk")
    found = {one.pk: one for one in rows.select_for_update(of=("self",), no_key=True)}
    if not wanted <= found.keys():
        raise NotFound
    return found


def _check_place(community: Community) -> None:
    if not community.is_active:
        raise CommunityClosed
    if community.capacity is None:
        return
    inside = CommunityMembership.objects.filter(community=community, left_at=None).count()
    if inside >= community.capacity:
        raise CommunityFull(places=community.capacity)


def _enter(community: Community, joining: Joining, at: datetime) -> CommunityMembership:
    membership: CommunityMembership = CommunityMembership.objects.create(
        community=community,
        member_id=joining.member_id,
        invited_by_id=joining.invited_by_id,
        joined_at=joining.occurred_at,
        recorded_at=at,
        source=joining.source,
    )
    return membership


def _come_back(membership: CommunityMembership, joining: Joining) -> CommunityMembership:
    """Whoever won them the first time did so; nobody wins them a second time."""
    membership.joined_at, membership.left_at = joining.occurred_at, None
    membership.save(update_fields=["joined_at", "left_at"])
    return membership


def _tell_joined(
    membership: CommunityMembership,
    people: dict[int, Member],
    joining: Joining,
    at: datetime,
    *,
    is_back: bool,
) -> None:
    inviter = people.get(membership.invited_by_id or 0)
    events.record(
        fact=CommunityJoined(
            community=joining.community_code,
            invited_by=str(inviter.uid) if inviter else "",
            is_back=is_back,
        ),
        member_id=joining.member_id,
        occurred_at=joining.occurred_at,
        at=at,
        actor_id=joining.actor_id,
        source=joining.source,
    )


def _tell_goal(community: Community, inviter_id: int, joining: Joining, at: datetime) -> None:
    """Behind the community's lock, so that of two who join at once one reaches the goal."""
    count = CommunityMembership.objects.filter(
        community=community, invited_by_id=inviter_id, left_at=None
    ).count()
    steps = rules.steps_to_tell(count, community.invitation_goal, _told(community, inviter_id, at))
    happenings = [
        events.Happening(
            fact=CommunityGoalReached(
                community=community.code,
                step=step,
                invited_count=count,
                coupon_type=community.reward_coupon_type,
            ),
            member_id=inviter_id,
            occurred_at=joining.occurred_at,
            source=joining.source,
        )
        for step in steps
    ]
    if happenings:
        events.record_many(happenings=happenings, at=at)


def _told(community: Community, inviter_id: int, at: datetime) -> int:
    """The highest step that was told of this person, on any of their cards."""
    told = Event.objects.filter(
        type=CommunityGoalReached.type,
        member_id__in=merges.one_person(member_id=inviter_id, at=at),
        payload__community=community.code,
    )
    return max((event.payload["step"] for event in told), default=0)
