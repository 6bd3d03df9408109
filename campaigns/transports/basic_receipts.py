"""What the gateway of free texts tells of messages and of answers to them, signed over its address
and its form.

Source: https://www.twilio.com/docs/messaging/guides/track-outbound-message-status (what it tells),
https://www.twilio.com/docs/messaging/guides/webhook-request (answers: `From`, `Body`, `MessageSid`,
and `OptOutType` by https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out) and
https://www.twilio.com/docs/usage/webhooks/webhooks-security (signature).
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from urllib.parse import parse_qsl

from django.conf import settings

from campaigns.models import Receipt
from campaigns.transports.contract import (
    Call,
    ProviderReceipt,
    ProviderReply,
    Receiver,
    Untrusted,
)

_MOST_FIELDS = 100
_KINDS = {
    "delivered": Receipt.Kind.DELIVERED,
    "read": Receipt.Kind.OPENED,
    "undelivered": Receipt.Kind.BOUNCED,
    "failed": Receipt.Kind.BOUNCED,
}
# No such phone, a landline, somebody who answered STOP.
# Source: https://www.twilio.com/docs/api/errors.
_PERMANENT = ("21211", "21610", "21614", "30005", "30006")


def parse(call: Call) -> list[ProviderReceipt]:
    """The report of the post; none where a message is only on its way, or somebody answers.

    Raises: Untrusted.
    """
    return _receipts(_told(call), call)


def replies(call: Call) -> list[ProviderReply]:
    """The answer of the post; none where it is a report. Raises: Untrusted."""
    told = _told(call)
    if "MessageStatus" in told or "Body" not in told or not told.get("From", "").startswith("+"):
        return []
    return [
        ProviderReply(
            address=told["From"],
            text=told["Body"],
            # It doesn't say when.
            occurred_at=call.at,
            external_id=told.get("MessageSid", ""),
            is_stop=told.get("OptOutType") == "STOP",
        )
    ]


def _told(call: Call) -> dict[str, str]:
    """The form, once it has proved who posts it."""
    try:
        pairs = parse_qsl(
            call.body.decode(),
            keep_blank_values=True,
            strict_parsing=True,
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise Untrusted("no form") from None
    if not _is_signed(call, pairs):
        raise Untrusted("signature")
    return dict(pairs)


def signature(*, url: str, pairs: Sequence[tuple[str, str]], secret: str) -> str:
    """The address and what the form holds, sorted, under the account's secret."""
    told = url + "".join(f"{name}{value}" for name, value in sorted(set(pairs)))
    mac = hmac.new(secret.encode(), told.encode(), hashlib.sha1)
    return base64.b64encode(mac.digest()).decode()


def _is_signed(call: Call, pairs: Sequence[tuple[str, str]]) -> bool:
    secret = settings.SMS_RECEIPTS_SECRET
    if not (secret and settings.SMS_RECEIPTS_URL):
        return False
    right = signature(url=settings.SMS_RECEIPTS_URL, pairs=pairs, secret=secret)
    told = call.headers.get("x-twilio-signature", "")
    return hmac.compare_digest(right.encode(), told.encode())


def _receipts(told: dict[str, str], call: Call) -> list[ProviderReceipt]:
    kind = _KINDS.get(told.get("MessageStatus", ""))
    reference = told.get("MessageSid", "")
    if kind is None or not reference:
        return []
    code = told.get("ErrorCode", "")[:20]
    return [
        ProviderReceipt(
            provider_ref=reference,
            kind=kind,
            # It doesn't say when.
            occurred_at=call.at,
            detail=code,
            # A message arrives once, and fails once.
            external_id=f"{reference}:{told['MessageStatus']}",
            is_permanent=code in _PERMANENT,
        )
    ]


RECEIVER = Receiver(
    code="sms-basic",
    medium="SMS",
    parse=parse,
    replies=replies,
    # Nothing is to be answered to whoever wrote.
    answer=b"<Response/>",
    content_type="text/xml",
)
