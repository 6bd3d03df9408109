"""Log-ins of members in consumer apps: a family of opaque tokens for each device.

A token is 256 bits that nobody can guess, kept as SHA-256. The refresh token is exchanged for the
next pair; the next pair follows from the token by HMAC, so that the same request sent again after
a lost answer gets the same pair. An older token ends the family.
Source: RFC 9700, section 4.14.2 (rotation); docs/decisions/0081-refresh-tokens.md.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from members.errors import DomainError, NotFound
from members.models import Member, MemberSession, MemberToken

ACCESS_LIFE = timedelta(minutes=30)
REFRESH_LIFE = timedelta(days=30)
# So long the request that was answered may be sent again.
REPEATED_FOR = timedelta(seconds=60)
# Devices on which one member is logged in; the one unused for longest is logged out.
MOST_OPEN = 20
_SECRET_FOR = b"members.member_sessions"
_PREFIX = {MemberToken.Kind.ACCESS: "ma_", MemberToken.Kind.REFRESH: "mr_"}
_LIVES = {MemberToken.Kind.ACCESS: ACCESS_LIFE, MemberToken.Kind.REFRESH: REFRESH_LIFE}
_LIVING = (Member.State.ACTIVE, Member.State.RESTRICTED)


class BadRefreshToken(DomainError):
    """This token is unknown or over: log in again."""

    code = "invalid_refresh_token"
    status = 401


class RefreshTokenReused(DomainError):
    """This token was used before, so the log-in was ended: log in again."""

    code = "refresh_token_reused"
    status = 401


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A pair of tokens in clear, which nothing can tell a second time."""

    session: MemberSession
    access_token: str
    refresh_token: str

    def __repr__(self) -> str:
        return f"<tokens of {self.session.uid}>"


def begin(*, member_id: int, client_id: int, at: datetime) -> Issued:
    """A new session of a living member, behind their lock; in the caller's transaction.

    Raises: NotFound, for a member who was erased meanwhile.
    """
    with transaction.atomic():
        member = _living(member_id)
        session = MemberSession.objects.create(
            member=member,
            client_id=client_id,
            created_at=at,
            refreshed_at=at,
            expires_at=at + REFRESH_LIFE,
        )
        _end_surplus(member.pk, at)
        return _issue(session, secrets.token_bytes(32), at)


def refresh(*, token: str, client_id: int, at: datetime) -> Issued:
    """The next pair. The same token within a minute gets the same pair again, as long as nobody
    used that one; later, it ends the session.

    Raises: BadRefreshToken; RefreshTokenReused, and then the session has ended.
    """
    with transaction.atomic():
        found = _locked(token, client_id, at)
        if found.used_at is None:
            return _rotate(found, token, at)
        repeated = _repeated(found, token, at)
        if repeated is None:
            _end(MemberSession.objects.filter(pk=found.session_id), MemberSession.End.REUSED, at)
    if repeated is None:
        raise RefreshTokenReused
    return repeated


def log_out(*, token: str, client_id: int, at: datetime) -> None:
    """Ends the session that a refresh token belongs to, if there is one: nobody learns whether."""
    own = MemberSession.objects.filter(
        client_id=client_id, tokens__digest=digest(token), tokens__kind=MemberToken.Kind.REFRESH
    )
    _end(own, MemberSession.End.LOGGED_OUT, at)


def end_own(*, session_uid: UUID, member_id: int, at: datetime) -> None:
    """Logs one of the member's devices out. Again it changes nothing.

    Raises: NotFound, also for another member's session.
    """
    own = MemberSession.objects.filter(uid=session_uid, member_id=member_id)
    if not own.exists():
        raise NotFound
    _end(own, MemberSession.End.LOGGED_OUT, at)


def end_all(*, member_ids: Collection[int], why: str, at: datetime) -> int:
    """Ends every open session of these members; gives how many."""
    return _end(MemberSession.objects.filter(member_id__in=member_ids), why, at)


