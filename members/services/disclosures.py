"""Each time that data left the house: one row in the sharing register."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from members.errors import DomainError
from members.models import Disclosure, Recipient
from members.models.data_categories import DataCategory


class UnknownRecipient(DomainError):
    """There is no recipient with this code: add them to the register first."""

    code = "unknown_recipient"


class DisclosureIncomplete(DomainError):
    """A disclosure needs a key, a purpose, a basis, known kinds of data, and whom it is about."""

    code = "disclosure_incomplete"


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """What was given to whom. `key` is the fact's own and counts it once; without `member_id` it
    is about many: then `members_count` says how many."""

    key: str
    recipient: str
    categories: Sequence[str]
    purpose: str
    legal_basis: str
    occurred_at: datetime
    member_id: int | None = None
    members_count: int = 1
    actor_id: int | None = None


def record(*, sharing: Sharing, at: datetime) -> Disclosure:
    """The register's row; of a fact told before, the row that it has.

    A recipient that gets data is in use from then on, whatever the register said.

    Raises: UnknownRecipient; DisclosureIncomplete.
    """
    _check(sharing)
    recipient = Recipient.objects.filter(code=sharing.recipient).first()
    if recipient is None:
        raise UnknownRecipient(recipient=sharing.recipient)
    row = Disclosure(
        key=sharing.key,
        recipient=recipient,
        member_id=sharing.member_id,
        members_count=sharing.members_count,
        categories=sorted(sharing.categories),
        purpose=sharing.purpose,
        legal_basis=sharing.legal_basis,
        actor_id=sharing.actor_id,
        occurred_at=sharing.occurred_at,
        recorded_at=at,
    )
    with transaction.atomic():
        # Two at once: the key is unique, the first one stays.
        Disclosure.objects.bulk_create([row], ignore_conflicts=True)
        Recipient.objects.filter(pk=recipient.pk, is_active=False).update(is_active=True)
        return Disclosure.objects.get(key=sharing.key)


def _check(sharing: Sharing) -> None:
    is_complete = (
        0 < len(sharing.key) <= 120
        and bool(sharing.purpose.strip() and sharing.legal_basis.strip())
        and bool(sharing.categories)
        and set(sharing.categories) <= set(DataCategory.values)
        and sharing.members_count > 0
        and (sharing.member_id is None or sharing.members_count == 1)
    )
    if not is_complete:
        raise DisclosureIncomplete
