"""What the public page on personal data says: nothing of it is about a person."""

from dataclasses import dataclass
from datetime import datetime

from members.models import PolicyDocument, ProcessingPurpose, Recipient
from members.selectors import policies


@dataclass(frozen=True)
class Index:
    """Purposes and recipients in use, and the policy texts in force."""

    purposes: list[ProcessingPurpose]
    recipients: list[Recipient]
    texts: list[PolicyDocument]


def index(*, at: datetime) -> Index:
    """As of `at`; a fixed number of queries."""
    return Index(
        purposes=list(ProcessingPurpose.objects.filter(is_active=True).order_by("pk")),
        recipients=list(Recipient.objects.filter(is_active=True).order_by("code")),
        texts=policies.texts(at=at),
    )


def policy(*, kind: str, version: str, language: str) -> PolicyDocument | None:
    """A text that holds, held or is announced, in this language or the one that it has."""
    if kind not in PolicyDocument.Kind.values:
        return None
    return policies.text_of(kind=kind, version=version, language=language)
