"""How a till names a member, as the blind index that finds them."""

import uuid
from collections.abc import Sequence
from typing import Any

from loyalty.services.documents import MemberReference, OrderDocument
from members.errors import NotFound
from members.models import Member
from members.sealing import blind, normalize
from members.sealing.normalize import BadIdentity
from members.selectors import members

Claim = dict[str, str]


def key(reference: MemberReference) -> str:
    """Tells references of one batch apart."""
    return f"{reference.type}|{reference.issuer}|{reference.value}"


def claims(orders: Sequence[OrderDocument]) -> dict[str, Claim]:
    """What `loyalty_open` looks up, by key. A reference that can't be an identity (a phone of
    three digits) is left out: the order is recorded without a member and says so."""
    found: dict[str, Claim] = {}
    for order in orders:
        if order.member is None or (name := key(order.member)) in found:
            continue
        wanted = claim(order.member)
        if wanted is not None:
            found[name] = {"ref": name, **wanted}
    return found


def claim(reference: MemberReference) -> Claim | None:
    """What the database finds a member by; None for what can't be an identity of its kind."""
    kind = reference.type.upper()
    try:
        if kind == "ID":
            return {"uid": str(uuid.UUID(reference.value))}
        digest = blind.index(kind, normalize.identity(kind, reference.value))
    except (BadIdentity, KeyError, ValueError):
        return None
    return {"kind": kind, "issuer": reference.issuer, "digest": digest.hex()}


def member(reference: MemberReference) -> Member:
    """The member whom a reference leads to; of merged ones the survivor.

    Raises: NotFound, also for a text that is no identity of its kind.
    """
    kind = reference.type.upper()
    try:
        if kind == "ID":
            return members.by_uid(uid=uuid.UUID(reference.value))
        found = members.find(kind=kind, value=reference.value, issuer=reference.issuer)
    except (KeyError, ValueError):
        found = None
    if found is None:
        raise NotFound("there is no such member")
    return found


def holder(reference: MemberReference | None, member_id: int | None) -> str:
    """Whose limits a cart or an order counts against: the member's, or those of the phone that a
    guest gave; "" for somebody unknown."""
    if member_id is not None:
        return f"member:{member_id}"
    if reference is None or reference.type.upper() != "PHONE":
        return ""
    found = claim(reference)
    return f"guest:{found['digest']}" if found else ""


def holder_of(reference: MemberReference | None) -> str:
    """As `holder`, for a reference that nobody has looked up yet. A member who can't be found is
    nobody."""
    if reference is None:
        return ""
    try:
        return holder(reference, member(reference).pk)
    except NotFound:
        return holder(reference, None)


def not_honored(order: OrderDocument) -> tuple[dict[str, Any], ...]:
    """A hold of nobody's points: the order is recorded all the same, and says so."""
    if order.points_hold and order.member is None:
        return ({"what": "points_hold", "code": "hold_not_open"},)
    return ()
