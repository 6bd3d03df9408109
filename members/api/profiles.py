"""How a member looks to a channel: masked, unless the token may see personal data."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from members.models import Identity
from members.sealing import masking
from members.selectors.clients import Client
from members.selectors.profiles import Profile

PII = "members:pii"


class IdentityShown(msgspec.Struct, kw_only=True):
    """An identity of a member."""

    type: str
    value: Annotated[str, msgspec.Meta(description="Masked without the scope members:pii.")]
    issuer: str
    is_verified: bool


class MemberShown(msgspec.Struct, kw_only=True):
    """A member. `version` is the ETag."""

    id: UUID
    card_number: str
    state: str
    name: Annotated[str, msgspec.Meta(description="Masked without the scope members:pii.")]
    birthday: Annotated[
        str | None, msgspec.Meta(description="A date; masked without the scope members:pii.")
    ]
    gender: str
    language: str
    joined_at: datetime
    channel: str
    store: str
    identities: list[IdentityShown]
    metadata: dict[str, str]
    version: int


def show(profile: Profile, *, client: Client) -> MemberShown:
    """The document of a member for this client."""
    member = profile.member
    is_clear = client.may(PII)
    return MemberShown(
        id=member.uid,
        card_number=member.card_number,
        state=member.state.lower(),
        name=member.name if is_clear else masking.name(member.name),
        birthday=_birthday(member.birthday, is_clear),
        gender=member.gender.lower(),
        language=member.language,
        joined_at=member.joined_at,
        channel=_code(member.channel),
        store=_code(member.store),
        identities=[_identity(one, is_clear) for one in profile.identities],
        metadata=member.metadata,
        version=member.version,
    )


def etag(version: int) -> str:
    return f'"{version}"'


def _birthday(birthday: date | None, is_clear: bool) -> str | None:
    if birthday is None:
        return None
    return birthday.isoformat() if is_clear else masking.birthday(birthday)


def _identity(identity: Identity, is_clear: bool) -> IdentityShown:
    # A card number is no secret: it is printed on the card and shown on the till's display.
    is_open = is_clear or identity.kind == Identity.Kind.CARD
    return IdentityShown(
        type=identity.kind.lower(),
        value=identity.value if is_open else masking.mask(identity.kind, identity.value),
        issuer=identity.issuer,
        is_verified=identity.verified_at is not None,
    )


def _code(row: Any) -> str:
    return "" if row is None else row.code
