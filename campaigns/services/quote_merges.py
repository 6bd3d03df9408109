"""What a merge of two members moves here: offers they used, quotes of their orders, open locks.

Registered as a step of `members.services.merges`, behind the locks of both accounts. What was
used of limits per person has moved with the coupons' (`loyalty.services.coupon_merges`).
"""

from typing import Any

from django.db.models import Max

from campaigns.models import OfferUse, OrderQuote, QuoteLock
from members.services.merges import Merge


def move(done: Merge) -> dict[str, Any]:
    """All of it is the survivor's from now on, limits per member included: who used an offer
    once with each card used it twice. Again it finds nothing."""
    open_locks = QuoteLock.objects.filter(member_id=done.retired_id).order_by("pk")
    # Whoever ends one of these locks counts for the retired member; they are through, or wait.
    locks = list(open_locks.select_for_update().values_list("pk", flat=True))
    uses = OfferUse.objects.filter(member_id=done.retired_id).order_by("pk")
    moved = {
        "locks": locks,
        "quotes": list(
            OrderQuote.objects.filter(member_id=done.retired_id).values_list("pk", flat=True)
        ),
        "uses": list(uses.values_list("pk", flat=True)),
        "held": list(uses.filter(holder=_holder(done.retired_id)).values_list("pk", flat=True)),
    }
    _hand_over(moved, done.survivor_id)
    return {**moved, "after": _after(done)}


def give_back(done: Merge, moved: dict[str, Any]) -> None:
    """Each card's own uses, quotes and locks."""
    _hand_over(moved, done.retired_id)


def obstacle(done: Merge, moved: dict[str, Any]) -> str:
    """`offers_used`, when a quote was made firm, let go of or sold by, since."""
    return "" if _after(done) == moved["after"] else "offers_used"


def _hand_over(moved: dict[str, Any], member_id: int) -> None:
    OfferUse.objects.filter(pk__in=moved["held"]).update(holder=_holder(member_id))
    for model, name in ((QuoteLock, "locks"), (OrderQuote, "quotes"), (OfferUse, "uses")):
        model._default_manager.filter(pk__in=moved[name]).update(member_id=member_id)


def _after(done: Merge) -> list[Any]:
    """What any use of an offer, or any step of a lock, would change."""
    locks = QuoteLock.objects.filter(member_id=done.survivor_id)
    uses = OfferUse.objects.filter(member_id=done.survivor_id)
    return [
        locks.aggregate(last=Max("pk"))["last"],
        locks.filter(state=QuoteLock.State.OPEN).count(),
        uses.aggregate(last=Max("pk"))["last"],
        uses.filter(state=OfferUse.State.RESERVED).count(),
    ]


def _holder(member_id: int) -> str:
    return f"member:{member_id}"
