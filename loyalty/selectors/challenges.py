"""How far a member is in the challenges that concern them, and the badges that they wear."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from loyalty.models import Account, Challenge, ChallengeAward, ChallengeProgress, MemberBadge
from loyalty.rules import calendar
from loyalty.rules import challenges as rules
from loyalty.rules.challenges import EVER_ON, Rule, Standing
from loyalty.services import programs
from loyalty.services.programs import Terms
from members.errors import NotFound
from members.models import MemberTag

_State = Challenge.State
# More than anybody reads; the soonest to be reached come first.
MOST = 50


@dataclass(frozen=True)
class Course:
    """One challenge as a member sees it at an instant. `times` it was reached in this window,
    `times_ever` in all; `joined_at` None: not joined. `ends_at` is exclusive. `is_open`: it
    counts what happens at that instant."""

    challenge: Challenge
    rule: Rule
    standing: Standing
    times_ever: int
    joined_at: datetime | None
    ends_at: datetime | None
    is_open: bool

    @property
    def is_running(self) -> bool:
        """Whether what the member does now would count."""
        return self.is_open and (not self.rule.needs_joining or self.joined_at is not None)


@dataclass(frozen=True)
class _Kept:
    """What is stored of one member, by challenge."""

    values: Mapping[tuple[int, date], int]
    joined: Mapping[int, datetime]
    awards: Mapping[int, list[date]]


def of_member(*, member_id: int, at: datetime) -> list[Course]:
    """Challenges that run and are for this member, and those that they reached; what can still be
    reached first, the nearest of them first. Surprises only once they were reached. A dozen
    queries at most.
    """
    return sorted(_courses(member_id, at), key=_nearest)[:MOST]


def _courses(member_id: int, at: datetime) -> list[Course]:
    terms = programs.current()
    kept = _kept(member_id)
    rows = Challenge.objects.filter(
        Q(state=_State.LIVE) | Q(pk__in=list(kept.awards)), ~Q(state=_State.DRAFT)
    )
    shown = rows.prefetch_related(
        "prizes__coupon_type", "prizes__tier", "prizes__benefit", "prizes__badge"
    ).select_related("tier", "for_tier")
    by_id = {rule.id: rule for rule in terms.challenges}
    found = [one for one in shown if one.pk in by_id and _shows(one, by_id[one.pk], kept, at)]
    if any(one.for_tier_id or one.for_tag_id for one in found):
        meant = _meant(found, member_id)
        found = [one for one in found if one.pk in kept.awards or one in meant]
    return [_course(one, by_id[one.pk], kept, terms, at) for one in found]


def one_of_member(*, challenge_uid: UUID, member_id: int, at: datetime) -> Course:
    """That one, whatever there are besides.

    Raises: NotFound, where the member doesn't see it.
    """
    for course in _courses(member_id, at):
        if course.challenge.uid == challenge_uid:
            return course
    raise NotFound


def badges(*, member_id: int) -> list[MemberBadge]:
    """Worn now, newest first. One query."""
    worn = MemberBadge.objects.filter(member_id=member_id, lost_at=None)
    return list(worn.select_related("badge").order_by("-earned_at", "-pk")[:MOST])


def _kept(member_id: int) -> _Kept:
    values: dict[tuple[int, date], int] = {}
    joined: dict[int, datetime] = {}
    for row in ChallengeProgress.objects.filter(member_id=member_id):
        values[row.challenge_id, row.window_on] = row.value
        if row.joined_at is not None:
            joined[row.challenge_id] = row.joined_at
    awards: dict[int, list[date]] = {}
    standing = ChallengeAward.objects.filter(member_id=member_id, undone_at=None)
    for challenge_id, first in standing.values_list("challenge_id", "window_on"):
        awards.setdefault(challenge_id, []).append(first)
    return _Kept(values, joined, awards)


def _shows(challenge: Challenge, rule: Rule, kept: _Kept, at: datetime) -> bool:
    if challenge.pk in kept.awards:
        return True
    return not challenge.is_hidden and rule.holds_at(at)


def _meant(challenges: Iterable[Challenge], member_id: int) -> list[Challenge]:
    """Those whose tier and tag the member has."""
    account = Account.objects.filter(member_id=member_id).select_related("tier").first()
    rank = account.tier.rank if account else 0
    tags = set(MemberTag.objects.filter(member_id=member_id).values_list("tag_id", flat=True))
    return [
        one
        for one in challenges
        if (one.for_tier is None or rank >= one.for_tier.rank)
        and (one.for_tag_id is None or one.for_tag_id in tags)
    ]


def _course(challenge: Challenge, rule: Rule, kept: _Kept, terms: Terms, at: datetime) -> Course:
    first = rules.window_on(rule, calendar.local_day(at, terms.zone))
    awards = kept.awards.get(rule.id, [])
    value = kept.values.get((rule.id, first), 0)
    return Course(
        challenge=challenge,
        rule=rule,
        standing=rules.standing(rule, value, awards.count(first), len(awards)),
        times_ever=len(awards),
        joined_at=kept.joined.get(rule.id),
        ends_at=_ends_at(rule, first, terms),
        is_open=rule.holds_at(at),
    )


def _ends_at(rule: Rule, first: date, terms: Terms) -> datetime | None:
    """When this window is over, or the challenge, whichever is sooner."""
    until = None if first == EVER_ON else rules.window_until(rule, first)
    ends = [rule.ends_at] if rule.ends_at else []
    if until is not None:
        ends.append(calendar.start_of_day(until, terms.zone))
    return min(ends, default=None)


def _nearest(course: Course) -> tuple[bool, bool, int, int]:
    return (
        course.standing.is_done,
        not course.is_running,
        -course.standing.percent,
        course.challenge.pk,
    )
