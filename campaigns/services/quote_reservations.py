"""What a lock of a quote keeps, and what of it can't be kept: coupons, offers, points.

Source: docs/algorithms/settlements.md, "Locks"; campaigns/migrations/sql/settlements.sql.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, transaction

from campaigns.rules.quote_shapes import COUPON
from campaigns.services import quote_offers, quote_promises
from loyalty.errors import InsufficientPoints
from loyalty.models import CouponType
from loyalty.rules import calendar
from loyalty.services import accounts, coupons, holds, programs
from loyalty.services.documents import HoldDocument, MemberReference, Source
from members.errors import NotFound
from members.ids import uuid7
from members.models import Member

Row = dict[str, Any]
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Asked:
    """A quote to be kept for an order of this source and number, until an instant."""

    promise: quote_promises.Promise
    source: str
    external_id: str
    fingerprint: bytes
    member_id: int | None
    minutes: int

    @property
    def holder(self) -> str:
        """Whose limits count; a member who was merged meanwhile counts as who they are now."""
        return str(self.promise["holder"]) if self.member_id is None else f"member:{self.member_id}"


class _Tried(Exception):
    pass


def member_id(promise: quote_promises.Promise) -> int | None:
    """Whose account the quote is about now: of a merged member the survivor. Locks the account."""
    found = promise["member"]
    if found is None:
        return None
    row = Member.objects.filter(pk=found).values_list("pk", "merged_into_id").first()
    now = None if row is None else row[1] or row[0]
    if now is not None:
        try:
            accounts.lock(member_ids=[now])
        except NotFound:
            # Somebody without an account has no points; coupons and limits they have.
            return int(now)
    return now


def minutes(promise: quote_promises.Promise) -> int:
    """As long as points are held; less where a coupon is locked for less."""
    codes = {one["type_code"] for one in promise["applied"] if one["what"] == COUPON}
    types = CouponType.objects.filter(code__in=codes) if codes else ()
    return min([programs.current().hold_minutes, *(row.lock_minutes for row in types)])


def reserve(asked: Asked, at: datetime) -> tuple[int, list[Row]]:
    """Locks coupons and reserves offers; gives the lock's id and what can't be kept. The caller
    undoes it all where something can't."""
    lost = _lock_coupons(asked, at)
    terms = programs.current()
    request = {
        "at": at,
        "uid": uuid7(),
        "source": asked.source,
        "external_id": asked.external_id,
        "fingerprint": asked.fingerprint.hex(),
        "promise": asked.promise,
        "expires_at": at + timedelta(minutes=asked.minutes),
        "member_id": asked.member_id,
        "holder": asked.holder,
        "day": calendar.local_day(at, terms.zone),
        "offers": quote_offers.of(asked.promise),
    }
    lock_id, refused = _call("SELECT campaigns_reserve(%s::jsonb)", request)
    for code, reason in sorted(refused.items()):
        lost.append({"what": "offer", "code": code, "reason": reason})
    return lock_id, lost


def hold_points(
    asked: Asked, lock_uid: UUID, source: Source, at: datetime
) -> tuple[str | None, list[Row]]:
    """Holds the points that the quote pays with; gives the hold's id and what can't be kept."""
    points = asked.promise["points"]["used"]
    if not points or asked.member_id is None:
        return None, []
    uid = Member.objects.values_list("uid", flat=True).get(pk=asked.member_id)
    document = HoldDocument(
        external_id=f"quote-lock:{lock_uid}",
        member=MemberReference("id", str(uid)),
        points=points,
        minutes=asked.minutes,
    )
    try:
        return holds.create(hold=document, source=keyless(source), at=at)["id"], []
    except InsufficientPoints as error:
        return None, [{"what": "points", "code": "points", "reason": error.code}]


def tried(*, promise: quote_promises.Promise, source: str, at: datetime) -> list[Row]:
    """What of a quote can't be kept right now: it is reserved, and undone."""
    found: list[Row] = []
    try:
        with transaction.atomic():
            asked = Asked(
                promise=promise,
                source=source,
                external_id=f"quote:{promise['id']}",
                fingerprint=b"",
                member_id=member_id(promise),
                minutes=1,
            )
            found = reserve(asked, at)[1]
            raise _Tried
    except _Tried:
        return found


def end(*, lock_ids: Sequence[int], at: datetime, due_only: bool) -> list[int]:
    """Ends locks that are open still; gives which."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT campaigns_release(%s, %s, %s)", [list(lock_ids), at, due_only])
        found: list[int] = cursor.fetchone()[0]
    return found


def codes_of_coupons(promise: quote_promises.Promise) -> list[str]:
    return [one["code"] for one in promise["applied"] if one["what"] == COUPON]


def keyless(source: Source) -> Source:
    """A request's Idempotency-Key belongs to the lock, not to its hold."""
    return replace(source, attempt=None)


def _lock_coupons(asked: Asked, at: datetime) -> list[Row]:
    asks = [
        coupons.LockAsk(
            code=code,
            member_id=asked.member_id,
            holder=asked.holder,
            source=asked.source,
            external_id=asked.external_id,
            store_id=asked.promise["store_id"],
            minutes=asked.minutes,
        )
        for code in codes_of_coupons(asked.promise)
    ]
    if not asks:
        return []
    locked = coupons.try_lock(asks=asks, at=at)
    return [
        {"what": COUPON, "code": one.code, "reason": one.refused["code"].removeprefix("coupon_")}
        for one in locked
        if one.refused is not None
    ]


def _call(statement: str, request: Row) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, [_encode(request).decode()])
        found = cursor.fetchone()[0]
    return msgspec.json.decode(found) if isinstance(found, str) else found
