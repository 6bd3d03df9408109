"""Whom many identities lead to, in one query."""

from collections.abc import Sequence

from members.models import Identity, Member
from members.sealing import blind, normalize

INVALID, UNKNOWN = "invalid_identity", "no_member"
_ALIVE = (Member.State.ACTIVE, Member.State.RESTRICTED)
Claim = tuple[str, str, str]


def member_ids(claims: Sequence[Claim]) -> list[int | str]:
    """For each (kind, value, issuer), however it is spelled: the member's id, of merged ones
    the survivor's; or INVALID for what is no identity of its kind, UNKNOWN for nobody's."""
    digests = [_digest(kind, value) for kind, value, _issuer in claims]
    rows = Identity.objects.filter(
        digest__in={digest for digest in digests if digest}, member__state__in=_ALIVE
    ).values_list("kind", "issuer", "digest", "member_id")
    owners = {(kind, issuer, bytes(digest)): pk for kind, issuer, digest, pk in rows}
    found: list[int | str] = []
    for (kind, _value, issuer), digest in zip(claims, digests, strict=True):
        found.append(owners.get((kind, issuer, digest), UNKNOWN) if digest else INVALID)
    return found


def _digest(kind: str, value: str) -> bytes | None:
    try:
        return blind.index(kind, normalize.identity(kind, value))
    except normalize.BadIdentity:
        return None
