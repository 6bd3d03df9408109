"""What is known of a referral for whoever decides: figures, and phones by their last digits."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from loyalty.models import Order, PrizeGrant, Referral
from members.models import Identity, Member
from members.sealing import masking
from members.selectors import merges

_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Side:
    """One of the two: `phones` are masked."""

    member: Member
    phones: list[str]
    joined_at: datetime
    orders_count: int


@dataclass(frozen=True)
class Known:
    """Both sides, and others who came the same way."""

    sides: list[Side]
    from_device: int
    friends: int
    in_hour: int


def of_referral(*, referral: Referral, at: datetime) -> Known:
    """The evidence as of `at`."""
    others = Referral.objects.exclude(pk=referral.pk)
    device = referral.device_index
    hour = (referral.claimed_at - _HOUR, referral.claimed_at)
    found = others.filter(referrer_id=referral.referrer_id).aggregate(
        friends=Count("pk"), in_hour=Count("pk", filter=Q(claimed_at__range=hour))
    )
    return Known(
        sides=[_side(one, at) for one in (referral.referrer, referral.friend) if one is not None],
        from_device=others.filter(device_index=device).count() if device else 0,
        friends=found["friends"],
        in_hour=found["in_hour"],
    )


def prizes(*, referral: Referral) -> list[PrizeGrant]:
    """What it brought to both, in order; prizes of the ladder hang on several friends."""
    rows = PrizeGrant.objects.filter(key__startswith=f"referral:{referral.pk}:")
    return list(rows.select_related("member").order_by("pk"))


def _side(member: Member, at: datetime) -> Side:
    ids = merges.one_person(member_id=member.pk, at=at)
    phones = Identity.objects.filter(member_id__in=ids, kind=Identity.Kind.PHONE)
    return Side(
        member=member,
        phones=[masking.mask(one.kind, one.value) for one in phones.select_related("member__key")],
        joined_at=member.joined_at,
        orders_count=Order.objects.filter(member_id__in=ids).count(),
    )
