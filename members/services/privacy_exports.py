"""Packages of a member's data: made by a job, kept sealed for some days, fetched under audit.

Nobody of the staff gets one alone: a second person approves (`members.privacy_export`). Members
fetch their own in their app.
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop as _

from members.errors import AlreadyDecided, DomainError, NotFound
from members.models import (
    ApprovalRequest,
    Job,
    PrivacyFile,
    PrivacyRequest,
    RetentionRule,
    User,
)
from members.selectors import members as member_selectors
from members.selectors import merges
from members.services import approvals, audit, jobs, privacy_packages, privacy_requests
from members.services.jobs import RunningJob
from members.services.privacy_requests import Asked, Received

ACTION = "members.privacy_export"
KIND = "members.privacy_export"
TARGET = "members.privacyrequest"
# How long a package is kept: a rule of retention that operators change.
CATEGORY = "members.privacy_files"
DEFAULT_DAYS = 7
KINDS = (PrivacyRequest.Kind.EXPORT, PrivacyRequest.Kind.ACCESS)
MAY_FETCH = "members.view_privacyfile"


class FileExpired(DomainError):
    """The package was kept for its days and is gone; make another one."""

    code = "package_expired"
    status = 410


class NotReleased(DomainError):
    """No second person has approved that staff get this package."""

    code = "package_not_released"
    status = 403


@dataclass(frozen=True)
class Fetched:
    """The ZIP under its name."""

    name: str
    content: bytes


def ask(*, request_id: int, reason: str, maker: User, at: datetime) -> ApprovalRequest:
    """The request to a second person to let the package be made, and be fetched by staff.

    Raises: NotFound; AlreadyDecided, also when somebody was asked already; IdentityUnchecked;
    ReasonRequired.
    """
    with transaction.atomic():
        request = _lock(request_id)
        waiting = _approvals(request).filter(status=ApprovalRequest.Status.PENDING)
        if waiting.exists():
            raise AlreadyDecided
        privacy_requests.run(request)
        return approvals.request(
            ask=approvals.Ask(
                action=ACTION,
                summary=_("Export a member's data"),
                payload={"request": str(request.uid)},
                member_id=privacy_requests.person_id(request),
                target_type=TARGET,
                target_id=request.pk,
            ),
            reason=reason,
            maker=maker,
            at=at,
        )


def run_approved(row: ApprovalRequest, at: datetime) -> Job:
    """What the second person's yes does: a job makes the package."""
    assert row.target_id is not None
    return start(request_id=row.target_id, at=at, actor_id=row.checker_id)


def version_of_target(row: ApprovalRequest) -> str:
    """Changes with the request; the member may go on shopping."""
    found = PrivacyRequest.objects.filter(pk=row.target_id or 0).first()
    return "" if found is None else str(found.version)


def receive_own(*, asked: Asked, at: datetime) -> Received:
    """As `privacy_requests.receive`, from a member who is logged in: a package is begun at once.

    Raises: as there.
    """
    with transaction.atomic():
        received = privacy_requests.receive(asked=asked, at=at)
        if received.is_new and received.request.kind in KINDS:
            start(request_id=received.request.pk, at=at)
    return received


def start(*, request_id: int, at: datetime, actor_id: int | None = None) -> Job:
    """The job that makes the package of a checked request. For members' own apps, which fetch it
    themselves; staff go by `ask`.

    Raises: NotFound; AlreadyDecided; IdentityUnchecked.
    """
    with transaction.atomic():
        request = _lock(request_id)
        privacy_requests.run(request)
        params = {"request": request.pk}
        return jobs.enqueue(kind=KIND, params=params, at=at, requested_by_id=actor_id)


def run(job: RunningJob, at: datetime) -> None:
    """The job. Run again it makes nothing: the request is done."""
    file = make(
        request_id=int(job.params["request"]), at=job.instant(), actor_id=job.requested_by_id
    )
    if file is not None:
        job.result(file=str(file.uid), size_bytes=file.size_bytes)


