"""What a merge moves of prizes: who holds them. Points, coupons and tiers move by themselves."""

from typing import Any

from loyalty.models import PrizeGrant
from members.services.merges import Merge


def move(done: Merge) -> dict[str, Any]:
    """The retired member's prizes are the survivor's, also to be taken back from them."""
    theirs = PrizeGrant.objects.filter(member_id=done.retired_id)
    moved = list(theirs.order_by("pk").values_list("pk", flat=True))
    theirs.update(member_id=done.survivor_id)
    return {"prizes": moved}


def give_back(done: Merge, moved: dict[str, Any]) -> None:
    PrizeGrant.objects.filter(pk__in=moved["prizes"], member_id=done.survivor_id).update(
        member_id=done.retired_id
    )
