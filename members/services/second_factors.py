"""The second factor of operators: codes of their phone (TOTP), and codes on paper.

Source: RFC 6238, by django-otp, whose devices slow down guessing: after n wrong codes in a row the
next one counts only 2ⁿ⁻¹ seconds later. A code is good once.
"""

import base64
import secrets
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from members.errors import DomainError
from members.models import User
from members.services import audit

ISSUER = "Regulars"
BACKUP_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_CODE_LENGTH = 10
_STORED_LENGTH = 16
_SALT = "members.services.second_factors.backup"


class WrongCode(DomainError):
    """This code is wrong or was used before."""

    code = "wrong_code"


class TooManyCodes(DomainError):
    """Too many wrong codes: wait a moment, then try the next one."""

    code = "too_many_codes"
    status = 429


def has_one(*, user_id: int) -> bool:
    return bool(TOTPDevice.objects.filter(user_id=user_id, confirmed=True).exists())


def begun(*, user_id: int) -> TOTPDevice:
    """The phone that counts."""
    return TOTPDevice.objects.get(user_id=user_id, confirmed=True)


def backup_codes_left(*, user_id: int) -> int:
    return int(StaticToken.objects.filter(device__user_id=user_id).count())


def begin(*, user: User) -> TOTPDevice:
    """The device that waits for its first code: the same one until it is confirmed, so that a
    page loaded twice shows one secret."""
    waiting = TOTPDevice.objects.filter(user=user, confirmed=False).order_by("pk").first()
    return waiting or TOTPDevice.objects.create(user=user, name=ISSUER, confirmed=False)


def address_of(device: TOTPDevice) -> str:
    """What the phone's app reads from the picture (`otpauth://…`)."""
    return str(device.config_url)


def secret_of(device: TOTPDevice) -> str:
    """The same secret to be typed, in groups of four letters."""
    typed = base64.b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(typed[place : place + 4] for place in range(0, len(typed), 4))


def confirm(*, user: User, code: str, at: datetime) -> list[str]:
    """Backup codes in clear, which nothing tells a second time; from now on the phone counts.

    Raises: WrongCode, TooManyCodes; then nothing is changed but the count of tries.
    """
    device = begin(user=user)
    _try(TOTPDevice, device.pk, _digits(code))
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
        TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
        codes = _draw_codes(user)
        audit.record(action="second_factor.enroll", at=at, actor_id=user.pk)
    return codes


def verify(*, user: User, code: str, at: datetime) -> TOTPDevice | StaticDevice:
    """The device by which this person has shown who they are; a code on paper is used up.

    Raises: WrongCode, TooManyCodes.
    """
    digits = _digits(code)
    if len(digits) == 6 and digits.isdecimal():
        device = TOTPDevice.objects.filter(user=user, confirmed=True).first()
        return _try(TOTPDevice, device.pk if device else 0, digits)
    paper = StaticDevice.objects.filter(user=user, confirmed=True).first()
    used = _try(StaticDevice, paper.pk if paper else 0, _stored(code))
    audit.record(action="second_factor.backup_code", at=at, actor_id=user.pk)
    return used


def renew_codes(*, user: User, at: datetime) -> list[str]:
    """Ten new codes in clear; the older ones are worth nothing."""
    with transaction.atomic():
        codes = _draw_codes(user)
        audit.record(action="second_factor.new_codes", at=at, actor_id=user.pk)
    return codes


def remove(*, user_id: int) -> None:
    """Forgets phone and paper: the next log-in starts anew."""
    TOTPDevice.objects.filter(user_id=user_id).delete()
    StaticDevice.objects.filter(user_id=user_id).delete()


def version_of(*, user_id: int) -> str:
    """Which device it is: another one, once somebody has set it up anew."""
    device = TOTPDevice.objects.filter(user_id=user_id, confirmed=True).first()
    return f"totp/{device.pk}" if device else "none"


def _try(kind: Any, device_pk: int, code: str) -> TOTPDevice | StaticDevice:
    # The lock makes one try of two at the same moment wait, and the same code good once. The
    # refusal comes after the commit: that this was a wrong one stays written.
    with transaction.atomic():
        device = kind.objects.select_for_update().filter(pk=device_pk).first()
        if device is None:
            raise WrongCode
        is_allowed, _why = device.verify_is_allowed()
        is_right = is_allowed and device.verify_token(code)
    if not is_allowed:
        raise TooManyCodes
    if not is_right:
        raise WrongCode
    return device  # type: ignore[no-any-return]


def _draw_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="backup", confirmed=True)
    codes = [_draw() for _ in range(BACKUP_CODES)]
    StaticToken.objects.bulk_create(
        [StaticToken(device=device, token=_stored(code)) for code in codes]
    )
    return codes


def _draw() -> str:
    """`abcde-fghjk`: about 49 bits, without letters that look alike."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))
    return f"{letters[:5]}-{letters[5:]}"


def _stored(code: str) -> str:
    """A code as the database keeps it: keyed, so that nobody reads it there."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    digest = salted_hmac(_SALT, plain, secret=settings.SECRET_KEY, algorithm="sha256").digest()
    return base64.b32encode(digest).decode()[:_STORED_LENGTH].lower()


def _digits(code: str) -> str:
    """As apps show it: `123 456`."""
    return "".join(code.split())
