"""A reward is handed over at the counter, once.

Source: docs/algorithms/rewards.md.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from loyalty.events import RedemptionFulfilled
from loyalty.models import Redemption
from loyalty.rules import coupons as coupon_rules
from loyalty.rules import redemptions as rules
from loyalty.services import redemption_cases, redemption_ends
from loyalty.services import redemption_ready as ready
from loyalty.services.documents import Source
from loyalty.services.redemption_cases import Case
from loyalty.services.reward_refusals import (
    PickupCodeNotFound,
    RedemptionCanceled,
    RedemptionExpired,
    RedemptionNotPaid,
    StoreRequired,
)
from members.models import Store
from members.services import guesses
from members.services.guesses import Guesser


@dataclass(frozen=True)
class Handover:
    """Where it is handed over, and the caller's number of it: the same again is a repeat."""

    number: str
    store: Store | None = None


def fulfil(*, uid: UUID, handover: Handover, source: Source, at: datetime) -> Redemption:
    """The redemption, handed over; the same hand-over again gives it as it stands.

    Raises: NotFound; RedemptionHandedOver, with when and where; RedemptionNotPaid;
    RedemptionCanceled; RedemptionExpired; StoreRequired; WrongStore; KeyReused.
    """
    with transaction.atomic():
        case = redemption_cases.lock(uid=uid, source=source, at=at)
        row = case.row
        if row.state == rules.FULFILLED and _is_same(row, handover, source):
            return row
        _check(case, handover)
        row.fulfilled_at, row.fulfilled_by_id = at, source.actor_id
        row.fulfilled_store, row.fulfilled_source = handover.store, source.name
        row.fulfilled_number = handover.number
        case.step(rules.FULFILLED)
        store = handover.store.code if handover.store else ""
        case.tell(RedemptionFulfilled(redemption=str(row.uid), reward=row.reward.code, store=store))
        row.save()
        redemption_cases.write(case, 200)
        return row


def fulfil_by_code(
    *, code: str, guesser: Guesser, handover: Handover, source: Source, at: datetime
) -> Redemption:
    """The same by the code that the member shows. Whoever guesses codes is held up.

    Raises: TooManyGuesses; PickupCodeNotFound; else as `fulfil`.
    """
    found = find(code=code, guesser=guesser)
    return fulfil(uid=found.uid, handover=handover, source=source, at=at)


def find(*, code: str, guesser: Guesser) -> Redemption:
    """The redemption whose pick-up code this is, also one that is over.

    Raises: TooManyGuesses; PickupCodeNotFound.
    """
    wanted = coupon_rules.normalize(code)
    with guesses.trying(guesser=guesser) as trial:
        found = by_code(wanted)
        if found is None:
            trial.wrong()
            raise PickupCodeNotFound
    return found


def by_code(code: str) -> Redemption | None:
    """By a code as it is stored; of those that are over the newest."""
    if len(code) != coupon_rules.CODE_LENGTH:
        return None
    rows = Redemption.objects.filter(pickup_code=code).select_related(
        "reward", "member", "store", "fulfilled_store"
    )
    return min(rows, key=lambda row: (row.state != rules.READY, -row.pk), default=None)


def _is_same(row: Redemption, handover: Handover, source: Source) -> bool:
    told = (row.fulfilled_source, row.fulfilled_number)
    return bool(row.fulfilled_number) and told == (source.name, handover.number)


def _check(case: Case, handover: Handover) -> None:
    row, standing = case.row, case.standing
    if standing == rules.FULFILLED:
        raise redemption_ends.handed_over(row)
    if standing == rules.REQUESTED:
        raise RedemptionNotPaid(money_amount=row.money_amount)
    if standing == rules.CANCELED:
        raise RedemptionCanceled
    if standing == rules.EXPIRED:
        ended_at = row.expires_at or case.at
        raise RedemptionExpired(expired_at=ended_at.isoformat())
    if handover.store is not None:
        ready.check_store(row.reward, handover.store)
    elif row.reward.stores.exists():
        raise StoreRequired
