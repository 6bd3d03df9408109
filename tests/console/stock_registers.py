"""Rows in the registers of privacy, for a shop with rows in every table of the console."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from members.models import Member
from members.services import (
    breaches,
    disclosures,
    guardians,
    legal_holds,
    members,
    policies,
    register_defaults,
)
from members.services.breaches import Found
from members.services.disclosures import Sharing
from members.services.guardians import Guardian
from members.services.policies import Text

ROWS = 12


def fill(people: Sequence[Member], *, actor_id: int, at: datetime) -> None:
    """Twelve rows of each register; last, so that consents given before name what they like."""
    register_defaults.install()
    for number in range(ROWS):
        person = people[number]
        _share(person, number, at)
        _breach(number, at)
        legal_holds.place(member_id=person.pk, reason="a court asked", actor_id=actor_id, at=at)
        _grow_younger(person, at)
        _publish(number, at)


def _share(person: Member, number: int, at: datetime) -> None:
    sharing = Sharing(
        key=f"stock-{number}",
        recipient="email-provider",
        categories=("CONTACT",),
        purpose="marketing",
        legal_basis="CONSENT",
        occurred_at=at,
        member_id=person.pk,
    )
    disclosures.record(sharing=sharing, at=at)


def _breach(number: int, at: datetime) -> None:
    found = Found(
        title=f"Breach {number}",
        description="A list was sent to the wrong store.",
        severity="HIGH",
        discovered_at=at - timedelta(hours=number),
        categories=("CONTACT",),
    )
    breaches.record(found=found, at=at)


def _grow_younger(person: Member, at: datetime) -> None:
    members.update(member_id=person.pk, changes={"birthday": date(2015, 5, 17)}, at=at)
    guardian = Guardian(name="张妈妈", phone="13500135000", verified_how="ID_SEEN")
    guardians.record(member_id=person.pk, guardian=guardian, at=at)


def _publish(number: int, at: datetime) -> None:
    text = Text(
        kind="PRIVACY",
        version=f"2026-{number}",
        language="zh-hans",
        title="隐私政策",
        text="我们收集手机号。",
        effective_at=at + timedelta(days=number),
    )
    policies.publish(text=text, at=at)