def make(*, request_id: int, at: datetime, actor_id: int | None = None) -> PrivacyFile | None:
    """The package, sealed with the member's key; the request is done then. None, where it is
    closed already.

    Raises: NotFound; IdentityUnchecked; PackageTooLarge.
    """
    with transaction.atomic():
        try:
            request = _lock(request_id)
        except AlreadyDecided:
            return None
        member = member_selectors.survivor(request.member)
        member_ids = sorted(merges.one_person(member_id=member.pk, at=at))
        about = {"member": str(member.uid), "request": str(request.uid)}
        package = privacy_packages.build(member_ids=member_ids, about=about, at=at)
        file = PrivacyFile.objects.create(
            request=request,
            member=member,
            name=f"personal-data-{request.uid}.zip",
            content=base64.b64encode(package.content).decode(),
            size_bytes=len(package.content),
            sha256=hashlib.sha256(package.content).hexdigest(),
            made_at=at,
            expires_at=at + timedelta(days=_kept_days()),
        )
        privacy_requests.close(
            request,
            state=PrivacyRequest.State.DONE,
            actor_id=actor_id,
            at=at,
            result={"file": str(file.uid), "rows": sum(package.rows.values())},
        )
    return file


def fetch(*, file_uid: UUID, actor: User, at: datetime) -> Fetched:
    """The package for somebody of the staff, who gives it to the member; each time is audited.

    Raises: NotFound, also without the right; NotReleased; FileExpired.
    """
    if not actor.has_perm(MAY_FETCH):
        raise NotFound
    with transaction.atomic():
        file = _file(file_uid, at)
        released = _approvals(file.request).filter(status=ApprovalRequest.Status.APPROVED)
        if not released.exists():
            raise NotReleased
        return _hand_over(file, at, actor.pk)


def fetch_own(*, request_uid: UUID, member_id: int, at: datetime) -> Fetched:
    """The package of a request for the member themselves, who is logged in.

    Raises: NotFound; FileExpired.
    """
    with transaction.atomic():
        found = PrivacyFile.objects.filter(request__uid=request_uid, member_id=member_id)
        file_uid = found.order_by("-pk").values_list("uid", flat=True).first()
        if file_uid is None:
            raise NotFound
        return _hand_over(_file(file_uid, at), at, None)


def count_old(before: datetime) -> int:
    """How many packages made before that instant still hold their content."""
    return PrivacyFile.objects.filter(made_at__lt=before, size_bytes__gt=0).count()


def empty_old(before: datetime, limit: int) -> int:
    """Empties at most `limit` of them; gives how many. That there was a package stays known."""
    old = PrivacyFile.objects.filter(made_at__lt=before, size_bytes__gt=0).order_by("pk")
    ids = list(old.values_list("pk", flat=True)[:limit])
    return PrivacyFile.objects.filter(pk__in=ids).update(content="", size_bytes=0)


def _lock(request_id: int) -> PrivacyRequest:
    request = privacy_requests.lock(request_id)
    return privacy_requests.lock_verified(
        request_id, request.kind if request.kind in KINDS else PrivacyRequest.Kind.EXPORT
    )


def _approvals(request: PrivacyRequest) -> QuerySet[ApprovalRequest]:
    return ApprovalRequest.objects.filter(action=ACTION, target_id=request.pk)


def _kept_days() -> int:
    rule = RetentionRule.objects.filter(category=CATEGORY, is_active=True).first()
    return DEFAULT_DAYS if rule is None else rule.days


def _file(file_uid: UUID, at: datetime) -> PrivacyFile:
    rows = PrivacyFile.objects.select_for_update(of=("self",))
    file = rows.select_related("member__key", "request").filter(uid=file_uid).first()
    if file is None:
        raise NotFound
    if file.size_bytes == 0 or file.expires_at <= at:
        raise FileExpired
    return file


def _hand_over(file: PrivacyFile, at: datetime, actor_id: int | None) -> Fetched:
    PrivacyFile.objects.filter(pk=file.pk, fetched_at=None).update(fetched_at=at)
    audit.record(
        action="privacy.package_fetched",
        at=at,
        actor_id=actor_id,
        member_id=file.member_id,
        details={"file": str(file.uid), "request": str(file.request.uid), "sha256": file.sha256},
    )
    return Fetched(file.name, base64.b64decode(file.content))
