"""API clients: a till system, shop or app gets an id, a secret that is shown once, and scopes."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from oauth2_provider.generators import generate_client_secret

from members.models import ApiClient, Channel, Store
from members.services import audit


def create(
    *,
    name: str,
    source: str,
    channel: Channel | None,
    scopes: Collection[str],
    at: datetime,
    stores: Collection[Store] = (),
    expires_at: datetime | None = None,
    actor_id: int | None = None,
    client_id: str | None = None,
    secret: str | None = None,
) -> tuple[ApiClient, str]:
    """The client and its secret in clear, which nothing can tell a second time.

    No `stores` means all of them. `client_id` and `secret` are drawn when not given.
    """
    clear = secret or generate_client_secret()
    client = ApiClient(
        name=name,
        source=source,
        channel=channel,
        scopes=" ".join(sorted(scopes)),
        expires_at=expires_at,
        client_secret=clear,
        client_type=ApiClient.CLIENT_CONFIDENTIAL,
        authorization_grant_type=ApiClient.GRANT_CLIENT_CREDENTIALS,
    )
    if client_id is not None:
        client.client_id = client_id
    with transaction.atomic():
        client.save()
        client.stores.set(stores)
        audit.record(
            action="client.create",
            at=at,
            actor_id=actor_id,
            client_id=client.pk,
            details={"source": source, "scopes": sorted(scopes)},
        )
    return client, clear
