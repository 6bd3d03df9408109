"""What a mail provider's own interface tells: a mail arrived, came back, was complained of.

The package of the extra "mail" reads its form, by the module beside the one that sends
(`EMAIL_BACKEND`), and checks what the provider signs, if the keys for it stand in `ANYMAIL`. Most
sign nothing: the address to post to holds a secret. Opens and clicks are counted by our own
addresses, which know machines from people.
Source: https://anymail.dev/en/stable/sending/tracking/ (events, and what they are called).
"""

import importlib
import io
import re
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest

from campaigns.models import Receipt
from campaigns.transports import email_reports, topic_subscriptions
from campaigns.transports.contract import Call, ProviderReceipt, Receiver, Untrusted

_BACKENDS, _WEBHOOKS = ".backends.", ".webhooks."
# Some tell of all in one, some of receiving apart.
_READERS = ("TrackingWebhookView", "CombinedWebhookView")
_KINDS = {
    "delivered": Receipt.Kind.DELIVERED,
    "bounced": Receipt.Kind.BOUNCED,
    "failed": Receipt.Kind.BOUNCED,
    "rejected": Receipt.Kind.BOUNCED,
    "complained": Receipt.Kind.COMPLAINED,
    "unsubscribed": Receipt.Kind.UNSUBSCRIBED,
}
# It isn't sent because of what became of an earlier one.
_EARLIER = {"spam": Receipt.Kind.COMPLAINED, "unsubscribed": Receipt.Kind.UNSUBSCRIBED}
_CODE = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")
_MOST_READ = 1_000


def parse(call: Call) -> list[ProviderReceipt]:
    """The reports of the post; none where it tells of something else. Raises: Untrusted."""
    if topic_subscriptions.is_asked(call):
        topic_subscriptions.confirm(call)
        return []
    try:
        reader = _reader()
        request = _request(call)
        reader.run_validators(request)
        told = reader.parse_events(request)
    except Exception as error:  # noqa: BLE001
        # The package raises errors of its own and of many kinds; their texts may hold the post.
        raise Untrusted(type(error).__name__) from None
    receipts = [_receipt(one, call) for one in told]
    return [one for one in receipts if one is not None]


def _reader() -> Any:
    """The package's view of the provider that sends; nothing of it but the reading is used."""
    sender = settings.EMAIL_BACKEND.rpartition(".")[0]
    if _BACKENDS not in sender:
        raise Untrusted("no provider's interface is set up")
    module = importlib.import_module(sender.replace(_BACKENDS, _WEBHOOKS))
    found = [
        value
        for name, value in vars(module).items()
        if name.endswith(_READERS) and getattr(value, "__module__", "") == module.__name__
    ]
    if not found:
        raise Untrusted("it tells nothing of mails")
    # Where one reads all, the other is but its older name.
    return found[0]()


def _request(call: Call) -> WSGIRequest:
    """The post as the package takes it."""
    named = {
        f"HTTP_{name.upper().replace('-', '_')}": value for name, value in call.headers.items()
    }
    return WSGIRequest(
        {
            **named,
            "REQUEST_METHOD": "POST",
            # Who signs over the address is told it by a setting of the package.
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "443",
            "CONTENT_TYPE": call.headers.get("content-type", ""),
            "CONTENT_LENGTH": str(len(call.body)),
            "wsgi.input": io.BytesIO(call.body),
        }
    )


def _receipt(event: Any, call: Call) -> ProviderReceipt | None:
    kind = _KINDS.get(event.event_type)
    reference = str(event.message_id or "")
    if kind is None or not reference:
        return None
    reason = str(event.reject_reason or "")
    if event.event_type == "rejected":
        kind = _EARLIER.get(reason, kind)
    is_bounce = kind == Receipt.Kind.BOUNCED
    code = _code(event)
    return ProviderReceipt(
        provider_ref=reference,
        kind=kind,
        occurred_at=_instant(event.timestamp, call),
        detail=(code or reason)[:20] if is_bounce else "",
        external_id=f"{event.event_type}:{event.event_id}" if event.event_id else "",
        is_permanent=is_bounce and _is_dead(event.event_type, reason, code),
    )


def _is_dead(event_type: str, reason: str, code: str) -> bool:
    """By the code of the server that refused it. Providers call soft bounces "bounced", too; but
    what they don't send any more because of an earlier one came back for good."""
    if code:
        return code in email_reports.DEAD
    return reason == "invalid" or (event_type == "rejected" and reason == "bounced")


def _code(event: Any) -> str:
    found = _CODE.search(str(event.mta_response or "")[:_MOST_READ])
    return found[0] if found else ""


def _instant(told: object, call: Call) -> datetime:
    if not isinstance(told, datetime):
        return call.at
    return told.replace(tzinfo=UTC) if told.tzinfo is None else told


RECEIVER = Receiver(
    code="mail-provider",
    medium="EMAIL",
    parse=parse,
    content_type="text/plain",
    is_signed=False,
)
