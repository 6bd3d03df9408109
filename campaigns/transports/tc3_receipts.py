"""What the gateway of approved texts tells of messages, arrived or not, and of answers to them.

Nothing in its posts proves who made them: the address that the operator tells it holds a secret.
Source: https://www.tencentcloud.com/document/product/382/43547 (status notification: a list) and
https://www.tencentcloud.com/document/product/382/43548 (answers: one object each, with
`nationcode`, `mobile`, `text`, `time` in seconds).
"""

import contextlib
import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from campaigns.models import Receipt
from campaigns.transports.contract import (
    Call,
    ProviderReceipt,
    ProviderReply,
    Receiver,
    Untrusted,
)

# Its times have no zone; they are those of its country.
_ZONE = ZoneInfo("Asia/Shanghai")
_MOST = 1_000
# Answers come from phones of its country; older posts don't name it.
_COUNTRY = "86"


def parse(call: Call) -> list[ProviderReceipt]:
    """Each report of the post that can be read: it isn't told again for the sake of one. None where
    somebody answers.

    Raises: Untrusted, for one that isn't of the gateway's form, or nothing of which can be read.
    """
    try:
        told = json.loads(call.body)
    except ValueError as error:
        raise Untrusted(type(error).__name__) from None
    if _is_reply(told):
        return []
    if not isinstance(told, list) or len(told) > _MOST:
        raise Untrusted("not a list of reports")
    found = []
    for one in told:
        with contextlib.suppress(KeyError, TypeError):
            found.append(_receipt(one, call))
    if told and not found:
        raise Untrusted("no report")
    return found


def replies(call: Call) -> list[ProviderReply]:
    """The answer of the post; none where it is a list of reports. Raises: Untrusted."""
    try:
        told = json.loads(call.body)
        return [_reply(told)] if _is_reply(told) else []
    except (ValueError, KeyError, TypeError, OverflowError, OSError) as error:
        raise Untrusted(type(error).__name__) from None


def _is_reply(told: object) -> bool:
    return isinstance(told, dict) and "mobile" in told and "text" in told


def _reply(told: dict[str, Any]) -> ProviderReply:
    mobile, country = str(told["mobile"]), str(told.get("nationcode") or _COUNTRY)
    return ProviderReply(
        address=mobile if mobile.startswith("+") else f"+{country.lstrip('+')}{mobile}",
        text=str(told["text"]),
        occurred_at=datetime.fromtimestamp(int(told["time"]), tz=UTC),
    )


def _receipt(told: dict[str, Any], call: Call) -> ProviderReceipt:
    has_arrived = {"SUCCESS": True, "FAIL": False}[told["report_status"]]
    at, reference = _instant(told.get("user_receive_time")), str(told["sid"])
    return ProviderReceipt(
        provider_ref=reference,
        kind=Receipt.Kind.DELIVERED if has_arrived else Receipt.Kind.BOUNCED,
        occurred_at=at or call.at,
        detail="" if has_arrived else str(told.get("errmsg", ""))[:80],
        # Without an instant of its own the same one again would be another one.
        external_id="" if at else f"{reference}:{told['report_status']}",
    )


def _instant(told: object) -> datetime | None:
    """None where it can't be read: of a phone that never got it some tell none."""
    try:
        at = datetime.fromisoformat(str(told).strip())
    except ValueError:
        return None
    return at.replace(tzinfo=_ZONE) if at.tzinfo is None else at


RECEIVER = Receiver(
    code="sms-tc3",
    medium="SMS",
    parse=parse,
    replies=replies,
    answer=b'{"result":0,"errmsg":"OK"}',
    is_signed=False,
)
