"""What the operator's own system tells of push messages, signed as our posts to it are.

`{"type": "push.receipts", "data": [{"id": "…", "kind": "DELIVERED", "at": "2026-11-22T08:00:00Z",
"detail": "…", "is_permanent": false}]}`; `id` is the `webhook-id` that the message came with.
"""

from datetime import datetime
from typing import Any

from campaigns.models import Receipt, WebhookEndpoint
from campaigns.transports import signatures
from campaigns.transports.contract import Call, ProviderReceipt, Receiver, Untrusted

_TYPE = "push.receipts"
_KINDS = (
    Receipt.Kind.DELIVERED,
    Receipt.Kind.BOUNCED,
    Receipt.Kind.OPENED,
    Receipt.Kind.CLICKED,
)
_MOST = 1_000


def parse(call: Call) -> list[ProviderReceipt]:
    """Each report of the post. Raises: Untrusted."""
    told = signatures.opened(secrets=_secrets(), call=call)
    try:
        entries = told["data"]
        if told["type"] != _TYPE or not isinstance(entries, list) or len(entries) > _MOST:
            raise Untrusted("no receipts")
        return [_receipt(entry) for entry in entries]
    except (KeyError, TypeError, ValueError) as error:
        raise Untrusted(type(error).__name__) from None


def _receipt(entry: dict[str, Any]) -> ProviderReceipt:
    at = datetime.fromisoformat(entry["at"])
    if at.tzinfo is None or entry["kind"] not in _KINDS:
        raise Untrusted("no receipt")
    reference = str(entry["id"])
    return ProviderReceipt(
        provider_ref=reference,
        kind=entry["kind"],
        occurred_at=at,
        detail=str(entry.get("detail", ""))[:80],
        is_permanent=entry.get("is_permanent") is True,
    )


def _secrets() -> str:
    """Of every address of push messages, those out of use too: their messages still have news."""
    found = WebhookEndpoint.objects.filter(use=WebhookEndpoint.Use.PUSH)
    return "\n".join(str(endpoint.secrets) for endpoint in found)


RECEIVER = Receiver(code="push", medium="PUSH", parse=parse, answer=b"{}")
