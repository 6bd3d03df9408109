"""Who calls the API: a client by the checksum of its token."""

from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q
from oauth2_provider.models import get_access_token_model

from members.selectors.scopes import Scope

_WITH_STORE = Q(application__stores__isnull=False)


@dataclass(frozen=True, kw_only=True)
class Client:
    """A channel application with the rights of one token. `id` is the `ApiClient`'s.

    `store_ids` and `store_codes` are None where the client serves the whole chain.
    """

    id: int
    client_id: str
    source: str
    channel: str
    channel_id: int | None
    store_ids: frozenset[int] | None
    store_codes: frozenset[str] | None
    scopes: frozenset[str]
    expires_at: datetime
    # What Django and DRF ask of anybody who has come in.
    is_authenticated: bool = field(default=True, init=False)

    def may(self, scope: str) -> bool:
        return scope in self.scopes

    def serves(self, store_code: str) -> bool:
        """Whether orders and registrations of that store may come through this client."""
        return self.store_codes is None or store_code in self.store_codes

    @property
    def scope(self) -> Scope:
        return Scope(store_ids=self.store_ids)


def by_token(*, checksum: str) -> Client | None:
    """The client whose token has this SHA-256, expired or not; None for an unknown or blocked
    one. One query. Rights taken from the client are gone from its older tokens too."""
    tokens = get_access_token_model().objects.filter(token_checksum=checksum)
    row = (
        tokens.filter(application__is_active=True)
        .annotate(
            store_ids=ArrayAgg("application__stores__id", filter=_WITH_STORE),
            store_codes=ArrayAgg("application__stores__code", filter=_WITH_STORE),
        )
        .values(
            "expires",
            "scope",
            "store_ids",
            "store_codes",
            "application_id",
            "application__client_id",
            "application__source",
            "application__scopes",
            "application__expires_at",
            "application__channel_id",
            "application__channel__code",
        )
        .first()
    )
    return None if row is None else _client(row)


def _client(row: dict) -> Client:
    own = row["application__scopes"].split()
    ends = [one for one in (row["expires"], row["application__expires_at"]) if one is not None]
    return Client(
        id=row["application_id"],
        client_id=row["application__client_id"],
        source=row["application__source"],
        channel=row["application__channel__code"] or "",
        channel_id=row["application__channel_id"],
        store_ids=frozenset(row["store_ids"]) if row["store_ids"] else None,
        store_codes=frozenset(row["store_codes"]) if row["store_codes"] else None,
        scopes=frozenset(row["scope"].split()).intersection(own),
        expires_at=min(ends),
    )
