"""Whom a message can reach: state, zone, consents and addresses of members, in bulk."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from campaigns.transports.contract import Transport
from campaigns.transports.registry import TRANSPORTS
from loyalty.services import programs
from members.models import Identity, Member
from members.selectors import consents, guardians

# A purpose and a medium, as consent is given.
Permission = tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """One member as messages see them."""

    member: Member
    zone: ZoneInfo
    permissions: frozenset[Permission]
    identities: Mapping[str, Identity]
    # A minor for whom no parent has agreed.
    is_unguarded: bool
    # Media that aren't set up: nobody has an address there.
    closed_media: frozenset[str] = frozenset()

    def has_consent(self, *, purpose: str, medium: str) -> bool:
        return (purpose, medium) in self.permissions

    def needs_guardian(self, *, purpose: str) -> bool:
        """Whether a parent has to agree before this purpose; messages of service need nobody."""
        return self.is_unguarded and purpose in guardians.PURPOSES

    def has_address(self, transport: Transport) -> bool:
        if transport.medium in self.closed_media:
            return False
        return not transport.identity_kind or transport.identity_kind in self.identities

    def address(self, transport: Transport) -> str:
        """The address in clear; of the inbox, the member's card number."""
        if not transport.identity_kind:
            return self.member.card_number
        return str(self.identities[transport.identity_kind].value)


def reach_of(
    *, member_ids: Collection[int], asked: Collection[Permission], at: datetime
) -> dict[int, Reach]:
    """The reach of each member, by id, with which of the `asked` permissions it has at `at`.

    Two queries, one per permission, and one each where there are minors and for push messages,
    however many members.
    """
    zone = programs.current().zone
    members = Member.objects.select_related("key", "store").in_bulk(member_ids)
    granted = _granted(members, asked)
    kinds = {TRANSPORTS[medium].identity_kind for _, medium in asked if medium in TRANSPORTS}
    identities = _identities(members, kinds - {""})
    unguarded = guardians.needing(members=members.values(), at=at)
    closed = _closed({medium for _, medium in asked})
    return {
        member_id: Reach(
            member=member,
            zone=_zone_of(member) or zone,
            permissions=frozenset(one for one in asked if member_id in granted[one]),
            identities=identities[member_id],
            is_unguarded=member_id in unguarded,
            closed_media=closed,
        )
        for member_id, member in members.items()
    }


def _zone_of(member: Member) -> ZoneInfo | None:
    return ZoneInfo(member.store.time_zone) if member.store and member.store.time_zone else None


def _granted(
    members: Mapping[int, Member], asked: Collection[Permission]
) -> dict[Permission, set[int]]:
    return {
        (purpose, medium): consents.granting(
            member_ids=members.keys(), purpose=purpose, medium=medium
        )
        for purpose, medium in asked
    }


def _closed(media: Collection[str]) -> frozenset[str]:
    return frozenset(one for one in media if one not in TRANSPORTS or TRANSPORTS[one].lacks())


def _identities(
    members: Mapping[int, Member], kinds: Collection[str]
) -> defaultdict[int, dict[str, Identity]]:
    """The best identity of each kind: one of the issuer that a transport sends for before one whose
    issuer nobody told, a verified one before others, then the newest. Those of others don't count:
    an openid is good for one mini program."""
    issuers = {one.identity_kind: one.issuer() for one in TRANSPORTS.values()}
    found: defaultdict[int, dict[str, Identity]] = defaultdict(dict)
    rows = Identity.objects.filter(member_id__in=members, kind__in=kinds) if kinds else ()
    for identity in sorted(
        rows, key=lambda row: (bool(row.issuer), row.verified_at is not None, row.pk)
    ):
        issuer = issuers.get(identity.kind, "")
        if issuer and identity.issuer not in ("", issuer):
            continue
        # The member's key is loaded already; without this, opening would ask for it again.
        identity.member = members[identity.member_id]
        found[identity.member_id][identity.kind] = identity
    return found
