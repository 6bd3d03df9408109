"""What the gateway of approved texts tells of messages: arrived or not.

Nothing in its posts proves who made them: the address that the operator tells it holds a secret.
Source: https://www.tencentcloud.com/document/product/382/43547 (status notification).
"""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from campaigns.models import Receipt
from campaigns.transports.contract import Call, ProviderReceipt, Receiver, Untrusted

# Its times have no zone; they are those of its country.
_ZONE = ZoneInfo("Asia/Shanghai")
_MOST = 1_000


def parse(call: Call) -> list[ProviderReceipt]:
    """Each report of the post. Raises: Untrusted, for one that isn't of the gateway's form."""
    try:
        told = json.loads(call.body)
        if not isinstance(told, list) or len(told) > _MOST:
            raise Untrusted("not a list of reports")
        return [_receipt(one) for one in told]
    except (ValueError, KeyError, TypeError) as error:
        raise Untrusted(type(error).__name__) from None


def _receipt(told: dict[str, Any]) -> ProviderReceipt:
    has_arrived = {"SUCCESS": True, "FAIL": False}[told["report_status"]]
    at = datetime.fromisoformat(str(told["user_receive_time"]).strip())
    return ProviderReceipt(
        provider_ref=str(told["sid"]),
        kind=Receipt.Kind.DELIVERED if has_arrived else Receipt.Kind.BOUNCED,
        occurred_at=at.replace(tzinfo=_ZONE) if at.tzinfo is None else at,
        detail="" if has_arrived else str(told.get("errmsg", ""))[:80],
    )


RECEIVER = Receiver(
    code="sms-tc3",
    medium="SMS",
    parse=parse,
    answer=b'{"result":0,"errmsg":"OK"}',
    is_signed=False,
)
