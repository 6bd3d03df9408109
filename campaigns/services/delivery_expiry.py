"""Messages that wait until it is too late: they end then, and don't wait for somebody to look.

What runs is judged by the gate, which lets nothing wait beyond its expiry. What a campaign has
queued that was paused meanwhile nobody judges until it goes on; it ends here.
"""

from datetime import datetime

from django.db import transaction

from campaigns.models import Campaign, Delivery

_CHUNK = 5_000
# Senders judge those of the ones; those of the other are stopped, and say so.
_ENDED_ELSEWHERE = (*Campaign.SENDING, Campaign.State.KILLED)


def expire_waiting(*, at: datetime) -> int:
    """Ends at most 5,000 messages of paused campaigns that are too late now; how many."""
    with transaction.atomic():
        waiting = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            campaign__in=Campaign.objects.exclude(state__in=_ENDED_ELSEWHERE).values("pk"),
            state=Delivery.State.QUEUED,
            # Nothing waits for an instant at which it is too late: so the index of what is due
            # finds them.
            not_before_at__lte=at,
            expires_at__lte=at,
        )
        ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:_CHUNK])
        return Delivery.objects.filter(pk__in=ids).update(
            state=Delivery.State.EXPIRED, reason=Delivery.Reason.EXPIRED
        )
