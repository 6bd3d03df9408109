"""Facts about friends, and what is due: for settling, the API and the console."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q

from loyalty.models import Order, Referral, ReferralProgram, ReferralStep
from loyalty.rules import referrals as rules
from members.models import Identity

_State = Referral.State
_UNPROVEN = (_State.CLAIMED, _State.ORDERED, _State.MATURED)


def phone_verified_at(*, member_id: int) -> datetime | None:
    """When the member first proved a phone."""
    rows = Identity.objects.filter(
        member_id=member_id, kind=Identity.Kind.PHONE, verified_at__isnull=False
    )
    found: datetime | None = (
        rows.order_by("verified_at").values_list("verified_at", flat=True).first()
    )
    return found


def orders_of_friend(*, member_id: int) -> Iterator[tuple[int, datetime, int]]:
    """(id, paid at, net of what came back) of the member's orders."""
    rows = Order.objects.filter(member_id=member_id).annotate(
        left=F("net_amount") - F("refunded_amount") + F("refunded_shipping_amount")
    )
    yield from rows.filter(left__gt=0).values_list("pk", "occurred_at", "left")


def friends_counted(*, program: ReferralProgram, referrer_id: int) -> int:
    """How many friends stand on the member's ladder, as `rules.referrals.counts` says of one."""
    rows = Referral.objects.filter(program=program, referrer_id=referrer_id, is_rewarded=True)
    if program.ladder_basis == ReferralProgram.Basis.FIRST_ORDER:
        return rows.filter(state=_State.MATURED).count()
    return rows.filter(verified_at__isnull=False).exclude(state__in=rules.STILL).count()


def due_ids(*, at: datetime, referrer_id: int | None = None) -> list[int]:
    """Referrals that time has changed since they were settled, by who recommended."""
    proven = Identity.objects.filter(
        member_id=OuterRef("friend_id"),
        kind=Identity.Kind.PHONE,
        verified_at__isnull=False,
    )
    due = (
        Q(state=_State.ORDERED, matures_at__lte=at)
        | Q(is_owed=True)
        | (Q(state__in=_UNPROVEN, verified_at=None) & Q(Exists(proven)))
    )
    rows = Referral.objects.filter(due)
    if referrer_id is not None:
        rows = rows.filter(referrer_id=referrer_id)
    return list(rows.order_by("referrer_id", "pk").values_list("pk", flat=True))


def owed_ladders(*, referrer_id: int | None = None) -> list[int]:
    """Members whose step stands and whose prize couldn't be given."""
    rows = ReferralStep.objects.filter(undone_at=None, is_owed=True)
    if referrer_id is not None:
        rows = rows.filter(member_id=referrer_id)
    return sorted(set(rows.values_list("member_id", flat=True)))
