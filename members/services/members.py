"""Members are registered and changed here; one phone is one member, however often it comes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import DatabaseError, IntegrityError, OperationalError, transaction

from members.errors import (
    IdentityConflict,
    MemberErased,
    MemberMerged,
    MemberRestricted,
    NotFound,
    VersionConflict,
)
from members.events import MemberChanged
from members.models import Consent, Identity, Member, MemberKey
from members.registry import birthdays, introductions
from members.rules.birthdays import Policy
from members.sealing import keys
from members.selectors import living
from members.services import attributions, consents, events, identities, joinings, profiles
from members.services.consents import ConsentGiven
from members.services.identities import IdentityClaim
from members.services.joinings import Registered, Registration

__all__ = ["ConsentGiven", "IdentityClaim", "Registered", "Registration", "register"]

# Each lost race was won by somebody who committed, so the next look finds what they wrote.
_TRIES = 5
_DEADLOCK = "40P01"
_RACED_FOR = ("identity_belongs_to_one_member", "members_member_card_number_key")


def register(
    *,
    registration: Registration,
    at: datetime,
    actor_id: int | None = None,
    client_id: int | None = None,
) -> Registered:
    """The one member with these identities: found, or made with a card number and a key.

    A known member gets the identities and consents that are new; the profile stays as it is.

    Raises: IdentityConflict, when the identities belong to two members; InvalidIdentity;
    UnknownConsent; UnknownStore, UnknownReferralCode and the like.
    """
    return register_many(
        registrations=[registration], at=at, actor_id=actor_id, client_id=client_id
    )[0]


def register_many(
    *,
    registrations: Sequence[Registration],
    at: datetime,
    actor_id: int | None = None,
    client_id: int | None = None,
) -> list[Registered]:
    """As `register`, for a batch in one transaction and a fixed number of statements.

    Raises: as `register`; then nothing of the batch was written.
    """
    prepared = [identities.prepare(one.identities) for one in registrations]
    for _ in range(_TRIES - 1):
        try:
            return _register(registrations, prepared, at, actor_id)
        except (MemberMerged, MemberErased):
            continue
        except (IntegrityError, OperationalError) as error:
            if not _lost_a_race(error):
                raise
    return _register(registrations, prepared, at, actor_id)


def update(
    *,
    member_id: int,
    changes: Mapping[str, Any],
    at: datetime,
    actor_id: int | None = None,
    expected_version: int | None = None,
    source: str = "",
    is_correction: bool = False,
) -> Member:
    """The member with these fields changed and the version one higher; unchanged if all are so.
    `is_correction`: by right of the member, also while the use of their data is restricted.

    Raises: NotFound; MemberErased; MemberMerged; MemberRestricted; VersionConflict, if the member
    is not at `expected_version`.
    """
    with transaction.atomic():
        locked = Member.objects.select_for_update(of=("self",)).filter(pk=member_id)
        member: Member | None = locked.first()
        if member is None:
            raise NotFound
        if member.state == Member.State.ERASED:
            raise MemberErased
        if member.state == Member.State.RESTRICTED and not is_correction:
            raise MemberRestricted
        if expected_version is not None and member.version != expected_version:
            raise VersionConflict
        if member.state == Member.State.MERGED:
            raise MemberMerged
        changed = profiles.change(member, changes, at)
        if changed:
            _save_changes(member, changed)
            events.record(
                fact=MemberChanged(member=str(member.uid), fields=tuple(changed)),
                member_id=member.pk,
                occurred_at=at,
                at=at,
                actor_id=actor_id,
                source=source,
            )
    return member


def _save_changes(member: Member, changed: Sequence[str]) -> None:
    member.version += 1
    columns = {column for name in changed for column in profiles.columns_of(name)}
    member.save(update_fields=[*columns, "version"])


class _Batch:
    """What one attempt of a batch is going to write."""

    def __init__(self) -> None:
        self.results: list[Registered] = []
        self.owners: dict[identities.Key, Member] = {}
        self.newcomers: list[tuple[Member, Registration]] = []
        self.identities: list[Identity] = []
        self.proven: list[Identity] = []
        self.consents: list[Consent] = []

    @cached_property
    def policy(self) -> Policy:
        """What the programme says of birthdays: asked once, and only for newcomers."""
        return birthdays.policy()


@transaction.atomic
def _register(
    registrations: Sequence[Registration],
    prepared: Sequence[tuple[identities.Prepared, ...]],
    at: datetime,
    actor_id: int | None,
) -> list[Registered]:
    batch = _Batch()
    stored = identities.owned(claim for claims in prepared for claim in claims)
    batch.owners = {key: identities.owner(row) for key, row in stored.items()}
    for registration, claims in zip(registrations, prepared, strict=True):
        member, is_new = _member_of(batch, registration, claims, at, actor_id)
        batch.proven += [
            row
            for claim in claims
            if claim.is_verified and (row := stored.get(claim.key)) and row.verified_at is None
        ]
        _claim(batch, member, claims, at)
        occasion = consents.Occasion(
            occurred_at=registration.joined_at or at,
            source=registration.channel,
            actor_id=actor_id,
        )
        batch.consents += consents.build(member, registration.consents, occasion, at)
        batch.results.append(Registered(member, is_new))
    _write(batch, at, actor_id)
    return batch.results


def _member_of(
    batch: _Batch,
    registration: Registration,
    claims: Sequence[identities.Prepared],
    at: datetime,
    actor_id: int | None,
) -> tuple[Member, bool]:
    known = {
        owner.uid: owner for claim in claims if (owner := batch.owners.get(claim.key)) is not None
    }
    if len(known) > 1:
        raise IdentityConflict
    if known:
        return next(iter(known.values())), False
    member = profiles.new(registration, at, actor_id, lambda: batch.policy)
    keys.give_key(member)
    batch.newcomers.append((member, registration))
    card = next((claim.value for claim in claims if claim.kind == Identity.Kind.CARD), "")
    member.card_number = card
    return member, True


def _claim(
    batch: _Batch, member: Member, claims: Sequence[identities.Prepared], at: datetime
) -> None:
    for claim in claims:
        if claim.key not in batch.owners:
            batch.owners[claim.key] = member
            batch.identities.append(identities.build(member, claim, at))


def _write(batch: _Batch, at: datetime, actor_id: int | None) -> None:
    """Members before their keys, keys before what they seal, facts last."""
    if batch.newcomers:
        _issue_cards(batch, at)
        members = Member.objects.bulk_create([member for member, _ in batch.newcomers])
        MemberKey.objects.bulk_create([member.key for member in members])
    if batch.identities:
        identities.save(batch.identities)
    identities.verify(batch.proven, at)
    if batch.consents:
        Consent.objects.bulk_create(batch.consents)
    known = {row.member_id for row in batch.identities}
    known |= {row.member_id for row in batch.consents}
    known -= {member.pk for member, _ in batch.newcomers}
    if known:
        # An identity of somebody who is erased meanwhile would be a trace of them.
        living.refuse_gone(member_ids=known)
    told = [joinings.registered(member, one, actor_id) for member, one in batch.newcomers]
    told += [joinings.verified(row, at) for row in (*batch.proven, *_added(batch))]
    told += consents.happenings(batch.consents)
    if told:
        events.record_many(happenings=told, at=at)
    introductions.keep([one for pair in batch.newcomers for one in joinings.introduced(*pair)], at)


def _added(batch: _Batch) -> list[Identity]:
    """Proven identities that members who were there came with for the first time."""
    newcomers = {member.pk for member, _ in batch.newcomers}
    return [row for row in batch.identities if row.verified_at and row.member_id not in newcomers]


def _issue_cards(batch: _Batch, at: datetime) -> None:
    """Sets channel, store and referrer of the new members, and a card number where none came."""
    without = [member for member, _ in batch.newcomers if not member.card_number]
    cards = attributions.attribute(batch.newcomers, card_count=len(without))
    for member, number in zip(without, cards, strict=True):
        member.card_number = number
        claim = IdentityClaim(Identity.Kind.CARD, number)
        _claim(batch, member, identities.prepare([claim]), at)


def _lost_a_race(error: DatabaseError) -> bool:
    """Whether somebody else wrote the same identity first, or a deadlock chose us to give way."""
    diag = getattr(error.__cause__, "diag", None)
    return getattr(diag, "constraint_name", None) in _RACED_FOR or (
        getattr(diag, "sqlstate", None) == _DEADLOCK
    )
