"""Which members are minors for whom no parent has agreed."""

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone

from members.models import Consent, GuardianConsent, Member
from members.rules import guardians
from members.sealing.fields import CannotOpen

# What a parent has to agree to.
PURPOSES = frozenset({Consent.Purpose.MARKETING, Consent.Purpose.PROFILING})


def day_of(at: datetime) -> date:
    """The shop's day that an instant falls on: a person comes of age by the calendar."""
    return at.astimezone(timezone.get_default_timezone()).date()


def is_minor(*, member: Member, at: datetime) -> bool:
    """Whether this member is too young to agree alone."""
    return guardians.is_minor(_birthday(member), on=day_of(at), age_years=settings.MINOR_AGE_YEARS)


def comes_of_age_on(*, member: Member) -> date | None:
    """The first day on which the member may agree alone; None where no birthday is known."""
    birthday = _birthday(member)
    if birthday is None:
        return None
    return guardians.comes_of_age_on(birthday, age_years=settings.MINOR_AGE_YEARS)


def current(*, member_id: int) -> GuardianConsent | None:
    """The consent of a parent that holds now."""
    rows = GuardianConsent.objects.filter(member_id=member_id, ended_at__isnull=True)
    return rows.select_related("member__key", "actor").first()


def needing(*, members: Iterable[Member], at: datetime) -> set[int]:
    """Ids of those who are minors without a parent's consent: what they allow doesn't count.

    Only birthdays that can be a minor's are opened; one query, where there are any.
    """
    on = day_of(at)
    young = {member.pk for member in members if _is_young(member, on)}
    if not young:
        return set()
    covered = GuardianConsent.objects.filter(member_id__in=young, ended_at__isnull=True)
    return young - set(covered.values_list("member_id", flat=True))


def _is_young(member: Member, on: date) -> bool:
    age_years = settings.MINOR_AGE_YEARS
    if not guardians.may_be_minor(member.birth_band, on=on, age_years=age_years):
        return False
    return guardians.is_minor(_birthday(member), on=on, age_years=age_years)


def _birthday(member: Member) -> date | None:
    try:
        birthday: date | None = member.birthday
    except CannotOpen:
        # Erased: nothing is asked of them any more.
        return None
    return birthday
