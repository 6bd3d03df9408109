"""What a merge of two members moves here: redemptions, with their codes and their ends. Their holds
move with the account, what was used of limits with the coupons' step.

Registered as a step of `members.services.merges`.
"""

from typing import Any

from loyalty.models import Redemption
from members.services.merges import Merge


def move(done: Merge) -> dict[str, Any]:
    """The retired member's redemptions are the survivor's; gives which."""
    own = Redemption.objects.filter(member_id=done.retired_id)
    # In the order of ids, as everything that locks several.
    ids = list(own.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    Redemption.objects.filter(pk__in=ids).update(member_id=done.survivor_id)
    return {"redemptions": ids}


def give_back(done: Merge, moved: dict[str, Any]) -> None:
    """The same ones, as they are by now: what was handed over since stays so. One that was paid,
    canceled or over since has moved points, and then no merge is taken back."""
    theirs = Redemption.objects.filter(pk__in=moved["redemptions"], member_id=done.survivor_id)
    theirs.update(member_id=done.retired_id)
