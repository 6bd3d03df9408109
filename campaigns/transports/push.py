"""Push messages: a signed post to the operator's own system, which knows the members' devices."""

import json
import threading
from datetime import UTC, datetime
from http import HTTPStatus

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from campaigns.models import WebhookEndpoint
from campaigns.transports import outbound, signatures
from campaigns.transports.contract import (
    AnswerLost,
    EndpointGone,
    Message,
    NotSent,
    Refused,
    Transport,
)
from members.services import recipients

_CONCURRENCY = 4
# Said before anything was done with the message.
_LATER = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


def send(message: Message) -> str:
    """Hands `message` to the operator's system; the reference is its key, the `webhook-id`.

    Raises: NotSent, Refused, EndpointGone; whatever else happens leaves it open whether it was
    taken.
    """
    endpoint_id, url, secrets = _endpoint()
    at = datetime.now(tz=UTC)
    body = _body(message, at)
    head = signatures.headers(secrets=secrets, key=message.key, body=body, at=at)
    status = outbound.post(url, body, head, timeout=settings.PUSH_TIMEOUT_SECONDS)
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return message.key
    if status == HTTPStatus.GONE:
        raise EndpointGone(endpoint_id)
    raise _failure(status)


def lacks() -> list[str]:
    """What is missing: an address to post to. It stands in the console, not in the settings."""
    found = WebhookEndpoint.objects.filter(use=WebhookEndpoint.Use.PUSH, is_active=True)
    return [] if found.exists() else [_("an active webhook address for push messages")]


def _body(message: Message, at: datetime) -> bytes:
    """Source: https://github.com/standard-webhooks/standard-webhooks (type, timestamp, data)."""
    told = {
        "type": "push.message",
        "timestamp": at.isoformat(),
        "data": {
            "id": message.key,
            "member": message.member,
            "title": message.subject,
            "body": message.body,
            "page": message.page,
        },
    }
    return json.dumps(told, ensure_ascii=False).encode()


def _failure(status: int) -> Exception:
    text = f"HTTP {status}"
    if status in _LATER:
        return NotSent(text)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return AnswerLost(text)
    # Redirects, too: the address that was checked is the one that counts.
    return Refused(text)


def _endpoint() -> tuple[int, str, str]:
    """The oldest active one: its id, its address and its secrets."""
    try:
        endpoint = (
            WebhookEndpoint.objects.filter(use=WebhookEndpoint.Use.PUSH, is_active=True)
            .order_by("pk")
            .first()
        )
        if endpoint is None:
            raise NotSent("no address")
        return endpoint.pk, endpoint.url, str(endpoint.secrets)
    finally:
        if threading.current_thread() is not threading.main_thread():
            # A thread has a connection of its own, which nobody else would close.
            connection.close()


TRANSPORT = Transport(
    medium="PUSH",
    send=send,
    recipient=recipients.PUSH,
    lacks=lacks,
    concurrency=_CONCURRENCY,
)
