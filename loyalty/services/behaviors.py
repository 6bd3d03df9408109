"""Points for what members do beside buying: each behavior counts once under its rule's limit."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from loyalty import errors
from loyalty.events import BehaviorRewarded
from loyalty.models import BehaviorAward, BehaviorRule
from loyalty.rules import behaviors as rules
from loyalty.rules import calendar
from loyalty.rules.behaviors import Judged, Rule
from loyalty.rules.entries import Document
from loyalty.selectors import behaviors as selector
from loyalty.services import accounts, holds, points, programs, tiers
from loyalty.services.posting import Posting
from loyalty.services.programs import Terms
from loyalty.services.states import State
from members.errors import NotFound
from members.models import Member

MOST_AHEAD = timedelta(minutes=5)
OLDEST = timedelta(days=30)
# Facts of our own: nobody else may tell them.
OURS = frozenset({BehaviorRule.Kind.REGISTER, BehaviorRule.Kind.PROFILE_COMPLETE})

_ALIVE = (Member.State.ACTIVE, Member.State.RESTRICTED)


@dataclass(frozen=True, kw_only=True)
class Behavior:
    """What a member did: the rule's `code`, or the newest rule of a `kind`. `object_ref` names
    the thing where each counts once, `external_id` the deed where each deed counts."""

    member_id: int
    code: str | None = None
    kind: str | None = None
    object_ref: str = ""
    external_id: str = ""
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class Teller:
    """Who tells of a behavior. `is_channel`: not this product itself."""

    source: str = ""
    actor_id: int | None = None
    may_backdate: bool = False
    is_channel: bool = True


US = Teller(may_backdate=True, is_channel=False)


@dataclass(frozen=True)
class BehaviorAnswer:
    """What the behavior gave; a repeat has the same `answer` and says that it counted before."""

    award: BehaviorAward
    was_counted: bool

    @property
    def answer(self) -> dict[str, Any]:
        return {**self.award.answer, "already_counted": self.was_counted}


def record(*, behavior: Behavior, teller: Teller, at: datetime) -> BehaviorAnswer:
    """Counts what a member did, once, and gives its points; a repeat answers the same.

    It is judged by the rule and on the local day of `occurred_at`, by the programme's zone.

    Raises: UnknownBehavior; BehaviorNotReported; BehaviorHappenedInFuture; BehaviorTooOld;
    ObjectRequired; ExternalIdRequired; NotFound, for a member who was erased.
    """
    terms = programs.current()
    rule = rules.pick(
        terms.behaviors, at=behavior.occurred_at, code=behavior.code, kind=behavior.kind
    )
    if rule is None:
        raise errors.UnknownBehavior(behavior=behavior.code or behavior.kind)
    if teller.is_channel and rule.kind in OURS:
        raise errors.BehaviorNotReported(behavior=rule.code)
    _check_instant(behavior.occurred_at, teller, at)
    key = _key(rule, behavior, teller, terms)
    if not Member.objects.filter(pk=behavior.member_id, state__in=_ALIVE).exists():
        raise NotFound
    with transaction.atomic():
        state = accounts.lock(member_ids=[behavior.member_id])[behavior.member_id]
        # Behind the lock: a tap at the same moment waits, and then finds the first one.
        known = BehaviorAward.objects.filter(
            rule_id=rule.id, member_id=behavior.member_id, key=key
        ).first()
        if known is not None:
            return BehaviorAnswer(known, was_counted=True)
        batch = Posting(at=at, source=teller.source, actor_id=teller.actor_id)
        award = count(state, rule, key, behavior, batch, terms)
        points.write(batch, [state])
    return BehaviorAnswer(award, was_counted=False)


def count(
    state: State, rule: Rule, key: str, behavior: Behavior, batch: Posting, terms: Terms
) -> BehaviorAward:
    """Judges the behavior, writes its award and adds what it moves to `batch`; the caller holds
    the lock and posts.

    Raises: IntegrityError, when it has counted already.
    """
    day = calendar.local_day(behavior.occurred_at, terms.zone)
    judged = rules.judge(rule, day, selector.earlier(rule=rule, member_id=state.member_id))
    # Before the award is there, which the window would find among its days.
    tiers.count_behavior(state, batch, terms, behavior.occurred_at, day, rule.qualifying_points)
    award = BehaviorAward.objects.create(
        rule_id=rule.id,
        member_id=state.member_id,
        key=key,
        business_date=day,
        points=judged.points,
        qualifying_points=rule.qualifying_points,
        streak_days=judged.streak_days if rule.streak else 0,
        trimmed_by=judged.trimmed_by,
        occurred_at=behavior.occurred_at,
        recorded_at=batch.at,
        answer=_answer(rule, day, judged),
    )
    _earn(state, rule, award, batch, terms)
    state.is_changed = True
    told = BehaviorRewarded(
        behavior=rule.code, kind=rule.kind, points=award.points, streak_days=award.streak_days
    )
    batch.tell(told, member_id=state.member_id, occurred_at=behavior.occurred_at)
    return award


def _check_instant(occurred_at: datetime, teller: Teller, at: datetime) -> None:
    if occurred_at > at + MOST_AHEAD:
        raise errors.BehaviorHappenedInFuture(occurred_at=occurred_at.isoformat())
    if occurred_at < at - OLDEST and not teller.may_backdate:
        raise errors.BehaviorTooOld(occurred_at=occurred_at.isoformat())


def _key(rule: Rule, behavior: Behavior, teller: Teller, terms: Terms) -> str:
    # Two channels may number their deeds alike.
    deed = f"{teller.source}:{behavior.external_id}" if behavior.external_id else ""
    key = rules.key(
        rule.limit,
        day=calendar.local_day(behavior.occurred_at, terms.zone),
        object_ref=behavior.object_ref,
        external_id=deed,
    )
    if key is None:
        missing = rule.limit == BehaviorRule.Limit.PER_OBJECT
        raise (errors.ObjectRequired if missing else errors.ExternalIdRequired)(behavior=rule.code)
    return key


def _earn(state: State, rule: Rule, award: BehaviorAward, batch: Posting, terms: Terms) -> None:
    """Usable at once: there is nothing that could be returned."""
    ledger = state.ledger
    ledger.settle(batch.at)
    # A channel's clock may be ahead of ours: its points are usable now all the same.
    earned_at = min(award.occurred_at, batch.at)
    ledger.earn(
        award.points,
        document=Document("BEHAVIOR", award.pk, f"behavior:{award.pk}", award.occurred_at),
        reason=rule.kind.lower(),
        activates_at=earned_at,
        expires_at=calendar.expiry(earned_at, terms.validity, terms.zone),
        at=batch.at,
        is_sliding=terms.validity_slides,
    )
    if award.points:
        holds.slide(state, batch.at)
    # What comes very late may have lapsed already.
    ledger.settle(batch.at)


def _answer(rule: Rule, day: date, judged: Judged) -> dict[str, Any]:
    """What the channel shows; kept, so that a repeat says the same."""
    return {
        "behavior": rule.code,
        "points": judged.points,
        "bonus_points": judged.bonus_points,
        "trimmed_by": judged.trimmed_by,
        "day": day.isoformat(),
        "streak_days": judged.streak_days if rule.streak else 0,
        "next_bonus": asdict(judged.next_bonus) if judged.next_bonus else None,
    }
