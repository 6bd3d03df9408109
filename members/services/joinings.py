"""What somebody tells when they join, and what is told of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from members.events import IdentityVerified, MemberRegistered
from members.models import Identity, Member
from members.registry.introductions import Introduced, Introduction
from members.services import events
from members.services.consents import ConsentGiven
from members.services.identities import IdentityClaim


@dataclass(frozen=True, kw_only=True)
class Registration:
    """What somebody tells when they join. `channel` and `store` are codes."""

    identities: tuple[IdentityClaim, ...] = ()
    name: str = ""
    birthday: date | None = None
    gender: str = ""
    language: str = ""
    channel: str = ""
    store: str = ""
    placement: str = ""
    guide: str = ""
    referrer: UUID | None = None
    # Who brought them, as they tell it: of a member who is there already it says nothing.
    introduction: Introduction | None = None
    campaign_code: str = ""
    consents: tuple[ConsentGiven, ...] = ()
    joined_at: datetime | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def referral_code(self) -> str:
        return self.introduction.code if self.introduction else ""


@dataclass(frozen=True)
class Registered:
    """The member, and whether this registration made them."""

    member: Member
    is_new: bool


def registered(
    member: Member, registration: Registration, actor_id: int | None
) -> events.Happening:
    """That somebody joined."""
    return events.Happening(
        fact=MemberRegistered(
            member=str(member.uid),
            channel=registration.channel,
            store=registration.store,
            placement=registration.placement,
        ),
        member_id=member.pk,
        occurred_at=member.joined_at,
        actor_id=actor_id,
        source=registration.channel,
    )


def introduced(member: Member, registration: Registration) -> list[Introduced]:
    """Who told of somebody who brought them, or of the device or card that they came with."""
    told = registration.introduction
    if told is None or (member.referrer_id is None and not (told.device or told.payment_card)):
        return []
    return [
        Introduced(
            member_id=member.pk,
            referrer_id=member.referrer_id,
            introduction=told,
            joined_at=member.joined_at,
            source=registration.channel,
        )
    ]


def verified(row: Identity, at: datetime) -> events.Happening:
    """That a member who was there proved who they are."""
    return events.Happening(
        fact=IdentityVerified(kind=row.kind), member_id=row.member_id, occurred_at=at
    )
