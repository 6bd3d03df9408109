"""Answers of phones to short messages: whoever says STOP gets none for marketing any more.

Only that is read; what else people answer is forgotten, and nothing of their words is kept.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from campaigns.models import Delivery, Receipt
from campaigns.rules import receipts as rules
from campaigns.rules import stop_words
from campaigns.services import contact_credits, receipts, suppressions, unsubscribes
from campaigns.services.receipts import Told
from campaigns.transports.contract import ProviderReply
from campaigns.transports.registry import TRANSPORTS
from members.errors import MemberErased, MemberMerged
from members.models import Consent, Member
from members.selectors import living
from members.services import identities
from members.services.identities import IdentityClaim, Prepared

# Later than so, a STOP is no answer to the last message that we sent.
ANSWERED_WITHIN = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class _Stop:
    """That the owner of an address wants no more; the same again has the same key."""

    source: str
    medium: str
    key: str
    occurred_at: datetime


def hear(*, source: str, medium: str, reply: ProviderReply, at: datetime) -> bool:
    """Notes a STOP, and says whether the answer was one that we hadn't heard.

    A member's consents end: for marketing, and for what the message was for that they answer.
    What they allowed after `reply.occurred_at` stays allowed. An address that is nobody's is
    suppressed. Bears a repeat.
    """
    if not (reply.is_stop or stop_words.is_stop(reply.text, settings.SMS_STOP_WORDS)):
        return False
    transport = TRANSPORTS[medium]
    claim = IdentityClaim(transport.identity_kind, reply.address, transport.issuer())
    try:
        (prepared,) = identities.prepare([claim])
    except identities.InvalidIdentity:
        # A short number of a service, or no number at all.
        return False
    occurred_at = rules.believed(reply.occurred_at, at)
    key = _key(reply, prepared)
    return _note(
        _Stop(source=source, medium=medium, key=key, occurred_at=occurred_at), prepared, at
    )


@transaction.atomic
def _note(stop: _Stop, prepared: Prepared, at: datetime) -> bool:
    # A gateway that says no times would have the same STOP, heard late, be newer than a yes.
    if not contact_credits.is_first(source=stop.source, key=stop.key, at=at):
        return False
    found = identities.owned([prepared]).get(prepared.key)
    member_id = identities.owner(found).pk if found is not None else None
    if member_id is None or not _refuse(member_id, stop, at):
        suppressions.refuse(medium=stop.medium, digest=prepared.digest, at=at)
    return True


def _refuse(member_id: int, stop: _Stop, at: datetime) -> bool:
    """Whether there still was somebody whose consents could end."""
    owner_id = living.id_of(member_id=member_id)
    while owner_id is not None:
        try:
            with transaction.atomic():
                _answer(owner_id, stop, at)
                unsubscribes.refuse(
                    member_id=owner_id,
                    purpose=Consent.Purpose.MARKETING,
                    medium=stop.medium,
                    how=unsubscribes.REPLY,
                    occurred_at=stop.occurred_at,
                    at=at,
                )
                return True
        except MemberErased:
            return False
        except MemberMerged:
            # At this very moment: it is committed by now, and leads on.
            owner_id = living.id_of(member_id=owner_id)
    return False


def _answer(member_id: int, stop: _Stop, at: datetime) -> None:
    """The message that was answered hears of it, as of a link that was followed in it."""
    last = _last_message(member_id, stop)
    if last is None:
        return
    told = Told(
        delivery_id=last,
        kind=Receipt.Kind.UNSUBSCRIBED,
        source=stop.source,
        external_id=stop.key,
        occurred_at=stop.occurred_at,
        how=unsubscribes.REPLY,
    )
    receipts.record(told=[told], at=at)


def _last_message(member_id: int, stop: _Stop) -> int | None:
    """Messages stay with the card that they were sent to, also where it was merged."""
    cards = Member.objects.filter(Q(pk=member_id) | Q(merged_into=member_id)).values("pk")
    rows = Delivery.objects.filter(
        member_id__in=cards,
        medium=stop.medium,
        state__in=Delivery.CONTACTS,
        claimed_at__gt=stop.occurred_at - ANSWERED_WITHIN,
        claimed_at__lte=stop.occurred_at,
    )
    return rows.order_by("-claimed_at", "-pk").values_list("pk", flat=True).first()


def _key(reply: ProviderReply, prepared: Prepared) -> str:
    """The provider's own id, or one that the same answer always gets; no phone can be read, or
    guessed, from it."""
    own = reply.external_id.encode(errors="ignore")
    if own.isalnum():
        return f"reply:{own.decode()}"[:120]
    # As it was told: where a clock is ahead, the same one again is the same one.
    told = prepared.digest + own + reply.occurred_at.isoformat().encode()
    return f"reply:{hashlib.sha256(told).hexdigest()}"
