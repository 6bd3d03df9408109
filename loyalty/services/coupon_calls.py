"""How services call the functions of coupons: what all of them are told, and what they answer.

Source: loyalty/migrations/sql/coupon_*.sql.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from loyalty.events import (
    CouponClaimed,
    CouponExpired,
    CouponGranted,
    CouponRedeemed,
    CouponReturned,
    CouponTransferred,
    CouponVoided,
)
from loyalty.rules import coupons as rules
from loyalty.services import programs
from members.registry import subscriptions
from members.registry.facts import Fact
from members.services import bell

_FACTS: Mapping[str, type[Fact]] = {
    "granted": CouponGranted,
    "claimed": CouponClaimed,
    "redeemed": CouponRedeemed,
    "returned": CouponReturned,
    "expired": CouponExpired,
    "voided": CouponVoided,
    "transferred": CouponTransferred,
}
_encode = msgspec.json.Encoder().encode
# A key is kept as it is while the column has room.
_KEY_LENGTH = 120


def call(function: str, *values: Any) -> Any:
    """What a function of the database answers; wakes the worker where it told something."""
    marks = ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        # The names are constants of this app's.
        cursor.execute(f"SELECT {function}({marks})", values)
        answer = cursor.fetchone()[0]
    return json.loads(answer) if isinstance(answer, str) else answer


def tells() -> str:
    """By fact: the event's type and who hears of it, whenever it happened: a night finds coupons
    that ended days ago. Rings once the transaction commits, if anybody does."""
    heard = {name: subscriptions.subscribers_of(fact.type, None) for name, fact in _FACTS.items()}
    if any(heard.values()):
        bell.ring_on_commit()
    return as_json({name: (_FACTS[name].type, who) for name, who in heard.items()})


def as_json(value: Any) -> str:
    return _encode(value).decode()


def zone() -> str:
    """The name of the programme's time zone."""
    # A programme's zone is settled before its first order; what is kept needn't be the newest.
    return programs.kept().time_zone


def fresh_code() -> str:
    """A code that nobody can guess."""
    return rules.code_of(secrets.randbelow(rules.CODES))


def fresh_codes(count: int = 3) -> list[str]:
    """Codes to choose one from: the first that nobody has. Three are never all taken."""
    return [fresh_code() for _ in range(count)]


def key(*parts: str) -> str:
    """A key made of parts, hashed where it would be too long."""
    plain = ":".join(parts)
    if len(plain) <= _KEY_LENGTH:
        return plain
    return f"{parts[0][:20]}:{hashlib.sha256(plain.encode()).hexdigest()}"


def instant(value: Any) -> datetime | None:
    """An instant of an answer."""
    return None if value is None else datetime.fromisoformat(value)


def refused(code: str, asked: str, **details: Any) -> dict[str, Any]:
    return {"what": "coupon", "coupon": asked, "code": code, **details}


def normalized(codes: Sequence[str]) -> list[str]:
    return [rules.normalize(code) for code in codes]