def digest(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


def _living(member_id: int) -> Member:
    """The member, locked; of merged ones the survivor: erasure and merge take the same lock."""
    while True:
        locked = Member.objects.select_for_update(of=("self",)).filter(pk=member_id)
        member: Member | None = locked.first()
        if member is not None and member.merged_into_id is not None:
            member_id = member.merged_into_id
            continue
        if member is None or member.state not in _LIVING:
            raise NotFound
        return member


def _end_surplus(member_id: int, at: datetime) -> None:
    opened = MemberSession.objects.filter(member_id=member_id, ended_at=None)
    surplus = list(opened.order_by("-refreshed_at", "-pk").values_list("pk", flat=True)[MOST_OPEN:])
    if surplus:
        _end(MemberSession.objects.filter(pk__in=surplus), MemberSession.End.LOGGED_OUT, at)


def _locked(token: str, client_id: int, at: datetime) -> MemberToken:
    """The token with its session, which is open and locked: of two refreshes at once the second
    waits, and then repeats the first."""
    known = MemberToken.objects.filter(digest=digest(token), kind=MemberToken.Kind.REFRESH)
    session_id = known.filter(session__client_id=client_id).values_list("session_id", flat=True)
    opened = MemberSession.objects.select_for_update().filter(
        pk=next(iter(session_id), 0), ended_at=None, expires_at__gt=at
    )
    session = opened.first()
    found = known.filter(session=session).first() if session else None
    if session is None or found is None:
        raise BadRefreshToken
    found.session = session
    if found.expires_at <= at:
        raise BadRefreshToken
    return found


def _rotate(found: MemberToken, token: str, at: datetime) -> Issued:
    session = found.session
    MemberToken.objects.filter(pk=found.pk).update(used_at=at)
    session.refreshed_at, session.expires_at = at, at + REFRESH_LIFE
    session.save(update_fields=["refreshed_at", "expires_at"])
    return _issue(session, _next_seed(token), at)


def _repeated(found: MemberToken, token: str, at: datetime) -> Issued | None:
    """The pair that this token was exchanged for, if it may be told again."""
    assert found.used_at is not None
    pair = _pair(found.session, _next_seed(token))
    fresh = MemberToken.objects.filter(
        session=found.session, digest=digest(pair.refresh_token), used_at=None
    )
    return pair if at - found.used_at < REPEATED_FOR and fresh.exists() else None


def _issue(session: MemberSession, seed: bytes, at: datetime) -> Issued:
    pair = _pair(session, seed)
    tokens = {
        MemberToken.Kind.ACCESS: pair.access_token,
        MemberToken.Kind.REFRESH: pair.refresh_token,
    }
    MemberToken.objects.bulk_create(
        MemberToken(
            session=session,
            kind=kind,
            digest=digest(token),
            created_at=at,
            expires_at=at + _LIVES[kind],
        )
        for kind, token in tokens.items()
    )
    return pair


def _pair(session: MemberSession, seed: bytes) -> Issued:
    return Issued(
        session=session,
        access_token=_token(MemberToken.Kind.ACCESS, seed),
        refresh_token=_token(MemberToken.Kind.REFRESH, seed),
    )


def _token(kind: MemberToken.Kind, seed: bytes) -> str:
    raw = hmac.digest(seed, kind.value.encode(), "sha256")
    return _PREFIX[kind] + base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _next_seed(token: str) -> bytes:
    """What the next pair is made from: nobody has it who has only the token, or only our key."""
    key = hmac.digest(settings.SECRET_KEY.encode(), _SECRET_FOR, "sha256")
    return hmac.digest(key, token.encode(), "sha256")


def _end(sessions: QuerySet[MemberSession], why: str, at: datetime) -> int:
    """Ends those of the sessions that are open; their tokens open nothing any more."""
    return sessions.filter(ended_at=None).update(ended_at=at, end=why)
