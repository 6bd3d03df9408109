"""Who calls from a consumer app: a member by the digest of their token, an app by its id."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Q

from members.models import ApiClient, Member, MemberSession, MemberToken
from members.selectors.clients import Client

# What makes an API client an app: it lets members log in.
LOGIN_SCOPE = "members:login"
_LIVING = (Member.State.ACTIVE, Member.State.RESTRICTED)
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class MemberCaller:
    """A member with the app that they use. The app has no scopes: what a member may do follows
    from being that member."""

    member: Member
    session_uid: UUID
    app: Client
    # What Django and DRF ask of anybody who has come in.
    is_authenticated: bool = field(default=True, init=False)

    @property
    def key_space(self) -> str:
        """Idempotency keys of one member are not those of another one with the same app."""
        return f"member:{self.member.pk}"


def caller(*, digest: bytes, at: datetime) -> MemberCaller | None:
    """The living member whose access token has this SHA-256 and is in force at `at`; one query.
    Ended sessions, blocked apps and erased members open nothing, at once."""
    tokens = MemberToken.objects.filter(
        digest=digest,
        kind=MemberToken.Kind.ACCESS,
        expires_at__gt=at,
        session__ended_at=None,
        session__member__state__in=_LIVING,
    )
    joined = tokens.select_related("session__member__key", "session__client__channel")
    found = next(iter(joined[:1]), None)
    if found is None or not _is_app(found.session.client, at):
        return None
    return MemberCaller(
        member=found.session.member,
        session_uid=found.session.uid,
        app=_client(found.session.client),
    )


def app(*, client_id: str, at: datetime) -> Client | None:
    """The app with this public id, if members may log in by it at `at`; one query."""
    if not client_id or "\0" in client_id:
        return None
    clients = ApiClient.objects.filter(client_id=client_id).select_related("channel")
    found = next(iter(clients[:1]), None)
    return _client(found) if found is not None and _is_app(found, at) else None


def open_of(*, member_id: int, at: datetime) -> list[MemberSession]:
    """Where the member is logged in at `at`, the latest used first."""
    own = MemberSession.objects.filter(Q(member_id=member_id), ended_at=None, expires_at__gt=at)
    return list(own.select_related("client").order_by("-refreshed_at", "-pk"))


def _is_app(client: ApiClient, at: datetime) -> bool:
    lasts = client.expires_at is None or client.expires_at > at
    return client.is_active and lasts and LOGIN_SCOPE in client.scopes.split()


def _client(row: ApiClient) -> Client:
    """Without scopes, and for the whole chain: a member goes to every shop."""
    return Client(
        id=row.pk,
        client_id=row.client_id,
        source=row.source,
        channel=row.channel.code if row.channel else "",
        channel_id=row.channel_id,
        store_ids=None,
        store_codes=None,
        scopes=frozenset(),
        expires_at=row.expires_at or _NEVER,
    )
