"""A member asks for a reward: points alone are spent at once; where money is to be paid too they
are held until it is.

Source: docs/algorithms/rewards.md.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from loyalty.errors import InsufficientPoints
from loyalty.events import PointsRedeemed, RedemptionRequested
from loyalty.models import Hold, HoldPart, Redemption, Reward
from loyalty.rules import calendar
from loyalty.rules import holds as hold_rules
from loyalty.rules import redemptions as rules
from loyalty.rules import rewards as reward_rules
from loyalty.services import accounts, holds, redemption_cases, redemption_nights, tier_merges
from loyalty.services import redemption_ready as ready
from loyalty.services.documents import Source
from loyalty.services.redemption_cases import HOLDER, Case
from loyalty.services.reward_refusals import RedemptionConflict, RewardRefused
from members.errors import NotFound
from members.models import Store
from members.selectors import living

MOST_PIECES = 99
_ENDS_FREE = frozenset({reward_rules.STOCK, reward_rules.LIMIT})


@dataclass(frozen=True, kw_only=True)
class Ask:
    """So many pieces of a reward for a member. `external_id` is the caller's number; the store is
    where it is to be picked up, None: wherever."""

    reward_uid: UUID
    member_id: int
    external_id: str
    quantity: int = 1
    store: Store | None = None

    def fingerprint(self) -> bytes:
        store = self.store.code if self.store else ""
        told = f"{self.reward_uid.hex}|{self.quantity}|{store}"
        return hashlib.sha256(told.encode()).digest()


def request(*, ask: Ask, source: Source, at: datetime) -> Redemption:
    """The redemption; the same number again gives it as it stands now.

    Raises: NotFound; RewardRefused, with the reason as its code; InsufficientPoints; CouponRefused,
    where the coupon that it brings can't be had; RedemptionConflict; KeyReused. Then nothing is
    spent and nothing taken from stock.
    """
    try:
        return _twice(lambda: _request(ask, source, at))
    except (RewardRefused, InsufficientPoints) as refusal:
        # What expired and isn't written down yet keeps neither stock nor limits nor points.
        if isinstance(refusal, RewardRefused) and refusal.code not in _ENDS_FREE:
            raise
        if not redemption_nights.expire_of(
            reward_uid=ask.reward_uid, member_id=ask.member_id, at=at
        ):
            raise
    return _twice(lambda: _request(ask, source, at))


def _twice(work: Callable[[], Redemption]) -> Redemption:
    """Sent twice at once: the other one is through, so this one is its repeat."""
    try:
        with transaction.atomic():
            return work()
    except IntegrityError as error:
        if "redemption_once" not in str(error):
            raise
    with transaction.atomic():
        return work()


def _request(ask: Ask, source: Source, at: datetime) -> Redemption:
    # The locks come first: a repeat waits for the first one and then sees it. As merges and
    # erasures: the member before the account, since a coupon names both.
    living.refuse_gone(member_ids=[ask.member_id])
    state = accounts.lock(member_ids=[ask.member_id])[ask.member_id]
    known = Redemption.objects.filter(source=source.name, external_id=ask.external_id)
    if (row := known.select_related("reward", "member").first()) is not None:
        if bytes(row.fingerprint) != ask.fingerprint() or row.member_id != ask.member_id:
            raise RedemptionConflict(external_id=ask.external_id)
        return row
    reward = Reward.objects.prefetch_related("tiers").filter(uid=ask.reward_uid).first()
    if reward is None:
        raise NotFound("there is no such reward")
    case = Case(_row(ask, reward, source, at), state, source, at)
    state.ledger.settle(at)
    tier_merges.settle_ended(state, case.batch, case.terms)
    _price(case, reward, ask)
    if ask.store is not None:
        ready.check_store(reward, ask.store)
    is_paid = not case.row.money_amount
    if is_paid:
        _spend(case)
    else:
        _hold(case, reward)
    _take(case, reward)
    case.step(rules.REQUESTED)
    case.tell(_told(case.row))
    if is_paid:
        ready.make(case)
    case.row.save(force_insert=True)
    redemption_cases.write(case, 201)
    return case.row


def _told(row: Redemption) -> RedemptionRequested:
    return RedemptionRequested(
        redemption=str(row.uid),
        reward=row.reward.code,
        points=row.points,
        money_amount=row.money_amount,
        quantity=row.quantity,
    )


def _row(ask: Ask, reward: Reward, source: Source, at: datetime) -> Redemption:
    with connection.cursor() as cursor:
        # The entries name the redemption, so its id comes first.
        cursor.execute("SELECT nextval('loyalty_redemption_id_seq')")
        pk = int(cursor.fetchone()[0])
    return Redemption(
        pk=pk,
        source=source.name,
        external_id=ask.external_id,
        fingerprint=ask.fingerprint(),
        reward=reward,
        member_id=ask.member_id,
        quantity=ask.quantity,
        store=ask.store,
        requested_at=at,
    )


def _price(case: Case, reward: Reward, ask: Ask) -> None:
    """Prices are those of the request. Raises: RewardRefused."""
    offer = terms_of(reward)
    if why := reward_rules.closed(offer, case.at):
        raise RewardRefused(why)
    if offer.tiers and case.state.tier_id not in offer.tiers:
        raise RewardRefused(reward_rules.TIER)
    price = reward_rules.price(offer, case.state.tier_id)
    case.row.points = price.points * ask.quantity
    case.row.money_amount = price.amount * ask.quantity
    day = calendar.local_day(case.at, case.terms.zone)
    case.row.limit_key = reward_rules.use_key(reward.pk, reward.limit_every, day)


def terms_of(reward: Reward) -> reward_rules.Reward:
    """What of a reward decides, as the rules read it."""
    return reward_rules.Reward(
        state=reward.state,
        price_points=reward.price_points,
        price_amount=reward.price_amount,
        limit_member=reward.limit_member,
        limit_every=reward.limit_every,
        valid_from=reward.valid_from,
        valid_until=reward.valid_until,
        tiers={
            one.tier_id: reward_rules.TierTerms(one.price_points, one.limit_member)
            for one in reward.tiers.all()
        },
    )


def _spend(case: Case) -> None:
    """Raises: InsufficientPoints."""
    ledger, points = case.state.ledger, case.row.points
    document = case.document("redeem")
    if not ledger.redeem(points, document=document, reason="reward", at=case.at):
        raise _too_few(case)
    holds.slide(case.state, case.at)
    case.tell(PointsRedeemed(order="", points=points))


def _too_few(case: Case) -> InsufficientPoints:
    available = case.state.ledger.available_at(case.at)
    return InsufficientPoints(asked_points=case.row.points, available_points=available)


def _hold(case: Case, reward: Reward) -> None:
    """Raises: InsufficientPoints."""
    until = case.at + timedelta(minutes=reward.payment_minutes)
    hold = hold_rules.place(case.state.ledger, case.row.points, expires_at=until, at=case.at)
    if hold is None:
        raise _too_few(case)
    made = Hold.objects.create(
        source=HOLDER,
        external_id=case.row.uid.hex,
        fingerprint=case.row.fingerprint,
        member_id=case.row.member_id,
        points=hold.points,
        created_at=case.at,
        expires_at=until,
    )
    HoldPart.objects.bulk_create(
        HoldPart(hold=made, lot_id=lot_id, points=points) for lot_id, points in hold.parts
    )
    hold.id = made.pk
    case.row.hold_id, case.row.expires_at = made.pk, until


def _take(case: Case, reward: Reward) -> None:
    """Raises: RewardRefused, for its limit or its stock."""
    row = case.row
    limit = reward_rules.price(terms_of(reward), case.state.tier_id).limit
    why = redemption_cases.call(
        "loyalty_reward_take",
        reward.pk,
        row.limit_key,
        redemption_cases.holder(row.member_id),
        row.quantity,
        limit,
        row.member_id % 16,
    )
    if why:
        raise RewardRefused(why)
