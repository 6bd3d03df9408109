"""Signatures of webhooks, so that whoever gets a post knows that it is ours, and when it was made.

Source: https://www.standardwebhooks.com (Standard Webhooks, version 1).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from campaigns.transports.contract import Call, Untrusted


def headers(*, secrets: str, key: str, body: bytes, at: datetime) -> dict[str, str]:
    """The head of a post of `body`, signed with each of the secrets (`whsec_…`, one a line).

    `key` is the same at every attempt: by it the receiver tells a repeat.
    """
    # The library takes the digits of the instant as if they were UTC.
    at = at.astimezone(UTC)
    text = body.decode()
    signed = (Webhook(one).sign(msg_id=key, timestamp=at, data=text) for one in _each(secrets))
    return {
        "Content-Type": "application/json",
        "webhook-id": key,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signed),
    }


def opened(*, secrets: str, call: Call) -> Any:
    """What `call` says, as JSON, if one of the secrets signed it within the last five minutes.

    Raises: Untrusted.
    """
    for secret in _each(secrets):
        told = _verified(secret, call.body, call.headers)
        if told is not None:
            return told
    raise Untrusted("no signature of ours")


def _verified(secret: str, body: bytes, head: Mapping[str, str]) -> Any:
    try:
        return Webhook(secret).verify(body, dict(head))
    except (WebhookVerificationError, ValueError):
        # A signature that isn't base64, a body that isn't text, or isn't JSON.
        return None


def _each(secrets: str) -> Sequence[str]:
    return secrets.split()
