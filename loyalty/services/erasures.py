"""What erasure changes here: the account is closed to tills, and nothing tells whose orders they
were. Entries, lots, balances and debts stay as they are: sums before are sums after.

Registered as a step of `members.services.erasures`. Source: docs/algorithms/erasure.md.
"""

from collections.abc import Mapping, Sequence

from django.db.models import F

from loyalty.models import Account, Coupon, CouponMove, Hold, Order, PoolUse, Refund
from loyalty.services.accounts import ERASED
from members.models import Identity
from members.registry.privacy import Erasing

# Instead of a fingerprint: a digest of what was sent would let one try phone numbers.
FORGOTTEN = bytes(32)
# Why a coupon is void, where nobody typed it.
_CODES = ("", "refunded", "transferred")


def erase(erasing: Erasing) -> Mapping[str, int]:
    """Closes the accounts behind their locks, so that a till that waits for one looks the member up
    anew, and finds nobody."""
    ids = erasing.member_ids
    accounts = Account.objects.filter(member_id__in=ids)
    # In the order of ids, as everything that locks several.
    list(accounts.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    closed = accounts.filter(version__gte=0).update(version=ERASED - 1 - F("version"))
    orders = Order.objects.filter(member_id__in=ids).update(metadata={}, fingerprint=FORGOTTEN)
    refunds = Refund.objects.filter(member_id__in=ids).exclude(reason="").update(reason="")
    holds = Hold.objects.filter(member_id__in=ids).update(fingerprint=FORGOTTEN)
    guests = guest_holders(ids)
    return {
        "loyalty_account": closed,
        "loyalty_order": orders,
        "loyalty_refund": refunds,
        "loyalty_hold": holds,
        "loyalty_couponmove": _forget_why_void(ids),
        "loyalty_coupon": Coupon.objects.filter(holder__in=guests).update(holder=""),
        "loyalty_pooluse": PoolUse.objects.filter(holder__in=guests).delete()[0],
    }


def _forget_why_void(member_ids: Sequence[int]) -> int:
    """What staff wrote when they took a coupon from the member."""
    void = Coupon.State.VOID
    Coupon.objects.filter(member_id__in=member_ids, state=void).exclude(
        end_reason__in=_CODES
    ).update(end_reason="")
    steps = CouponMove.objects.filter(member_id__in=member_ids, to_state=void)
    return steps.exclude(reason__in=_CODES).update(reason="")


def guest_holders(member_ids: Sequence[int]) -> list[str]:
    """As whom limits counted these members while they bought as guests, by their phones."""
    phones = Identity.objects.filter(member_id__in=member_ids, kind=Identity.Kind.PHONE)
    return [f"guest:{bytes(digest).hex()}" for digest in phones.values_list("digest", flat=True)]
