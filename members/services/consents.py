"""What members allow: every grant and withdrawal is a row of its own, and the last one counts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from members.errors import DomainError
from members.events import ConsentRecorded
from members.models import Consent, Member
from members.selectors import living, policies
from members.services import events


class UnknownConsent(DomainError):
    """There is no such purpose or channel of consent."""

    code = "unknown_consent"


@dataclass(frozen=True)
class ConsentGiven:
    """One answer of a member. `policy_version` names the text that was shown."""

    purpose: str
    medium: str
    is_granted: bool
    policy_version: str


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """When and through whom consents were given; `source` is a channel's code or a form."""

    occurred_at: datetime
    source: str
    actor_id: int | None = None


def record(
    *, member: Member, given: Sequence[ConsentGiven], occasion: Occasion, at: datetime
) -> list[Consent]:
    """The rows of these answers, in order.

    Raises: UnknownConsent; UnknownPolicyVersion; MemberMerged; MemberErased.
    """
    unsaved = build(member, given, occasion, at)
    with transaction.atomic():
        rows = Consent.objects.bulk_create(unsaved)
        # A withdrawal on a card that leads nowhere would be no withdrawal.
        living.refuse_gone(member_ids=[member.pk])
        events.record_many(happenings=happenings(rows), at=at)
    return rows


def build(
    member: Member, given: Iterable[ConsentGiven], occasion: Occasion, at: datetime
) -> list[Consent]:
    """Unsaved rows: registration writes those of a whole batch at once.

    A withdrawal is never refused for the version that it names.
    """
    given = list(given)
    policies.check_known({one.policy_version for one in given if one.is_granted}, at=at)
    return [_row(member, answer, occasion, at) for answer in given]


def happenings(rows: Iterable[Consent]) -> list[events.Happening]:
    """What the timeline says of these rows."""
    return [
        events.Happening(
            fact=ConsentRecorded(
                member=str(row.member.uid),
                purpose=row.purpose,
                medium=row.medium,
                is_granted=row.is_granted,
            ),
            member_id=row.member_id,
            occurred_at=row.occurred_at,
            actor_id=row.actor_id,
            source=row.source,
        )
        for row in rows
    ]


def _row(member: Member, answer: ConsentGiven, occasion: Occasion, at: datetime) -> Consent:
    if answer.purpose not in Consent.Purpose.values or answer.medium not in Consent.Medium.values:
        raise UnknownConsent
    return Consent(
        member=member,
        purpose=answer.purpose,
        medium=answer.medium,
        is_granted=answer.is_granted,
        policy_version=answer.policy_version,
        source=occasion.source,
        actor_id=occasion.actor_id,
        occurred_at=occasion.occurred_at,
        recorded_at=at,
    )
