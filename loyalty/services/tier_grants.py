"""Tiers that the figures didn't earn: by hand, by invitation, bought with points."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from loyalty.errors import (
    InsufficientPoints,
    NoTierByHand,
    TierAlreadyHeld,
    TierEndsInPast,
    TierNotForSale,
    UnknownTier,
)
from loyalty.events import PointsRedeemed
from loyalty.models import LedgerEntry, TierChange
from loyalty.rules import calendar, tier_terms
from loyalty.rules.entries import Document
from loyalty.rules.tier_terms import Change, Standing
from loyalty.rules.tiers import Level
from loyalty.services import accounts, holds, points, programs, tier_days, tier_standings, tiers
from loyalty.services.posting import Posting
from loyalty.services.programs import Terms
from loyalty.services.states import State
from loyalty.services.tier_standings import Cause
from members.errors import ReasonRequired
from members.models import User


@dataclass(frozen=True)
class Bought:
    """What a tier cost and until when it holds. `is_repeat`: it was bought before with this key."""

    tier_code: str
    points: int
    until_at: datetime | None
    is_repeat: bool = False


@dataclass(frozen=True)
class Given:
    """A tier that was given as a prize, and the floor that it took the place of. `is_changed`
    false: a floor at least as good stood already."""

    tier_code: str
    until_at: datetime
    before_code: str = ""
    before_until_at: datetime | None = None
    is_changed: bool = True


@transaction.atomic
def set_by_hand(
    *,
    member_id: int,
    tier_code: str,
    until_on: date | None,
    reason: str,
    actor: User,
    at: datetime,
) -> None:
    """The member has at least this tier through the end of `until_on` (None: for one term). It is
    a floor: figures may lift above it, and what they earned stays beneath it. `reason` is a code,
    never text about a person: the row that keeps it can't be erased.

    Raises: ReasonRequired; UnknownTier; TierEndsInPast; NotFound, for a member without account.
    """
    if not reason.strip():
        raise ReasonRequired
    terms = programs.current()
    level = _level(terms, tier_code)
    until_at = _end(terms, until_on, at)
    state, posting = _open(member_id, terms, at, actor)
    standing = tier_standings.of(state, terms.tiers)
    standing.floor, standing.floor_until_at = level, until_at
    standing.show("INVITED" if level.is_invite_only else "HAND", at)
    if not standing.changes:
        # Nothing shows yet; that there is a floor is on record all the same.
        _note(standing, "HAND", at, until_at)
    tier_standings.take_over(state, standing, posting, terms, Cause(None, actor.pk, reason))
    points.write(posting, [state])


@transaction.atomic
def give(*, member_id: int, tier_code: str, days: int | None, at: datetime) -> Given:
    """The member has at least this tier for so many days (None: a term), as a prize. Where they
    have a floor at least as good that lasts as long, nothing changes.

    Raises: UnknownTier; NotFound, for a member without account.
    """
    terms = programs.current()
    last_on = None if days is None else calendar.local_day(at, terms.zone) + timedelta(days=days)
    until_at = _end(terms, last_on, at)
    return give_until(member_id=member_id, tier_code=tier_code, until_at=until_at, at=at)


@transaction.atomic
def give_until(*, member_id: int, tier_code: str, until_at: datetime, at: datetime) -> Given:
    """The same, to an end that was told before.

    Raises: as `give`.
    """
    terms = programs.current()
    level = _level(terms, tier_code)
    state, posting = _open(member_id, terms, at)
    standing = tier_standings.of(state, terms.tiers)
    before = (standing.floor, standing.floor_until_at)
    if not _is_better(level, until_at, *before):
        return Given(level.code, until_at, is_changed=False)
    standing.floor, standing.floor_until_at = level, until_at
    standing.show("PRIZE", at)
    if not standing.changes:
        _note(standing, "PRIZE", at, until_at)
    tier_standings.take_over(state, standing, posting, terms)
    points.write(posting, [state])
    floor, floor_until_at = before
    return Given(level.code, until_at, "" if floor is None else floor.code, floor_until_at)


@transaction.atomic
def take_back(*, member_id: int, given: Given, at: datetime) -> bool:
    """Ends what `give` gave, if it still stands: the floor of before comes back where it would
    still hold, else the member falls to what their figures earned. False: another floor stands.

    Raises: NotFound, for a member without account.
    """
    terms = programs.current()
    state, posting = _open(member_id, terms, at)
    standing = tier_standings.of(state, terms.tiers)
    if standing.floor is None or standing.floor.code != given.tier_code:
        return False
    if standing.floor_until_at != given.until_at:
        return False
    standing.floor = standing.floor_until_at = None
    before = next((one for one in terms.levels if one.code == given.before_code), None)
    if before is not None and (given.before_until_at is None or given.before_until_at > at):
        standing.floor, standing.floor_until_at = before, given.before_until_at
    standing.show("ENDED", at)
    if not standing.changes:
        _note(standing, "ENDED", at, standing.until_at)
    tier_standings.take_over(state, standing, posting, terms)
    points.write(posting, [state])
    return True


@transaction.atomic
def end_by_hand(*, member_id: int, reason: str, actor: User, at: datetime) -> None:
    """Ends a tier by hand before its date: the member falls to what their figures earned.

    Raises: ReasonRequired; NoTierByHand.
    """
    if not reason.strip():
        raise ReasonRequired
    terms = programs.current()
    state, posting = _open(member_id, terms, at, actor)
    standing = tier_standings.of(state, terms.tiers)
    if standing.floor is None:
        raise NoTierByHand
    standing.floor = standing.floor_until_at = None
    standing.show("ENDED", at)
    if not standing.changes:
        _note(standing, "ENDED", at, standing.until_at)
    tier_standings.take_over(state, standing, posting, terms, Cause(None, actor.pk, reason))
    points.write(posting, [state])


@transaction.atomic
def buy(*, member_id: int, tier_code: str, key: str, at: datetime) -> Bought:
    """Pays for a tier with points: a term from now, which refunds don't undo. `key` (at most 60
    characters) makes a repeat harmless: it gives the first answer.

    Raises: UnknownTier; TierNotForSale; TierAlreadyHeld; InsufficientPoints.
    """
    terms = programs.current()
    level = _level(terms, tier_code)
    state = accounts.lock(member_ids=[member_id])[member_id]
    known = LedgerEntry.objects.filter(key=f"{key}:redeem", member_id=member_id).first()
    if known is not None:
        return _repeat(known)
    if level.price_points is None or level.is_capped:
        raise TierNotForSale(tier=tier_code)
    posting = Posting(at=at)
    _settle(state, posting, terms, at)
    standing = tier_standings.of(state, terms.tiers)
    if level.rank <= standing.level.rank:
        raise TierAlreadyHeld(tier=standing.level.code)
    _pay(state, level, key, posting, at)
    _hold_bought(standing, level, terms, at)
    standing.show("BOUGHT", at)
    tier_standings.take_over(state, standing, posting, terms)
    points.write(posting, [state])
    return Bought(level.code, level.price_points, standing.until_at)


def _repeat(known: LedgerEntry) -> Bought:
    change = TierChange.objects.select_related("to_tier").get(
        member_id=known.member_id,
        reason=TierChange.Reason.BOUGHT,
        to_tier_id=known.source_id,
        recorded_at=known.recorded_at,
    )
    return Bought(change.to_tier.code, -known.points, change.until_at, is_repeat=True)


def _pay(state: State, level: Level, key: str, posting: Posting, at: datetime) -> None:
    assert level.price_points is not None
    document = Document("TIER", level.id, key, at)
    if not state.ledger.redeem(level.price_points, document=document, reason="tier", at=at):
        raise InsufficientPoints(
            asked_points=level.price_points, available_points=state.ledger.available_at(at)
        )
    holds.slide(state, at)
    paid = PointsRedeemed(order="", points=level.price_points)
    posting.tell(paid, member_id=state.member_id, occurred_at=at)


def _hold_bought(standing: Standing, level: Level, terms: Terms, at: datetime) -> None:
    """The term is one like any other, judged at its end; the floor keeps returns from undoing
    it. A floor by hand that lasts longer stays."""
    until_at = tier_terms.term_end(at, terms.tiers.term_months, terms.zone)
    standing.earned, standing.earned_until_at, standing.grace_until_at = level, until_at, None
    if standing.floor_until_at is None or standing.floor_until_at <= until_at:
        standing.floor, standing.floor_until_at = level, until_at


def _level(terms: Terms, code: str) -> Level:
    """A tier above the first one.

    Raises: UnknownTier.
    """
    for level in terms.tiers.levels:
        if level.code == code and level.rank:
            return level
    raise UnknownTier(tier=code)


def _end(terms: Terms, until_on: date | None, at: datetime) -> datetime:
    if until_on is None:
        return tier_terms.term_end(at, terms.tiers.term_months, terms.zone)
    if until_on < calendar.local_day(at, terms.zone):
        raise TierEndsInPast(until_on=until_on.isoformat())
    return calendar.start_of_day(until_on + timedelta(days=1), terms.zone)


def _is_better(
    level: Level, until_at: datetime | None, floor: Level | None, floor_until_at: datetime | None
) -> bool:
    if floor is None or level.rank != floor.rank:
        return floor is None or level.rank > floor.rank
    return floor_until_at is not None and (until_at is None or until_at > floor_until_at)


def _open(
    member_id: int, terms: Terms, at: datetime, actor: User | None = None
) -> tuple[State, Posting]:
    """The account behind its lock, settled as of now."""
    state: State = accounts.lock(member_ids=[member_id])[member_id]
    posting = Posting(at=at, actor_id=None if actor is None else actor.pk)
    _settle(state, posting, terms, at)
    return state, posting


def _settle(state: State, posting: Posting, terms: Terms, at: datetime) -> None:
    state.ledger.settle(at)
    if tier_standings.is_due(state, at):
        tier_days.read([state])
        tiers.know_clv([state], terms)
        tiers.settle(state, posting, terms, at)


def _note(standing: Standing, reason: str, at: datetime, until_at: datetime | None) -> None:
    level, window = standing.level, standing.window
    standing.changes.append(
        Change(reason, level, level, at, until_at, window.figures, window.from_on)
    )
