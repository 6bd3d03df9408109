"""Reports by a provider's reference, which may be told before we have noted it ourselves."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from campaigns.models import Delivery, ParkedReceipt
from campaigns.rules import receipts as rules
from campaigns.services import receipts
from campaigns.services.receipts import Told
from campaigns.transports import receivers
from campaigns.transports.contract import ProviderReceipt

# Nobody's sender takes so long to note a reference; what is older is about something else.
KEPT = timedelta(days=1)
_MOST_REFERENCE = 120
_UID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, kw_only=True)
class Counted:
    """How many reports were about messages of ours, and how many wait for theirs to turn up."""

    known_count: int
    parked_count: int


def hear(*, source: str, medium: str, reports: Sequence[ProviderReceipt], at: datetime) -> Counted:
    """Records what a provider told, in batches; a repeat changes nothing."""
    known = parked = 0
    for start in range(0, len(reports), receipts.MOST_AT_ONCE):
        batch = [_row(source, one, at) for one in reports[start : start + receipts.MOST_AT_ONCE]]
        ids = _ids_by_reference([row.provider_ref for row in batch], medium)
        told = [_told(row, ids[row.provider_ref]) for row in batch if row.provider_ref in ids]
        others = [row for row in batch if row.provider_ref not in ids]
        receipts.record(told=told, at=at)
        ParkedReceipt.objects.bulk_create(others, ignore_conflicts=True)
        known, parked = known + len(told), parked + len(others)
    return Counted(known_count=known, parked_count=parked)


@transaction.atomic
def settle(*, at: datetime) -> int:
    """Gives parked reports to messages that have turned up, at most one batch; how many."""
    rows = list(
        ParkedReceipt.objects.select_for_update(skip_locked=True)
        .filter(
            provider_ref__in=Delivery.objects.exclude(provider_ref="").values("provider_ref"),
            recorded_at__gt=at - KEPT,
        )
        .order_by("pk")[: receipts.MOST_AT_ONCE]
    )
    if not rows:
        return 0
    told = []
    for source in sorted({row.source for row in rows}):
        own = [row for row in rows if row.source == source]
        ids = _ids_by_reference([row.provider_ref for row in own], _medium_of(source))
        told += [_told(row, ids[row.provider_ref]) for row in own if row.provider_ref in ids]
    receipts.record(told=told, at=at)
    ParkedReceipt.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def forget_old(*, at: datetime) -> int:
    """Removes reports whose message never turned up; how many."""
    return ParkedReceipt.objects.filter(recorded_at__lte=at - KEPT).delete()[0]


def _ids_by_reference(references: Sequence[str], medium: str) -> dict[str, int]:
    """The messages by the provider's reference; of several with one, the last.

    Where the reference is made of our own id, as a Message-ID is, the message is found by that:
    also when its sender died before it could note anything.
    """
    wanted = {one for one in references if one}
    rows = Delivery.objects.filter(medium=medium) if medium else Delivery.objects.all()
    noted = rows.filter(provider_ref__in=wanted).order_by("pk").values_list("provider_ref", "pk")
    by_uid = {found.group(): one for one in wanted if (found := _UID.search(one))}
    named = rows.filter(uid__in=by_uid).values_list("uid", "pk") if by_uid else []
    return {by_uid[str(uid)]: pk for uid, pk in named} | dict(noted)


def _medium_of(source: str) -> str:
    receiver = receivers.RECEIVERS.get(source)
    return receiver.medium if receiver else ""


def _row(source: str, one: ProviderReceipt, at: datetime) -> ParkedReceipt:
    is_bounce = one.kind == rules.BOUNCED
    detail = rules.bounce_detail(one.detail, is_permanent=one.is_permanent)
    return ParkedReceipt(
        source=source,
        external_id=_external_id(one),
        provider_ref=_plain(one.provider_ref)[:_MOST_REFERENCE],
        kind=one.kind,
        detail=_plain(detail if is_bounce else one.detail)[:200],
        occurred_at=rules.believed(one.occurred_at, at),
        recorded_at=at,
    )


def _external_id(one: ProviderReceipt) -> str:
    """The provider's own id, or one that the same report always gets."""
    told = _plain(one.external_id)
    if told and len(told) <= _MOST_REFERENCE:
        return told
    parts = (told, _plain(one.provider_ref), one.kind, one.occurred_at.isoformat())
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def _plain(text: str) -> str:
    """Without signs that no text of the database can have."""
    return text.replace("\x00", "").encode(errors="ignore").decode()


def _told(row: ParkedReceipt, delivery_id: int) -> Told:
    return Told(
        delivery_id=delivery_id,
        kind=row.kind,
        source=row.source,
        external_id=row.external_id,
        occurred_at=row.occurred_at,
        detail=row.detail,
    )
