"""Somebody, or a machine, looked at a message: its picture was loaded, or a link followed."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from campaigns.models import Delivery, Receipt
from campaigns.rules import link_tokens, machines
from campaigns.rules.machines import Look
from campaigns.services import receipts, tracking, unsubscribes
from campaigns.services.receipts import Told

# A message is looked at some times, never endlessly: what comes after isn't kept.
MOST = 50
Kind = Receipt.Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """A call of one of our addresses: the token in it, and what the caller shows of itself."""

    token: str
    method: str
    user_agent: str
    is_prefetch: bool = False


def delivery_of(purpose: str, token: str) -> tuple[Delivery, int] | None:
    """The message of a token, with the place of the link; None for a token that isn't ours, and
    for a message that never left or is no longer kept."""
    named = tracking.named_by(purpose, token)
    if named is None:
        return None
    rows = Delivery.objects.select_related("campaign", "member__key")
    delivery = rows.filter(pk=named.delivery_id).first()
    if delivery is None or (delivery.claimed_at is None and delivery.sent_at is None):
        return None
    return delivery, named.place


def opened(*, visit: Visit, at: datetime) -> bool:
    """Notes that a mail was shown: once a day for people, and once for machines."""
    found = delivery_of(link_tokens.OPEN, visit.token)
    if found is None:
        return False
    delivery, _place = found
    is_machine = _is_machine(delivery, visit, at)
    key = f"{delivery.uid}:{at:%Y%m%d}:{'m' if is_machine else 'p'}"
    _note(delivery, Kind.OPENED, key=key, is_machine=is_machine, at=at)
    return True


def clicked(*, visit: Visit, at: datetime) -> str | None:
    """Where the link leads, after noting that it was followed; None where there is nothing."""
    found = delivery_of(link_tokens.CLICK, visit.token)
    if found is None:
        return None
    delivery, place = found
    target = tracking.target_of(delivery, place)
    if target is None:
        return None
    is_machine = _is_machine(delivery, visit, at)
    key = f"{delivery.uid}:{place}:{int(at.timestamp())}:{'m' if is_machine else 'p'}"
    detail = f"link:{place + 1}"
    _note(delivery, Kind.CLICKED, key=key, is_machine=is_machine, at=at, detail=detail)
    return target


@transaction.atomic
def unsubscribed(*, token: str, how: str, at: datetime) -> Delivery | None:
    """Ends the consent that the message was sent by; None for a token that leads nowhere.

    Each time anew: who allowed it again may be fed up again, by the same old mail.
    """
    found = delivery_of(link_tokens.UNSUBSCRIBE, token)
    if found is None:
        return None
    delivery, _place = found
    told = Told(
        delivery_id=delivery.pk,
        kind=Kind.UNSUBSCRIBED,
        source="link",
        external_id=f"{delivery.uid}:unsubscribed",
        occurred_at=at,
        how=how if how == unsubscribes.ONE_CLICK else unsubscribes.LINK,
    )
    receipts.record(told=[told], at=at)
    return delivery


def _is_machine(delivery: Delivery, visit: Visit, at: datetime) -> bool:
    return machines.is_machine(
        Look(
            method=visit.method,
            user_agent=visit.user_agent,
            at=at,
            sent_at=delivery.sent_at or delivery.claimed_at,
            is_prefetch=visit.is_prefetch,
        )
    )


def _note(
    delivery: Delivery, kind: str, *, key: str, is_machine: bool, at: datetime, detail: str = ""
) -> None:
    if Receipt.objects.filter(delivery=delivery)[:MOST].count() >= MOST:
        return
    told = Told(
        delivery_id=delivery.pk,
        kind=kind,
        source="link",
        external_id=f"{key}:{kind.lower()}",
        occurred_at=at,
        detail=detail,
        is_machine=is_machine,
    )
    receipts.record(told=[told], at=at)
