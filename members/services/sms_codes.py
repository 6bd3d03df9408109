"""Hands one-time codes to the provider of short messages: each at most once by itself.

The state UNKNOWN is written before the provider is called: a sender that dies, or an answer that
is lost, leaves it so, and nobody is written to twice. Who got none asks for a new code.
"""

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F, Func, IntegerField

from members.models import OneTimeCode
from members.providers import registry
from members.providers.contract import CodeMessage, NotSent, Refused, SmsProvider
from members.rules import one_time_codes as rules

logger = structlog.get_logger(__name__)

SEND = "members.tasks.send_codes"
BATCH = 20
# What surely was not taken is handed over again so long; later nobody waits for it any more.
TRIED_FOR = timedelta(minutes=1)
_Sending = OneTimeCode.Sending


def send_due(*, at: datetime, limit: int = BATCH) -> int:
    """Sends at most `limit` codes and returns of how many the outcome is final.

    Call it outside of any transaction: a claim is committed before the provider is called, and
    the outcome in a transaction of its own.
    """
    _forget_over(at)
    provider = registry.sms()
    if provider is None:
        return 0
    with transaction.atomic(durable=True):
        claimed = _claim(at, limit)
    return sum(_hand_over(code, provider, at) for code in claimed)


def _claim(at: datetime, limit: int) -> list[OneTimeCode]:
    due = OneTimeCode.objects.select_for_update(skip_locked=True)
    due = due.filter(sending=_Sending.TO_SEND, used_at=None, expires_at__gt=at)
    claimed = list(due.order_by("pk")[:limit])
    OneTimeCode.objects.filter(pk__in=[one.pk for one in claimed]).update(sending=_Sending.UNKNOWN)
    return claimed


def _hand_over(code: OneTimeCode, provider: SmsProvider, at: datetime) -> bool:
    """Whether the outcome is final: what surely was not taken waits for the next sweep."""
    message = CodeMessage(
        send_key=str(code.uid),
        phone=code.phone,
        code=code.code,
        minutes=int(rules.LIFE.total_seconds() // 60),
    )
    try:
        reference = provider.send(message)
    except NotSent as error:
        return _gave_up(code, str(error), at)
    except Refused as error:
        logger.warning("code_refused", message=message.send_key, reason=str(error))
        _settle(code.pk, sending=_Sending.FAILED, phone="", code="")
    except Exception as error:  # noqa: BLE001
        # Its text may hold the phone.
        logger.error("code_unknown", message=message.send_key, error=type(error).__name__)
        _settle(code.pk, phone="", code="")
    else:
        _settle(code.pk, sending=_Sending.SENT, provider_id=reference[:80], phone="", code="")
    return True


def _gave_up(code: OneTimeCode, reason: str, at: datetime) -> bool:
    if at - code.created_at < TRIED_FOR:
        _settle(code.pk, sending=_Sending.TO_SEND)
        return False
    logger.warning("code_not_taken", message=str(code.uid), reason=reason)
    _settle(code.pk, sending=_Sending.FAILED, phone="", code="")
    return True


def _settle(pk: int, **changes: object) -> None:
    """Writes the outcome if the claim still stands: a code that was erased meanwhile is gone."""
    OneTimeCode.objects.filter(pk=pk, sending=_Sending.UNKNOWN).update(**changes)


def _forget_over(at: datetime) -> None:
    """What nobody may send any more keeps neither phone nor code."""
    over = OneTimeCode.objects.filter(expires_at__lte=at)
    over.filter(sending=_Sending.TO_SEND).update(sending=_Sending.FAILED)
    held = Func(F("phone"), function="octet_length", output_field=IntegerField())
    over.alias(held_bytes=held).filter(held_bytes__gt=0).update(phone="", code="")
