"""Policy texts are published, and never changed: a consent names the version that it was given
to, and the text's SHA-256 proves what it said."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from members.errors import DomainError
from members.models import PolicyDocument
from members.selectors import policies
from members.services import audit

# It stands in addresses.
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
LONGEST_CHARACTERS = 200_000


class PolicyIncomplete(DomainError):
    """A policy needs a plain version, a title, a text, and a language of this installation."""

    code = "policy_incomplete"


class PolicyPublished(DomainError):
    """This version was published with another text: publish a new version."""

    code = "policy_published"
    status = 409


class PolicyInForceSince(DomainError):
    """This version holds from another instant in its other language: use the same."""

    code = "policy_in_force_since"
    status = 409


@dataclass(frozen=True, kw_only=True)
class Text:
    """A policy in one language. `effective_at` may lie in the past: texts that held before this
    installation are entered with their own dates."""

    kind: str
    version: str
    language: str
    title: str
    text: str
    effective_at: datetime


def digest_of(text: str) -> str:
    """SHA-256 of the text as it is stored: lines end in LF, none at the end."""
    return hashlib.sha256(normalized(text).encode()).hexdigest()


def normalized(text: str) -> str:
    """Browsers send CR LF and files LF: the same text has one hash."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def publish(*, text: Text, actor_id: int | None = None, at: datetime) -> PolicyDocument:
    """The published text. The same once more changes nothing.

    Raises: PolicyIncomplete; PolicyPublished; PolicyInForceSince.
    """
    _check_complete(text)
    with transaction.atomic():
        # Two at once: the constraint keeps one, and the other is compared with it.
        stored, is_new = PolicyDocument.objects.get_or_create(
            kind=text.kind,
            version=text.version.strip(),
            language=text.language,
            defaults={
                "title": text.title.strip(),
                "text": normalized(text.text),
                "sha256": digest_of(text.text),
                "effective_at": text.effective_at,
                "published_at": at,
                "published_by_id": actor_id,
            },
        )
        _compare(stored, text)
        if is_new:
            _note(stored, actor_id, at)
    policies.forget()
    return stored


def check(text: Text) -> None:
    """What `publish` would refuse, without writing anything.

    Raises: as `publish`.
    """
    _check_complete(text)
    versions = PolicyDocument.objects.filter(kind=text.kind, version=text.version.strip())
    stored = versions.filter(language=text.language).first()
    if stored is not None:
        _compare(stored, text)
    if versions.exclude(effective_at=text.effective_at).exists():
        raise PolicyInForceSince


def _check_complete(text: Text) -> None:
    languages = {code for code, _ in settings.LANGUAGES}
    is_complete = (
        text.kind in PolicyDocument.Kind.values
        and text.language in languages
        and _VERSION.fullmatch(text.version.strip()) is not None
        and 0 < len(text.title.strip()) <= 200
        and 0 < len(normalized(text.text)) <= LONGEST_CHARACTERS
    )
    if not is_complete:
        raise PolicyIncomplete


def _compare(stored: PolicyDocument, text: Text) -> None:
    if (stored.sha256, stored.title) != (digest_of(text.text), text.title.strip()):
        raise PolicyPublished
    # The version holds from one instant, whatever language it is read in.
    languages = PolicyDocument.objects.filter(kind=stored.kind, version=stored.version)
    if languages.exclude(effective_at=text.effective_at).exists():
        raise PolicyInForceSince


def _note(stored: PolicyDocument, actor_id: int | None, at: datetime) -> None:
    audit.record(
        action="policy.publish",
        at=at,
        actor_id=actor_id,
        details={
            "kind": stored.kind,
            "version": stored.version,
            "language": stored.language,
            "sha256": stored.sha256,
        },
    )
