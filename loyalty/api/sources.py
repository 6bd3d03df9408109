"""Who sends an order or refund, as the services want it."""

import hashlib

from rest_framework.request import Request

from loyalty.services.documents import Source
from members.api import idempotency
from members.api.views import client_of
from members.ids import uuid7


def source_of(request: Request) -> Source:
    """The calling client as a source; its Idempotency-Key, if any, rides along and is written
    with the order in the same statement."""
    client = client_of(request)
    return Source(
        name=client.source,
        client_id=client.id,
        channel=client.channel,
        store_ids=client.store_ids,
        may_backdate=client.may("orders:backdate"),
        attempt=idempotency.attempt_of(request, client_id=client.id),
    )


def key_of(request: Request, *, about: str) -> str:
    """A key for what this request makes, at most 120 characters: the channel's Idempotency-Key,
    told apart by the channel and by what it is `about`; without one, a key of this call alone.

    It outlives the kept answer of seven days: a repeat after weeks still makes nothing twice.
    """
    given = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if given is None:
        return f"api:{uuid7().hex}"
    told = f"{client_of(request).source}|{about}|{given}"
    return f"api:{hashlib.sha256(told.encode()).hexdigest()[:40]}"
