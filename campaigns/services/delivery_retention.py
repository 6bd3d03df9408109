"""What of messages and offers grows old."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from campaigns.models import Delivery, OfferUse
from members.registry.privacy import RetentionCategory
from members.services import retention_categories

_GUEST = "guest:"


def categories() -> list[RetentionCategory]:
    """Called by `apps.ready`."""
    return [
        RetentionCategory(
            code="campaigns.texts",
            label=_("Texts of messages"),
            default_days=365,
            minimum_days=30,
            count=lambda before: _texts(before).count(),
            remove=_empty_texts,
        ),
        RetentionCategory(
            code="campaigns.guests",
            label=_("Marks of guests who used an offer"),
            default_days=730,
            minimum_days=90,
            count=lambda before: _guests(before).count(),
            remove=_forget_guests,
        ),
    ]


def _texts(before: datetime) -> QuerySet[Any]:
    """Those that still have one: sealed columns can only be asked for their length."""
    old = Delivery.objects.filter(queued_at__lt=before).exclude(
        state__in=(Delivery.State.QUEUED, Delivery.State.CLAIMED)
    )
    return retention_categories.unheld(old).extra(
        where=["octet_length(campaigns_delivery.body) > 0"]
    )


def _empty_texts(before: datetime, limit: int) -> int:
    """That a message was sent, when and why stays; what it said goes."""
    ids = _locked(_texts(before), limit)
    return Delivery.objects.filter(pk__in=ids).update(subject="", body="")


def _guests(before: datetime) -> QuerySet[Any]:
    return OfferUse.objects.filter(holder__startswith=_GUEST, recorded_at__lt=before)


def _forget_guests(before: datetime, limit: int) -> int:
    """The use stays in the offer's figures; by whose phone, nobody can tell any more."""
    ids = _locked(_guests(before), limit)
    return OfferUse.objects.filter(pk__in=ids).update(holder="")


def _locked(rows: QuerySet[Any], limit: int) -> list[int]:
    chosen = rows.order_by("pk").select_for_update(skip_locked=True, of=("self",))
    return list(chosen.values_list("pk", flat=True)[:limit])
