"""API clients: a till system, shop or app gets an id, a secret that is shown once, and scopes."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from oauth2_provider.generators import generate_client_secret

from members.errors import NotFound
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


def renew_secret(
    *, client_id: int, at: datetime, actor_id: int | None = None
) -> tuple[ApiClient, str]:
    """The client and its new secret in clear; the old one stops to work at once.

    `client_id` is the row's id. Raises: NotFound.
    """
    clear = generate_client_secret()
    with transaction.atomic():
        client = ApiClient.objects.select_for_update().filter(pk=client_id).first()
        if client is None:
            raise NotFound
        client.client_secret = clear
        client.save(update_fields=["client_secret"])
        audit.record(action="client.renew_secret", at=at, actor_id=actor_id, client_id=client.pk)
    return client, clear
