"""A redemption that is paid: a code for the pick-up; where nothing is picked up, the coupon itself.

Source: docs/algorithms/rewards.md.
"""

from loyalty.errors import UnknownStore
from loyalty.events import RedemptionFulfilled, RedemptionReady
from loyalty.models import Coupon, Reward
from loyalty.rules import redemptions as rules
from loyalty.services import coupon_calls, coupons
from loyalty.services.documents import Source
from loyalty.services.redemption_cases import Case
from loyalty.services.reward_refusals import StoreRequired, WrongStore
from members.models import Store


def make(case: Case) -> None:
    """The row as it is once it is paid; the caller saves it.

    Raises: CouponRefused, where the coupon that it brings can't be had.
    """
    row, at = case.row, case.at
    row.ready_at = at
    if rules.paid_state(row.reward.kind) == rules.FULFILLED:
        row.fulfilled_at, row.expires_at = at, None
        if row.reward.kind == Reward.Kind.COUPON:
            row.coupon_ids = _grant(case)
        case.step(rules.FULFILLED)
        case.tell(RedemptionFulfilled(redemption=str(row.uid), reward=row.reward.code, store=""))
        return
    row.pickup_code = coupon_calls.fresh_code()
    row.expires_at = rules.pickup_ends(at, row.reward.pickup_days, case.terms.zone)
    case.step(rules.READY)
    told = RedemptionReady(
        redemption=str(row.uid), reward=row.reward.code, expires_at=row.expires_at.isoformat()
    )
    case.tell(told)


def check_store(reward: Reward, store: Store) -> None:
    """Raises: WrongStore, where the reward names other stores."""
    codes = list(reward.stores.values_list("code", flat=True))
    if codes and store.code not in codes:
        raise WrongStore(store=store.code, stores=sorted(codes))


def _grant(case: Case) -> list[int]:
    row = case.row
    assert row.reward.coupon_type is not None
    return [
        coupons.grant(
            type_code=row.reward.coupon_type.code,
            member_id=row.member_id,
            key=f"redemption:{row.uid.hex}:{number}",
            origin=Coupon.Origin.REWARD,
            at=case.at,
            actor_id=case.source.actor_id,
        ).pk
        for number in range(1, row.quantity + 1)
    ]


def place(*, code: str, source: Source) -> Store | None:
    """The store that a caller names; None for none, where it may speak for all.

    Raises: UnknownStore, also for one that the caller may not speak for; StoreRequired.
    """
    if not code:
        if source.store_ids is not None:
            raise StoreRequired
        return None
    store = Store.objects.filter(code=code).first()
    if store is None or (source.store_ids is not None and store.pk not in source.store_ids):
        raise UnknownStore(store=code)
    return store
