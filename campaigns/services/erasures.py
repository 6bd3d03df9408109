"""What erasure changes here: messages that wait aren't sent, and nothing says by which phone a
guest used an offer. Texts of messages are emptied with all that the member's key sealed.

Registered as a step of `members.services.erasures`. Source: docs/algorithms/erasure.md.
"""

from collections.abc import Mapping

from django.db.models import F, Func, JSONField, Value
from django.db.models.functions import Cast

from campaigns.models import Delivery, OfferUse, OrderQuote, QuoteLock
from loyalty.services import erasures
from members.registry.privacy import Erasing

_State = Delivery.State


def erase(erasing: Erasing) -> Mapping[str, int]:
    """Cancels what waits; a message that is on its way to a provider can't be called back."""
    waiting = Delivery.objects.filter(member_id__in=erasing.member_ids, state=_State.QUEUED)
    canceled = waiting.update(state=_State.SKIPPED, reason=Delivery.Reason.MEMBER_STATE)
    counts = {"campaigns_delivery": canceled}
    guests = erasures.guest_holders(erasing.member_ids)
    counts["campaigns_offeruse"] = OfferUse.objects.filter(holder__in=guests).update(holder="")
    for model in (QuoteLock, OrderQuote):
        promised = model._default_manager.filter(promise__holder__in=guests)
        counts[model._meta.db_table] = promised.update(promise=_without_holder())
    return counts


def _without_holder() -> Func:
    return Func(
        F("promise"),
        Value("{holder}"),
        Cast(Value('""'), JSONField()),
        function="jsonb_set",
        template="%(function)s(%(expressions)s)",
    )
