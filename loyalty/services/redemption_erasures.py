"""What erasure changes here: what is still open is canceled, and nothing says why staff did so.
Figures stay, as everywhere in the ledger.

Registered as a step of `members.services.erasures`. Source: docs/algorithms/erasure.md.
"""

from collections.abc import Mapping

from django.db.models import Q

from loyalty.models import Redemption
from loyalty.services import redemption_ends
from loyalty.services.documents import Source
from loyalty.services.redemption_cases import HOLDER
from loyalty.services.redemption_ends import (
    BY_MEMBER,
    BY_STAFF,
    ERASED,
    NOT_PICKED_UP,
    UNPAID,
    Ending,
)
from members.registry.privacy import Erasing

_CODES = ("", BY_MEMBER, BY_STAFF, ERASED, NOT_PICKED_UP, UNPAID)
_OPEN = (Redemption.State.REQUESTED, Redemption.State.READY)


def erase(erasing: Erasing) -> Mapping[str, int]:
    """Cancels what waits to be paid or picked up; its points go back into an account that nobody
    can use any more. One whose time is over by then expires."""
    at, source = erasing.at, Source(name=HOLDER, actor_id=erasing.actor_id)
    own = Redemption.objects.filter(member_id__in=erasing.member_ids)
    waiting = own.filter(state__in=_OPEN).order_by("member_id", "pk")
    for uid in list(waiting.values_list("uid", flat=True)):
        if not redemption_ends.expire(uid=uid, at=at):
            redemption_ends.cancel(uid=uid, ending=Ending(ERASED), source=source, at=at)
    return {"loyalty_redemption": _forget_why(erasing)}


def _forget_why(erasing: Erasing) -> int:
    """What staff wrote; numbers that a channel gave may lead to the person there, and stay with
    the channel's own erasure."""
    own = Redemption.objects.filter(member_id__in=erasing.member_ids)
    written = own.exclude(Q(end_reason__in=_CODES))
    return int(written.update(end_reason=""))
