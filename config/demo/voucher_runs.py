"""The coupons of The Complete Journey on our tables: types, and what the households redeemed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db import transaction

from config.demo import calendars, telling, vouchers, wares
from config.demo.documents import ISSUER
from config.demo.plans import Plan
from config.demo.vouchers import Redemption, Voucher
from loyalty.models import CouponType, Order
from loyalty.services import coupon_imports, coupon_redemptions
from loyalty.services.coupon_imports import Given
from loyalty.services.coupon_redemptions import Use
from loyalty.services.coupon_refusals import refused
from members.models import Identity, Member
from members.rules.conditions_shapes import MAX_VALUES
from members.sealing import blind, normalize
from members.services.jobs import RunningJob

T = TypeVar("T")
_CHUNK = 200


def run(job: RunningJob, at: datetime) -> None:
    """The job: bears being killed anywhere and run again."""
    plan = Plan.of(job.params)
    told = due(plan)
    bring_in(plan, at=at)
    members = members_of({one.household for one in told})
    row = int(job.cursor.get("row", 0))
    for chunk in _parts(told[row:], _CHUNK):
        job.go_on()
        with transaction.atomic():
            _redeem(chunk, members, plan, at)
            row += len(chunk)
            job.progress(cursor={"row": row}, done=len(chunk), total=len(told))


def due(plan: Plan) -> list[Redemption]:
    """The redemptions of the plan's households, without those that haven't happened yet."""
    import numpy as np

    households = {int(one) for one in np.unique(telling.whole(plan).household)}
    mine = [one for one in vouchers.redemptions() if one.household in households]
    if plan.until is None:
        return mine
    return [one for one in mine if _moment(one, plan).timestamp() <= plan.until]


@transaction.atomic
def bring_in(plan: Plan, *, at: datetime) -> int:
    """How many coupon types were new: one for each coupon of each campaign."""
    types = [coupon_type(one, plan) for one in vouchers.vouchers()]
    return coupon_imports.bring_in_types(types=types, at=at)


def coupon_type(voucher: Voucher, plan: Plan) -> CouponType:
    """A coupon of a campaign as a type: valid on its products while the campaign runs."""
    return CouponType(
        code=voucher.code,
        name_zh=f"活动 {voucher.campaign} 优惠券 {voucher.upc}",
        name_en=f"Campaign {voucher.campaign} ({voucher.kind}), coupon {voucher.upc}",
        kind=CouponType.Kind.MONEY_OFF,
        amount=voucher.amount * plan.edition.money_factor,
        condition=scope([wares.sku_of(one, edition=plan.edition) for one in voucher.products]),
        validity=CouponType.Validity.FIXED,
        valid_from=midnight(voucher.first_on, plan),
        valid_until=midnight(voucher.last_on + timedelta(days=1), plan),
        # 27 times a household used the same coupon on two days.
        limit_member=None,
    )


def scope(skus: Sequence[str]) -> dict[str, object]:
    """A condition that any of the products meets, in lists as long as conditions take."""
    leaves: list[dict[str, object]] = [
        {"field": "line.sku", "op": "in", "value": list(part)} for part in _parts(skus, MAX_VALUES)
    ]
    return leaves[0] if len(leaves) == 1 else {"any": leaves}


def _redeem(
    chunk: Sequence[Redemption], members: Mapping[int, Member], plan: Plan, at: datetime
) -> None:
    """Each household gets its coupon when the campaign began, or when it joined after that; and
    uses it on its day, with that day's order where there is one."""
    types = dict(
        CouponType.objects.filter(code__in={one.code for one in chunk}).values_list("code", "pk")
    )
    begins = {one.code: one.first_on for one in _by_code(chunk)}
    given = [
        Given(
            type_id=types[one.code],
            member_id=members[one.household].pk,
            key=one.key,
            given_at=max(midnight(begins[one.code], plan), members[one.household].joined_at),
        )
        for one in chunk
    ]
    codes = coupon_imports.give(coupons=given)
    orders = _orders(chunk, plan)
    uses = [
        _use(one, code, members[one.household], orders, plan)
        for one, code in zip(chunk, codes, strict=True)
    ]
    for used in coupon_redemptions.redeem(uses=uses, at=at):
        if used.refused is not None:
            raise refused(used.refused)


def _use(
    one: Redemption,
    code: str,
    member: Member,
    orders: Mapping[str, tuple[int, int | None]],
    plan: Plan,
) -> Use:
    # Where the receipt isn't known, neither is the shop.
    number = one.key if one.basket is None else str(one.basket)
    order_id, store_id = orders.get(number, (None, None))
    return Use(
        order_id=order_id,
        code=code,
        member_id=member.pk,
        holder=f"member:{member.pk}",
        source=plan.edition.source,
        external_id=number,
        store_id=store_id,
        occurred_at=_moment(one, plan),
        discount_amount=one.discount * plan.edition.money_factor,
    )


def _orders(chunk: Sequence[Redemption], plan: Plan) -> dict[str, tuple[int, int | None]]:
    """Id and store of the receipts' orders, by number."""
    numbers = [str(one.basket) for one in chunk if one.basket is not None]
    rows = Order.objects.filter(source=plan.edition.source, external_id__in=numbers)
    return {
        number: (order_id, store_id)
        for number, order_id, store_id in rows.values_list("external_id", "pk", "store_id")
    }


def _by_code(chunk: Sequence[Redemption]) -> Iterator[Voucher]:
    wanted = {one.code for one in chunk}
    return (one for one in vouchers.vouchers() if one.code in wanted)


def members_of(households: set[int]) -> dict[int, Member]:
    """By household, through the identity that the load gave them. One query."""
    kind = Identity.Kind.EXTERNAL
    digests = {blind.index(kind, normalize.identity(kind, str(one))): one for one in households}
    found = Identity.objects.filter(kind=kind, issuer=ISSUER, digest__in=list(digests))
    return {digests[bytes(one.digest)]: one.member for one in found.select_related("member")}


def _moment(one: Redemption, plan: Plan) -> datetime:
    import numpy as np

    seconds = calendars.instants(
        np.array([one.seconds]), days=plan.shift_days, zone=plan.edition.time_zone
    )
    return calendars.moment(int(seconds[0]), ZoneInfo(plan.edition.time_zone))


def midnight(day: date, plan: Plan) -> datetime:
    """The beginning of a day of the data, on the clock and in the year of the plan."""
    shifted = day + timedelta(days=plan.shift_days)
    return datetime.combine(shifted, time(), ZoneInfo(plan.edition.time_zone))


def _parts(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for first in range(0, len(rows), size):
        yield rows[first : first + size]
