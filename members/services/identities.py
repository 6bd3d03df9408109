"""What members are found by: normal forms, blind indexes, and who owns them already."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from members.errors import DomainError
from members.models import Identity, Member
from members.sealing import blind, normalize
from members.selectors import members as member_selectors

Key = tuple[str, str, bytes]


class InvalidIdentity(DomainError):
    """This is no phone, card number, address or id of the kind that it claims to be."""

    code = "invalid_identity"


@dataclass(frozen=True)
class IdentityClaim:
    """An identity as somebody typed or sent it. `issuer` names the app or system of an id."""

    kind: str
    value: str
    issuer: str = ""
    is_verified: bool = False


@dataclass(frozen=True)
class Prepared:
    """A claim in its normal form, with the digest that finds it."""

    kind: str
    value: str
    issuer: str
    is_verified: bool
    digest: bytes

    @property
    def key(self) -> Key:
        return self.kind, self.issuer, self.digest


def prepare(claims: Iterable[IdentityClaim]) -> tuple[Prepared, ...]:
    """The claims in their normal form, each identity once.

    Raises: InvalidIdentity, with `kind` and `reason`, never the text itself.
    """
    by_key: dict[Key, Prepared] = {}
    for claim in claims:
        prepared = _prepare(claim)
        by_key.setdefault(prepared.key, prepared)
    return tuple(by_key.values())


def owned(prepared: Iterable[Prepared]) -> dict[Key, Identity]:
    """The stored identities among these, by key, with their members. One query."""
    digests = {one.digest for one in prepared}
    if not digests:
        return {}
    rows = Identity.objects.filter(digest__in=digests).select_related("member__key")
    found = {(row.kind, row.issuer, bytes(row.digest)): row for row in rows}
    # One that was added while its member was being erased leads to nobody: it is free.
    stale = [row for row in found.values() if owner(row).state == Member.State.ERASED]
    if stale:
        Identity.objects.filter(pk__in=[row.pk for row in stale]).delete()
    return {key: row for key, row in found.items() if row not in stale}


def owner(identity: Identity) -> Member:
    """Whom an identity leads to: after a merge, the survivor."""
    return member_selectors.survivor(identity.member)


def build(member: Member, prepared: Prepared, at: datetime) -> Identity:
    """An unsaved row."""
    is_email = prepared.kind == Identity.Kind.EMAIL
    has_tail = prepared.kind in (Identity.Kind.PHONE, Identity.Kind.CARD)
    return Identity(
        member=member,
        kind=prepared.kind,
        issuer=prepared.issuer,
        value=prepared.value,
        digest=prepared.digest,
        last_four_digest=blind.last_four(prepared.kind, prepared.value) if has_tail else None,
        loose_digest=(
            blind.index("email_loose", normalize.email_loose(prepared.value)) if is_email else None
        ),
        verified_at=at if prepared.is_verified else None,
        created_at=at,
    )


def save(rows: Iterable[Identity]) -> None:
    """Writes rows in the order of their digests, so that two batches never wait in a ring.

    Raises: django.db.IntegrityError, when one of them was taken meanwhile.
    """
    Identity.objects.bulk_create(sorted(rows, key=lambda row: bytes(row.digest)))


def verify(rows: Sequence[Identity], at: datetime) -> None:
    """Notes that these identities were proven to belong to their members."""
    if rows:
        Identity.objects.filter(pk__in=[row.pk for row in rows], verified_at=None).update(
            verified_at=at
        )


def _prepare(claim: IdentityClaim) -> Prepared:
    try:
        value = normalize.identity(claim.kind, claim.value)
    except normalize.BadIdentity as error:
        raise InvalidIdentity(kind=error.kind, reason=error.reason) from None
    return Prepared(
        kind=claim.kind,
        value=value,
        issuer=claim.issuer,
        is_verified=claim.is_verified,
        digest=blind.index(claim.kind, value),
    )
