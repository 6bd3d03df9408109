"""Which policy texts there are, and which one holds when."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery

from members.errors import DomainError
from members.models import PolicyDocument

# Versions are never taken back, so what is known stays known; that there is none yet, or not
# this one, is asked again after so long.
_ASK_AGAIN_AFTER = timedelta(seconds=10)


class UnknownPolicyVersion(DomainError):
    """No policy of this version has been published: name the one that the member was shown."""

    code = "unknown_policy_version"


_known: set[str] = set()
_asked_at: datetime | None = None


def in_force(*, kind: str, at: datetime) -> str | None:
    """The version of this kind of document that holds at `at`; None before the first one."""
    rows = PolicyDocument.objects.filter(kind=kind, effective_at__lte=at)
    return rows.order_by("-effective_at", "-pk").values_list("version", flat=True).first()


def version_in_force(*, at: datetime) -> Subquery:
    """For each document of a query, the version of its kind that holds at `at`."""
    rows = PolicyDocument.objects.filter(kind=OuterRef("kind"), effective_at__lte=at)
    return Subquery(rows.order_by("-effective_at", "-pk").values("version")[:1])


def current_version(*, at: datetime) -> str:
    """The version that a consent given at `at` names: of the privacy policy in force, or the
    installation's setting while none was published."""
    kind = PolicyDocument.Kind.PRIVACY
    return in_force(kind=kind, at=at) or settings.POLICY_VERSION


def texts(*, at: datetime) -> list[PolicyDocument]:
    """The documents in force at `at`, of each kind in all its languages; without their texts."""
    versions = {kind: in_force(kind=kind, at=at) for kind in PolicyDocument.Kind.values}
    found: list[PolicyDocument] = []
    for kind, version in versions.items():
        if version is not None:
            found += _without_text().filter(kind=kind, version=version).order_by("language")
    return found


def text_of(*, kind: str, version: str, language: str) -> PolicyDocument | None:
    """The text in this language, or in the first one that there is."""
    rows = PolicyDocument.objects.filter(kind=kind, version=version).order_by("pk")
    return rows.filter(language=language).first() or rows.first()


def hashes(*, version: str) -> list[PolicyDocument]:
    """All texts that bear this version: what a consent that names it was given to."""
    return list(_without_text().filter(version=version).order_by("kind", "language"))


def check_known(versions: Iterable[str], *, at: datetime) -> None:
    """Passes what was published; while nothing was published, everything.

    Raises: UnknownPolicyVersion.
    """
    unknown = set(versions) - _known
    if not unknown or (not _known and _is_fresh(at)):
        return
    _ask(at)
    unknown -= _known
    if _known and unknown:
        raise UnknownPolicyVersion(versions=sorted(unknown))


def known() -> Collection[str]:
    """Every version that was published, for choices."""
    return list(
        PolicyDocument.objects.order_by("version").values_list("version", flat=True).distinct()
    )


def forget() -> None:
    """After a publication in this process, and for tests."""
    global _asked_at
    _known.clear()
    _asked_at = None


def _is_fresh(at: datetime) -> bool:
    return _asked_at is not None and _asked_at <= at < _asked_at + _ASK_AGAIN_AFTER


def _ask(at: datetime) -> None:
    global _asked_at
    _known.update(known())
    _asked_at = at


def _without_text() -> QuerySet[PolicyDocument]:
    return PolicyDocument.objects.defer("text")
