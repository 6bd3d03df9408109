"""Addresses that nothing is sent to any more: they bounced, complained, or somebody says so.

An address is known by its blind index alone, so that it holds for whoever registers with it next.
The gate looks here before each message; consents are another thing.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from campaigns.models import Delivery, Suppression
from campaigns.selectors import suppressions as selector
from campaigns.transports.registry import TRANSPORTS
from members.errors import DomainError, NotFound, ReasonRequired
from members.services import audit, identities
from members.services.identities import IdentityClaim

Reason = Suppression.Reason
ADDED, LIFTED = "suppression.add", "suppression.lift"
MOST_NOTE = 200


class NoAddressThere(DomainError):
    """Messages of this channel go to no address that could be suppressed."""

    code = "no_address_there"


class AlreadySuppressed(DomainError):
    """This address is suppressed already."""

    code = "already_suppressed"
    status = 409


class NotSuppressed(NotFound):
    """This address isn't suppressed any more."""

    code = "not_suppressed"


@dataclass(frozen=True, kw_only=True)
class ByHand:
    """What an operator typed: the address, as it is written, on one medium, and why."""

    medium: str
    address: str
    reason: str


def suppress(*, delivery: Delivery, reason: str, at: datetime) -> bool:
    """Suppresses the address that `delivery` was sent to; says whether it wasn't before.

    The first reason stays. In the caller's transaction.
    """
    address = selector.address_of(delivery)
    if address is None:
        return False
    _row, is_new = Suppression.objects.get_or_create(
        medium=delivery.medium,
        digest=bytes(address.digest),
        defaults={"reason": reason, "delivery": delivery, "created_at": at},
    )
    return is_new


def refuse(*, medium: str, digest: bytes, at: datetime) -> bool:
    """Suppresses an address that is nobody's, whose owner wants no messages; says whether it wasn't
    before. `digest` as `Identity.digest`; in the caller's transaction."""
    _row, is_new = Suppression.objects.get_or_create(
        medium=medium,
        digest=digest,
        defaults={"reason": Reason.UNSUBSCRIBED, "created_at": at},
    )
    return is_new


@transaction.atomic
def add(*, by_hand: ByHand, actor_id: int, at: datetime) -> Suppression:
    """Suppresses an address by hand, with a line in the audit trail.

    Raises: ReasonRequired; NoAddressThere; InvalidIdentity; AlreadySuppressed.
    """
    reason = _reason(by_hand.reason)
    transport = TRANSPORTS.get(by_hand.medium)
    if transport is None or not transport.identity_kind:
        raise NoAddressThere
    claim = IdentityClaim(transport.identity_kind, by_hand.address, transport.issuer())
    (prepared,) = identities.prepare([claim])
    row, is_new = Suppression.objects.get_or_create(
        medium=by_hand.medium,
        digest=prepared.digest,
        defaults={
            "reason": Reason.BY_HAND,
            "note": reason,
            "actor_id": actor_id,
            "created_at": at,
        },
    )
    if not is_new:
        raise AlreadySuppressed
    _audit(ADDED, row, reason, actor_id, at)
    return row


@transaction.atomic
def lift(*, suppression_id: int, reason: str, actor_id: int, at: datetime) -> None:
    """Lets messages go to this address again; a new bounce or complaint suppresses it anew.

    Raises: ReasonRequired; NotSuppressed, where somebody else has lifted it.
    """
    reason = _reason(reason)
    row = Suppression.objects.select_for_update().filter(pk=suppression_id).first()
    if row is None:
        raise NotSuppressed
    _audit(LIFTED, row, reason, actor_id, at)
    row.delete()


def _reason(text: str) -> str:
    reason = text.strip()[:MOST_NOTE]
    if not reason:
        raise ReasonRequired
    return reason


def _audit(action: str, row: Suppression, reason: str, actor_id: int, at: datetime) -> None:
    """On the page of the member whose address it is, where there is one."""
    holders = selector.holders(row)
    audit.record(
        action=action,
        at=at,
        actor_id=actor_id,
        member_id=holders[0].member_id if holders else None,
        reason=reason,
        details={"suppression": row.pk, "medium": row.medium, "because": row.reason},
    )
