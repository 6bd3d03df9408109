"""Who has a benefit, how often a period, what is left of it.

Source: docs/algorithms/benefits.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from loyalty.rules.benefit_periods import period_of
from loyalty.rules.calendar import local_day, start_of_day
from members.rules import birthdays
from members.rules.birthdays import Told

EVERYONE, TIER, TAG = "EVERYONE", "TIER", "TAG"
CLAIMED, CLAIM = "CLAIMED", "CLAIM"

# Why it can't be used now; "" when it can.
NOT_YOURS = "not_yours"
NOT_YET = "not_yet"
ENDED = "ended"
STOPPED = "stopped"
BIRTHDAY = "birthday_month"
UNCLAIMED = "not_claimed"
LAPSED = "claim_lapsed"
USED_UP = "used_up"


@dataclass(frozen=True)
class Rule:
    """For whom, and how often a period; None: without a limit."""

    audience: str
    tier_id: int | None = None
    tag_id: int | None = None
    quota: int | None = None


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A benefit as far as the rules ask. `is_live`: its rules hold; what was given of a stopped
    one holds to its own end."""

    id: int
    code: str
    every: str = "NEVER"
    is_live: bool = True
    is_claimed: bool = False
    is_capped: bool = False
    in_birthday_month: bool = False
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    claim_days: int | None = None
    priority: int = 0
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class Person:
    """A member as of now; `drawn` are the capped benefits that the last draw gave them."""

    tier_id: int | None = None
    tag_ids: frozenset[int] = frozenset()
    birthday: Told = field(default_factory=Told)
    drawn: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Grant:
    """What was given by hand, as a prize, by a campaign, or claimed. Quota None: no limit."""

    id: int
    origin: str
    quota: int | None
    used: int
    valid_from: datetime
    valid_until: datetime | None

    def is_open(self, at: datetime) -> bool:
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)

    def is_over(self, at: datetime) -> bool:
        return self.valid_until is not None and self.valid_until <= at

    @property
    def left(self) -> int | None:
        return None if self.quota is None else self.quota - self.used

    @property
    def has_left(self) -> bool:
        return self.left is None or self.left > 0


@dataclass(frozen=True)
class Holding:
    """What a member has used of the period that the moment lies in, and their grants of the
    benefit that were not ended."""

    used: int = 0
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True)
class Moment:
    """An instant on the programme's calendar."""

    at: datetime
    zone: ZoneInfo

    @property
    def day(self) -> date:
        return local_day(self.at, self.zone)


@dataclass(frozen=True)
class Standing:
    """What a member has of a benefit now. `quota`, `used` and `left` add the period's own quota
    and open grants; None: without a limit. `own_quota` is that of tier and tags (`has_own`), and
    `why_own` why it can't be used; `why_not` why nothing can: words above, or "". `until` is the
    first end of what can be used."""

    has: bool
    has_own: bool = False
    why_own: str = NOT_YOURS
    own_quota: int | None = 0
    quota: int | None = 0
    used: int = 0
    left: int | None = 0
    until: datetime | None = None
    why_not: str = NOT_YOURS
    may_claim: bool = False

    @property
    def is_usable(self) -> bool:
        return not self.why_not

    @property
    def is_own_usable(self) -> bool:
        return self.has_own and not self.why_own


def quota_of(promise: Promise, person: Person) -> tuple[bool, int | None]:
    """Whether the rules name the member, and the highest quota of those that do."""
    quotas = [rule.quota for rule in promise.rules if _names(rule, person)]
    if not quotas or (promise.is_capped and promise.id not in person.drawn):
        return False, 0
    return True, None if None in quotas else max(quota for quota in quotas if quota is not None)


def _names(rule: Rule, person: Person) -> bool:
    if rule.audience == TIER:
        return rule.tier_id is not None and rule.tier_id == person.tier_id
    return rule.audience == EVERYONE or rule.tag_id in person.tag_ids


def left_of(quota: int | None, used: int) -> int | None:
    """A lower quota in mid-period leaves what is left of it, never less than nothing."""
    return None if quota is None else max(0, quota - used)


