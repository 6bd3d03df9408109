"""What a member's own fields are made of: clear value, sealed column and indexes together."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings

from members.models import Member
from members.registry import birthdays as policies
from members.rules import birthdays
from members.rules.birthdays import Policy, Told
from members.sealing import blind, normalize

if TYPE_CHECKING:
    from members.services.joinings import Registration

BAND_YEARS = 5
# Fields that may be changed, each with the columns that follow it.
_COLUMNS = {
    "name": ("name", "name_index", "name_first_index"),
    "birthday": ("birthday", "birthday_md", "birth_band", "birthday_counts_from_on"),
    "gender": ("gender",),
    "language": ("language",),
    "metadata": ("metadata",),
}


def new(
    registration: "Registration", at: datetime, actor_id: int | None, policy: Callable[[], Policy]
) -> Member:
    """An unsaved member with what the registration tells of the person. Whoever joined earlier,
    in another system, told their birthday then."""
    member = Member(
        gender=registration.gender or Member.Gender.UNKNOWN,
        language=registration.language or settings.LANGUAGE_CODE,
        joined_at=registration.joined_at or at,
        placement=registration.placement,
        guide=registration.guide,
        campaign_code=registration.campaign_code,
        registered_by_id=actor_id,
        metadata=dict(registration.metadata),
    )
    set_name(member, registration.name)
    if registration.birthday is not None:
        set_birthday(member, registration.birthday, at=member.joined_at, policy=policy())
    return member


def columns_of(field: str) -> tuple[str, ...]:
    return _COLUMNS[field]


def change(member: Member, changes: Mapping[str, Any], at: datetime) -> list[str]:
    """Sets the fields and tells which of them are now other than before.

    Raises: KeyError, for a field that is not changed this way.
    """
    changed = []
    for field, value in changes.items():
        # Looked up first: an unknown field is a mistake of ours, whatever its value.
        _COLUMNS[field]
        if getattr(member, field) != value:
            _set(member, field, value, at)
            changed.append(field)
    return changed


def set_name(member: Member, name: str) -> None:
    """The name, and the indexes over the whole of it and over its first character."""
    member.name = name.strip()
    whole = normalize.name(name)
    member.name_index = blind.index("name_whole", whole) if whole else None
    member.name_first_index = blind.index("name_first", whole[:1]) if whole else None


def set_birthday(member: Member, birthday: date | None, *, at: datetime, policy: Policy) -> None:
    """The birthday, and from when on it counts; in clear only month and day (`MMDD`) and the
    first year of a five-year band."""
    member.birthday_counts_from_on = birthdays.counts_from(
        Told(member.birthday, member.birthday_counts_from_on),
        birthday,
        day=at.astimezone(policy.zone).date(),
        policy=policy,
    )
    member.birthday = birthday
    member.birthday_md = None if birthday is None else birthday.month * 100 + birthday.day
    member.birth_band = None if birthday is None else birthday.year - birthday.year % BAND_YEARS


def _set(member: Member, field: str, value: Any, at: datetime) -> None:
    if field == "name":
        set_name(member, value)
    elif field == "birthday":
        set_birthday(member, value, at=at, policy=policies.policy())
    else:
        setattr(member, field, value)
