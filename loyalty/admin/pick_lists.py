"""What is to be laid out in a store: rewards that members may pick up there now."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from loyalty.models import Redemption
from loyalty.selectors import redemptions
from members.models import Store, User
from members.selectors import scopes

# More is no list that anybody works through in a day.
MOST = 500


def context(*, operator: User, store: str, at: datetime) -> dict[str, Any]:
    """For `templates/console/pick_list.html`; `store` is an id as it was sent. Without one, the
    operator's only store, or all of theirs to choose from."""
    stores = list(_stores(operator))
    chosen = next((one for one in stores if str(one.pk) == store), None)
    if chosen is None and len(stores) == 1:
        chosen = stores[0]
    if chosen is None:
        return {"stores": stores, "store": None, "rows": [], "sums": []}
    found = list(redemptions.to_pick(at=at, store_id=chosen.pk)[: MOST + 1])
    return {
        "stores": stores,
        "store": chosen,
        "rows": [_row(one) for one in found[:MOST]],
        "sums": _sums(found[:MOST]),
        "is_cut": len(found) > MOST,
        "most": MOST,
        "at": at,
    }


def _stores(operator: User) -> QuerySet[Store]:
    own = scopes.scope_for(operator).store_ids
    rows = Store.objects.filter(is_active=True).order_by("code")
    return rows if own is None else rows.filter(pk__in=own)


def _row(one: Redemption) -> dict[str, Any]:
    return {
        "redemption": one,
        # Enough to tell two apart; the whole code is the member's.
        "code": f"… {one.pickup_code[-4:]}",
        "card": f"… {one.member.card_number[-4:]}",
        "is_here": one.store_id is not None,
    }


def _sums(found: list[Redemption]) -> list[dict[str, Any]]:
    pieces: Counter[int] = Counter()
    for one in found:
        pieces[one.reward_id] += one.quantity
    named = {one.reward_id: one.reward for one in found}
    return [{"reward": named[pk], "pieces": count} for pk, count in pieces.most_common()]
