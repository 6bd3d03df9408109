"""Codes by SMS: asked for, sent once, tried at most five times, used once.

What is asked and tried never looks at members: a number that nobody has takes the same statements
and gets the same answer as a member's. Source: docs/algorithms/one-time-codes.md.
"""

import hmac
import math
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import phonenumbers
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet

from members.errors import DomainError
from members.ids import uuid7
from members.models import OneTimeCode
from members.providers import registry
from members.rules import one_time_codes as rules
from members.services import bell, guesses, identities, sms_codes
from members.services.guesses import Guesser
from members.services.identities import IdentityClaim, Prepared

LOGIN = "LOGIN"
_SECRET_FOR = b"members.one_time_codes"
# As long as the longest of the limits looks back.
_LOOKS_BACK = timedelta(days=1)
_NOBODY = 0


class TooManyCodes(DomainError):
    """A code was sent to this phone a moment ago; wait a little."""

    code = "too_many_codes"
    status = 429

    def __init__(self, wait: timedelta) -> None:
        super().__init__()
        self.retry_after_seconds = max(1, math.ceil(wait.total_seconds()))


class WrongCode(DomainError):
    """This code is wrong, was used, or its five minutes are over; ask for a new one."""

    code = "wrong_code"


class NoSmsProvider(DomainError):
    """Codes can't be sent: no provider of short messages is set up."""

    code = "sms_not_set_up"
    status = 503


class PhoneNotServed(DomainError):
    """No codes are sent to phones of this country."""

    code = "phone_not_served"


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Who wants a code, for what: the phone as it was typed, and the app."""

    phone: str
    client_id: int
    purpose: str = LOGIN


def request(*, asking: Asking, at: datetime) -> None:
    """Makes a new code for the phone and has it sent; older ones of this app end.

    Raises: InvalidIdentity; PhoneNotServed; TooManyCodes, with how long to wait; NoSmsProvider.
    """
    if registry.sms() is None:
        raise NoSmsProvider
    phone = _phone(asking.phone)
    _check_country(phone.value)
    code = f"{secrets.randbelow(10**rules.DIGITS):0{rules.DIGITS}}"
    with transaction.atomic():
        _alone_with(phone.digest)
        _check_limits(phone.digest, at)
        _own(phone, asking).filter(expires_at__gt=at, used_at=None).update(expires_at=at)
        uid = uuid7()
        OneTimeCode.objects.create(
            uid=uid,
            client_id=asking.client_id,
            subject=phone.digest,
            phone=phone.value,
            code=code,
            code_digest=_digest(uid, asking.purpose, code),
            created_at=at,
            expires_at=at + rules.LIFE,
        )
        bell.start_on_commit(sms_codes.SEND)


def check(*, asking: Asking, code: str, at: datetime) -> OneTimeCode:
    """The code that was sent, if this is it; the try is counted and committed either way.

    Call it outside of any transaction, and `use` what it gives in the one that logs in.

    Raises: InvalidIdentity; WrongCode; TooManyGuesses, for the phone across its codes.
    """
    phone = _phone(asking.phone)
    with guesses.trying(guesser=_guesser(phone.digest, asking.purpose)) as trial:
        found = _tried(phone, asking, code, at)
        if found is None:
            trial.wrong()
            raise WrongCode
        return found


def use(*, code: OneTimeCode, at: datetime) -> None:
    """Uses a code that `check` gave, in the caller's transaction: of two at once one does.

    Raises: WrongCode.
    """
    fresh = OneTimeCode.objects.filter(pk=code.pk, used_at=None, expires_at__gt=at)
    if not fresh.update(used_at=at, phone="", code=""):
        raise WrongCode


def forget_tries(*, digests: Iterable[bytes]) -> None:
    """Of phones whose owner is erased the cache keeps no mark either."""
    for digest in digests:
        guesses.forget(guesser=_guesser(digest, LOGIN))


def _guesser(digest: bytes, purpose: str) -> Guesser:
    return Guesser(caller=f"otp:{digest.hex()}", subject=purpose)


def _tried(phone: Prepared, asking: Asking, code: str, at: datetime) -> OneTimeCode | None:
    """The newest code if it is this one. The database counts the try before anybody compares,
    and without a code the same is done for nothing."""
    newest = _own(phone, asking).order_by("-pk").first()
    with transaction.atomic(durable=True):
        counted = OneTimeCode.objects.filter(
            pk=newest.pk if newest else _NOBODY,
            tries__lt=rules.TRIES,
            used_at=None,
            expires_at__gt=at,
        ).update(tries=F("tries") + 1)
    uid = newest.uid if newest else UUID(int=0)
    kept = bytes(newest.code_digest) if newest else bytes(32)
    is_right = hmac.compare_digest(_digest(uid, asking.purpose, code), kept)
    return newest if counted and is_right and rules.is_well_formed(code) else None


def _own(phone: Prepared, asking: Asking) -> QuerySet[OneTimeCode]:
    """Codes of this phone that this app asked for."""
    return OneTimeCode.objects.filter(subject=phone.digest, client_id=asking.client_id)


def _phone(text: str) -> Prepared:
    return identities.prepare([IdentityClaim("PHONE", text, is_verified=True)])[0]


def _check_country(phone: str) -> None:
    served = settings.SMS_COUNTRIES
    if served and phonenumbers.region_code_for_number(phonenumbers.parse(phone)) not in served:
        raise PhoneNotServed


def _alone_with(subject: bytes) -> None:
    """Two requests for one phone count one after the other; until the transaction ends."""
    number = int.from_bytes(subject[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def _check_limits(subject: bytes, at: datetime) -> None:
    """Limits per phone, whichever app asks; codes that surely never went out don't count."""
    limits = (
        rules.Limit(settings.CODES_PER_MINUTE, timedelta(minutes=1)),
        rules.Limit(settings.CODES_PER_HOUR, timedelta(hours=1)),
        rules.Limit(settings.CODES_PER_DAY, timedelta(days=1)),
    )
    sent = OneTimeCode.objects.filter(subject=subject, created_at__gt=at - _LOOKS_BACK)
    sent = sent.exclude(sending=OneTimeCode.Sending.FAILED).order_by("-pk")
    most = max(limit.count for limit in limits)
    instants = list(sent.values_list("created_at", flat=True)[: max(most, 1)])
    wait = rules.wait(sent_at=instants, limits=limits, at=at)
    if wait > timedelta(0):
        raise TooManyCodes(wait)


def _digest(uid: UUID, purpose: str, code: str) -> bytes:
    """32 bytes that say whether a code is right, to nobody without our secret."""
    key = hmac.digest(settings.SECRET_KEY.encode(), _SECRET_FOR, "sha256")
    return hmac.digest(key, f"{uid}|{purpose}|{code}".encode(), "sha256")
