"""Who sends an order or refund, as the services want it."""

from rest_framework.request import Request

from loyalty.services.documents import Source
from members.api import idempotency
from members.api.views import client_of


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
