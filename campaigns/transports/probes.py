"""Asks one of the operator's own systems whether it wants to be told anything at all."""

import json
from datetime import UTC, datetime
from http import HTTPStatus

from campaigns.models import WebhookEndpoint
from campaigns.transports import outbound, signatures
from campaigns.transports.contract import AnswerLost, NotSent, Refused
from members.ids import uuid7

TIMEOUT_SECONDS = 5.0


def is_gone(endpoint: WebhookEndpoint) -> bool:
    """Whether it answers 410 to a signed `test`, which is about nobody. Anything else, and no
    answer, says that it isn't sure to be gone."""
    at = datetime.now(tz=UTC)
    told = {"type": "test", "timestamp": at.isoformat(), "data": {"endpoint": endpoint.code}}
    body = json.dumps(told).encode()
    head = signatures.headers(secrets=endpoint.secrets, key=str(uuid7()), body=body, at=at)
    try:
        status = outbound.post(endpoint.url, body, head, timeout=TIMEOUT_SECONDS)
    except (NotSent, AnswerLost, Refused):
        return False
    return status == HTTPStatus.GONE
