"""What API clients may do: asked for by one person, let happen by another.

A client is made switched off; approved, it works, and who asked fetches its secret, once. To shut
one out (`deactivate`) takes nobody else, and holds at once.
"""

import hashlib
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import get_access_token_model

from members.errors import DomainError, NotFound, ReasonRequired
from members.models import ApiClient, ApprovalRequest, Channel, Store, User
from members.services import approvals, audit, clients
from members.services.role_grants import NothingToChange

ACTION = "members.client.change"
_TARGET = "members.apiclient"


class SecretNotYours(DomainError):
    """Only who asked for this secret may fetch it, and only once."""

    code = "secret_not_yours"
    status = 403


@dataclass(frozen=True, kw_only=True)
class Access:
    """What a client may do: scopes, stores by code (none: all), until when, and whether at all."""

    scopes: tuple[str, ...]
    stores: tuple[str, ...] = ()
    expires_at: str = ""
    is_active: bool = True


def access_of(client: ApiClient) -> Access:
    """What it may do now. One query."""
    return Access(
        scopes=tuple(sorted(client.scopes.split())),
        stores=tuple(client.stores.order_by("code").values_list("code", flat=True)),
        expires_at=client.expires_at.isoformat() if client.expires_at else "",
        is_active=client.is_active,
    )


@transaction.atomic
def propose(
    *,
    name: str,
    source: str,
    channel: Channel | None,
    scopes: Collection[str],
    stores: Collection[Store],
    reason: str,
    maker: User,
    at: datetime,
    expires_at: datetime | None = None,
) -> ApprovalRequest:
    """The request to let a new client work; until then it is there, and shut.

    Raises: ReasonRequired.
    """
    client, _secret = clients.create(
        name=name,
        source=source,
        channel=channel,
        scopes=(),
        stores=(),
        at=at,
        actor_id=maker.pk,
    )
    ApiClient.objects.filter(pk=client.pk).update(is_active=False)
    wanted = Access(
        scopes=tuple(sorted(scopes)),
        stores=tuple(sorted(store.code for store in stores)),
        expires_at=expires_at.isoformat() if expires_at else "",
    )
    return ask(
        client_id=client.pk, wanted=wanted, reason=reason, maker=maker, at=at, with_secret=True
    )


def ask(
    *,
    client_id: int,
    wanted: Access,
    reason: str,
    maker: User,
    at: datetime,
    with_secret: bool = False,
) -> ApprovalRequest:
    """The request to let the client do this in place of what it may; `with_secret`: and to draw a
    new secret, which the maker then fetches.

    Raises: NotFound, NothingToChange, ReasonRequired.
    """
    client = ApiClient.objects.filter(pk=client_id).first()
    if client is None:
        raise NotFound
    if wanted == access_of(client) and not with_secret:
        raise NothingToChange
    asked = approvals.Ask(
        action=ACTION,
        summary=client.name[:200],
        payload={**asdict(wanted), "with_secret": with_secret},
        target_type=_TARGET,
        target_id=client.pk,
    )
    return approvals.request(ask=asked, reason=reason, maker=maker, at=at)


def ask_secret(*, client_id: int, reason: str, maker: User, at: datetime) -> ApprovalRequest:
    """The request to draw a new secret; the old one works until the new one is fetched.

    Raises: NotFound, ReasonRequired.
    """
    client = ApiClient.objects.filter(pk=client_id).first()
    if client is None:
        raise NotFound
    return ask(
        client_id=client_id,
        wanted=access_of(client),
        reason=reason,
        maker=maker,
        at=at,
        with_secret=True,
    )


def run_approved(request: ApprovalRequest, at: datetime) -> None:
    """Lets the client do what was approved.

    Raises: NotFound, for a store that is gone: without its stores it would serve the whole chain.
    """
    payload = dict(request.payload)
    stores = list(Store.objects.filter(code__in=payload["stores"]))
    if len(stores) != len(payload["stores"]):
        raise NotFound
    client = ApiClient.objects.select_for_update().get(pk=request.target_id)
    client.scopes = " ".join(payload["scopes"])
    client.is_active = payload["is_active"]
    client.expires_at = (
        datetime.fromisoformat(payload["expires_at"]) if payload["expires_at"] else None
    )
    if payload["with_secret"]:
        client.secret_for = request.maker
    client.save(update_fields=["scopes", "is_active", "expires_at", "secret_for", "updated"])
    client.stores.set(stores)
    audit.record(
        action="client.change",
        at=at,
        actor_id=request.checker_id,
        client_id=client.pk,
        reason=request.reason,
        details={"request": str(request.uid), "with_secret": payload["with_secret"]},
    )


def version_of_target(request: ApprovalRequest) -> str:
    """What the client may do now: changed meanwhile, the request is stale."""
    client = ApiClient.objects.filter(pk=request.target_id or 0).first()
    if client is None:
        return ""
    parts: Any = (client.name, client.client_secret, access_of(client))
    return hashlib.sha256(repr(parts).encode()).hexdigest()


@transaction.atomic
def fetch_secret(*, client_id: int, actor: User, at: datetime) -> tuple[ApiClient, str]:
    """The client and its new secret in clear, once; the old one stops to work, and so do tokens
    that were made with it.

    Raises: NotFound, SecretNotYours.
    """
    client = ApiClient.objects.select_for_update().filter(pk=client_id).first()
    if client is None:
        raise NotFound
    if client.secret_for_id != actor.pk:
        raise SecretNotYours
    clear = generate_client_secret()
    client.client_secret, client.secret_for = clear, None
    client.save(update_fields=["client_secret", "secret_for", "updated"])
    _drop_tokens(client)
    audit.record(action="client.fetch_secret", at=at, actor_id=actor.pk, client_id=client.pk)
    return client, clear


@transaction.atomic
def deactivate(*, client_id: int, reason: str, actor: User, at: datetime) -> ApiClient:
    """Shuts the client out at once: its tokens are gone.

    Raises: NotFound, ReasonRequired.
    """
    if not reason.strip():
        raise ReasonRequired
    client: ApiClient | None = ApiClient.objects.select_for_update().filter(pk=client_id).first()
    if client is None:
        raise NotFound
    client.is_active, client.secret_for = False, None
    client.save(update_fields=["is_active", "secret_for", "updated"])
    _drop_tokens(client)
    audit.record(
        action="client.deactivate",
        at=at,
        actor_id=actor.pk,
        client_id=client.pk,
        reason=reason.strip(),
    )
    return client


def _drop_tokens(client: ApiClient) -> None:
    get_access_token_model().objects.filter(application=client).delete()