def standing(promise: Promise, person: Person, holding: Holding, moment: Moment) -> Standing:
    """What the member has of a benefit at a moment."""
    named, quota = quota_of(promise, person)
    own = promise.is_live and named
    mine = [one for one in holding.grants if one.origin != CLAIM and not one.is_over(moment.at)]
    if not (own or mine):
        return Standing(has=False, why_not=STOPPED if named else NOT_YOURS)
    window = _window(promise, moment.at)
    opened = [one for one in mine if one.is_open(moment.at) and not window]
    used, given = (holding.used, quota) if own else (0, 0)
    own_left = left_of(given, used)
    why_own = window or (_why_not_own(promise, person, holding, moment) if own else NOT_YOURS)
    if not why_own and own_left == 0:
        why_own = USED_UP
    usable = [one for one in opened if one.has_left]
    ends = [one.valid_until for one in usable]
    if not why_own:
        ends.append(_own_end(promise, holding, moment))
    return Standing(
        has=True,
        has_own=own,
        own_quota=given,
        why_own=why_own,
        quota=_sum(given, (one.quota for one in opened)),
        used=used + sum(one.used for one in opened),
        left=_sum(own_left, (one.left for one in opened)),
        until=_first(ends),
        why_not="" if not why_own or usable else _why(why_own, own, mine, moment),
        may_claim=own and why_own == UNCLAIMED,
    )


def _first(ends: Iterable[datetime | None]) -> datetime | None:
    return min((end for end in ends if end is not None), default=None)


def _sum(own: int | None, others: Iterable[int | None]) -> int | None:
    every = [own, *others]
    return None if None in every else sum(one for one in every if one is not None)


def _why(why_own: str, own: bool, mine: Sequence[Grant], moment: Moment) -> str:
    """Of who has it by a grant alone, it is the grant that says why."""
    if own or why_own != NOT_YOURS:
        return why_own
    return USED_UP if any(one.is_open(moment.at) for one in mine) else NOT_YET


def _window(promise: Promise, at: datetime) -> str:
    if promise.valid_from is not None and at < promise.valid_from:
        return NOT_YET
    return ENDED if promise.valid_until is not None and promise.valid_until <= at else ""


def _why_not_own(promise: Promise, person: Person, holding: Holding, moment: Moment) -> str:
    if promise.in_birthday_month and not birthdays.is_birthday_month(person.birthday, moment.day):
        return BIRTHDAY
    if not promise.is_claimed:
        return ""
    found = claim_in(promise, holding, moment)
    if found is None:
        return UNCLAIMED
    return LAPSED if found.is_over(moment.at) else ""


def claim_in(promise: Promise, holding: Holding, moment: Moment) -> Grant | None:
    """The claim of the period that the moment lies in; of several (two cards that were merged)
    the one that holds longest."""
    period = period_of(moment.day, promise.every)
    found = [
        one
        for one in holding.grants
        if one.origin == CLAIM and period.has(local_day(one.valid_from, moment.zone))
    ]
    never = datetime.max.replace(tzinfo=moment.at.tzinfo)
    return max(found, key=lambda one: one.valid_until or never, default=None)


def claim_end(promise: Promise, moment: Moment) -> datetime | None:
    """Until when a claim made now may be used: so many days, and never beyond its period."""
    ends = [period_of(moment.day, promise.every).ends_at(moment.zone), promise.valid_until]
    if promise.claim_days is not None:
        ends.append(start_of_day(moment.day + timedelta(days=promise.claim_days + 1), moment.zone))
    return _first(ends)


def _own_end(promise: Promise, holding: Holding, moment: Moment) -> datetime | None:
    ends = [period_of(moment.day, promise.every).ends_at(moment.zone), promise.valid_until]
    claim = claim_in(promise, holding, moment) if promise.is_claimed else None
    if claim is not None:
        ends.append(claim.valid_until)
    if promise.in_birthday_month:
        ends.append(period_of(moment.day, "MONTH").ends_at(moment.zone))
    return _first(ends)


def source_of(found: Standing, holding: Holding, moment: Moment) -> int | None:
    """Of what a use is taken, once it may be: None for the period's own quota, which goes first;
    else the id of the grant that ends first."""
    if found.is_own_usable:
        return None
    usable = [
        one
        for one in holding.grants
        if one.origin != CLAIM and one.is_open(moment.at) and one.has_left
    ]
    never = datetime.max.replace(tzinfo=moment.at.tzinfo)
    return min(usable, key=lambda one: (one.valid_until or never, one.id)).id
