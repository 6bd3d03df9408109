"""What a campaign gave the member on the way: the last coupon, its points, the benefit; else the
coupon that the event is about."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from campaigns.models import StepRecord
from campaigns.selectors.asked import Asked, Moment, Variables, known, name_in
from loyalty.models import BenefitGrant, Coupon, PrizeGrant

COUPONS = frozenset({"coupon", "coupon_code", "coupon_until"})
BENEFITS = frozenset({"benefit", "benefit_until"})
NAMES = (*COUPONS, *BENEFITS, "gift_points")
_Given = Mapping[int, list[PrizeGrant]]


def read(asked: Sequence[Asked], wanted: frozenset[str], moment: Moment) -> list[Variables]:
    """At most four queries."""
    given = _given(asked)
    prizes = [prize for rows in given.values() for prize in rows]
    coupons = _coupons(prizes, asked) if wanted & COUPONS else {}
    benefits = _benefits(prizes) if wanted & BENEFITS else {}
    return [
        _of(one, _Gifts(given.get(one.enrollment or 0, []), coupons, benefits), moment)
        for one in asked
    ]


def _given(asked: Sequence[Asked]) -> _Given:
    """What steps gave, by enrollment, the first one first; what was taken back is left out."""
    ids = {one.enrollment for one in asked if one.enrollment}
    if not ids:
        return {}
    rows = StepRecord.objects.filter(enrollment_id__in=ids, kind="GRANT", outcome="DONE")
    told = list(rows.order_by("pk").values_list("enrollment_id", "detail"))
    uids = {uid for _, detail in told if (uid := _uid(detail))}
    kept = PrizeGrant.objects.filter(uid__in=uids, state=PrizeGrant.State.GIVEN)
    prizes = {prize.uid: prize for prize in kept}
    found: defaultdict[int, list[PrizeGrant]] = defaultdict(list)
    for enrollment_id, detail in told:
        uid = _uid(detail)
        if uid in prizes:
            found[enrollment_id].append(prizes[uid])
    return found


def _uid(detail: str) -> UUID | None:
    try:
        return UUID(detail.partition(":")[2])
    except ValueError:
        return None


def _coupons(prizes: Iterable[PrizeGrant], asked: Sequence[Asked]) -> dict[object, Coupon]:
    """By id and, of those that events told of, by uid."""
    ids = {pk for prize in prizes for pk in prize.made.get("coupons", [])}
    uids = {uid for one in asked for text in one.told("coupon") if (uid := _uid(f":{text}"))}
    rows = Coupon.objects.select_related("type").filter(Q(pk__in=ids) | Q(uid__in=uids))
    found: dict[object, Coupon] = {}
    for row in rows if ids or uids else ():
        found |= {row.pk: row, str(row.uid): row}
    return found


def _benefits(prizes: Iterable[PrizeGrant]) -> dict[int, BenefitGrant]:
    ids = {pk for prize in prizes if isinstance(pk := prize.made.get("benefit"), int)}
    if not ids:
        return {}
    return BenefitGrant.objects.select_related("benefit").in_bulk(ids)


@dataclass(frozen=True)
class _Gifts:
    """What one member was given, among all that was found."""

    given: Sequence[PrizeGrant]
    coupons: Mapping[object, Coupon]
    benefits: Mapping[int, BenefitGrant]


def _of(one: Asked, gifts: _Gifts, moment: Moment) -> Variables:
    given = gifts.given
    found: Variables = known(gift_points=sum(prize.points for prize in given) or None)
    # An event's coupon first: one that the journey gave since is the newer one.
    keys = [*one.told("coupon"), *(pk for prize in given for pk in prize.made.get("coupons", []))]
    for coupon in (gifts.coupons[key] for key in keys if key in gifts.coupons):
        # Whose it is was settled when it was given; a card that was merged has another id now.
        found |= known(
            coupon=name_in(coupon.type, one.language),
            coupon_code=coupon.code,
            coupon_until=moment.last_day(coupon.expires_at),
        )
    for prize in given:
        grant = gifts.benefits.get(prize.made.get("benefit", 0))
        if grant is not None:
            found |= known(
                benefit=name_in(grant.benefit, one.language),
                benefit_until=moment.last_day(grant.valid_until),
            )
    return found
