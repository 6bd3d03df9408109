"""A parent agrees for a minor, or takes it back."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from members.errors import DomainError, NotFound
from members.events import GuardianConsented, GuardianWithdrew
from members.models import GuardianConsent, Member
from members.selectors import guardians, policies
from members.services import audit, events


class NotAMinor(DomainError):
    """This member is of age, or has told no birthday: nobody has to agree for them."""

    code = "not_a_minor"
    status = 409


class NoGuardianConsent(DomainError):
    """No parent's consent holds for this member."""

    code = "no_guardian_consent"
    status = 409


class GuardianUnnamed(DomainError):
    """Say who agreed, and how that was checked."""

    code = "guardian_unnamed"


@dataclass(frozen=True, kw_only=True)
class Guardian:
    """Who agreed. `name` and `phone` are sealed with the minor's key; `verified_how` is a code."""

    name: str
    verified_how: str
    phone: str = ""
    given_at: datetime | None = None
    policy_version: str = ""


def record(
    *, member_id: int, guardian: Guardian, actor_id: int | None = None, at: datetime
) -> GuardianConsent:
    """The parent's consent that holds from now on; an earlier one ends.

    What the minor allowed before begins to count; what they never allowed stays a no.

    Raises: NotFound; GuardianUnnamed; NotAMinor; UnknownPolicyVersion.
    """
    if not guardian.name.strip() or not guardian.verified_how.strip():
        raise GuardianUnnamed
    with transaction.atomic():
        member = _lock(member_id)
        if not guardians.is_minor(member=member, at=at):
            raise NotAMinor
        version = guardian.policy_version or policies.current_version(at=at)
        policies.check_known([version], at=at)
        open_rows = GuardianConsent.objects.filter(member=member, ended_at__isnull=True)
        open_rows.update(ended_at=at)
        row = GuardianConsent.objects.create(
            member=member,
            name=guardian.name.strip(),
            phone=guardian.phone.strip(),
            verified_how=guardian.verified_how.strip(),
            policy_version=version,
            given_at=min(guardian.given_at or at, at),
            recorded_at=at,
            actor_id=actor_id,
        )
        _tell(GuardianConsented(member=str(member.uid)), "guardian.record", member, actor_id, at)
    return row


def end(*, member_id: int, actor_id: int | None = None, at: datetime) -> None:
    """The parent took it back: the minor's consents count no longer.

    Raises: NotFound; NoGuardianConsent.
    """
    with transaction.atomic():
        member = _lock(member_id)
        rows = GuardianConsent.objects.filter(member=member, ended_at__isnull=True)
        if not rows.update(ended_at=at):
            raise NoGuardianConsent
        _tell(GuardianWithdrew(member=str(member.uid)), "guardian.end", member, actor_id, at)


def _lock(member_id: int) -> Member:
    rows = Member.objects.select_for_update(of=("self",)).filter(pk=member_id)
    member: Member | None = rows.first()
    if member is None:
        raise NotFound
    return member


def _tell(
    fact: GuardianConsented | GuardianWithdrew,
    action: str,
    member: Member,
    actor_id: int | None,
    at: datetime,
) -> None:
    events.record(fact=fact, member_id=member.pk, occurred_at=at, at=at, actor_id=actor_id)
    audit.record(action=action, at=at, actor_id=actor_id, member_id=member.pk)
