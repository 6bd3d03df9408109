"""A member is erased: their key is destroyed, and whatever no key protects is emptied.

In one transaction, behind the locks of the member and of every card that was merged into them.
The ledger stays as it is and leads to nobody. Source: docs/algorithms/erasure.md.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop as _

from members.errors import AlreadyDecided, MemberErased, NotFound
from members.events import MemberErased as MemberErasedFact
from members.ids import uuid7
from members.models import (
    ApprovalRequest,
    Erasure,
    LegalHold,
    Member,
    MemberKey,
    PrivacyRequest,
    User,
)
from members.registry import privacy
from members.registry.privacy import Erasing
from members.rules import certificates
from members.selectors import certificates as certificate_selectors
from members.selectors import members as member_selectors
from members.services import (
    approvals,
    audit,
    erasure_steps,
    events,
    merges,
    privacy_requests,
    recipient_notices,
)
from members.services.legal_holds import UnderLegalHold

logger = structlog.get_logger(__name__)
ACTION = erasure_steps.ERASE
TARGET = "members.privacyrequest"


def ask(*, request_id: int, reason: str, maker: User, at: datetime) -> ApprovalRequest:
    """The request to a second person to let a checked deletion happen.

    Raises: NotFound; AlreadyDecided, also when somebody was asked already; IdentityUnchecked;
    UnderLegalHold; ReasonRequired.
    """
    with transaction.atomic():
        request = privacy_requests.lock_verified(request_id, PrivacyRequest.Kind.DELETION)
        member_id = privacy_requests.person_id(request)
        _refuse_held(_whole(member_id))
        if _asked(request).exists():
            raise AlreadyDecided
        privacy_requests.run(request)
        return approvals.request(
            ask=approvals.Ask(
                action=ACTION,
                summary=_("Erase a member"),
                payload={"request": str(request.uid)},
                member_id=member_id,
                target_type=TARGET,
                target_id=request.pk,
            ),
            reason=reason,
            maker=maker,
            at=at,
        )


def run_approved(row: ApprovalRequest, at: datetime) -> Erasure:
    """What the second person's yes does.

    Raises: as `erase`.
    """
    assert row.target_id is not None
    return erase(request_id=row.target_id, actor_id=row.checker_id, at=at)


def version_of_target(row: ApprovalRequest) -> str:
    """Changes with the member and with the request: then the yes was to something else."""
    found = PrivacyRequest.objects.filter(pk=row.target_id or 0).select_related("member").first()
    if found is None:
        return ""
    return f"{member_selectors.survivor(found.member).version}/{found.version}"


def erase(*, request_id: int, actor_id: int | None, at: datetime) -> Erasure:
    """The record of the erasure that the request asked for, which is done then; recipients of the
    data are to be told.

    Raises: NotFound; AlreadyDecided; IdentityUnchecked; UnderLegalHold; MemberErased.
    """
    with transaction.atomic():
        _lock_papers(request_id)
        request = privacy_requests.lock_verified(request_id, PrivacyRequest.Kind.DELETION)
        members = _lock(privacy_requests.person_id(request))
        member_ids = tuple(member.pk for member in members)
        _refuse_held(member_ids)
        notices = recipient_notices.open_notices(request=request, member_ids=member_ids, at=at)
        counts = forget(members, actor_id, at)
        erasure = record(members[0], counts, request, actor_id, at)
        result = {"erasure": str(erasure.uid), "rows": sum(counts.values())}
        for asked in (request, *_others(request, member_ids)):
            privacy_requests.close(
                asked,
                state=PrivacyRequest.State.DONE,
                actor_id=actor_id,
                at=at,
                result={**result, "recipients": len(notices)},
            )
        _tell(members[0], erasure, actor_id, at)
    return erasure


def _asked(request: PrivacyRequest) -> QuerySet[ApprovalRequest]:
    return ApprovalRequest.objects.filter(
        action=ACTION, target_id=request.pk, status=ApprovalRequest.Status.PENDING
    )


def _lock_papers(request_id: int) -> None:
    """What was asked for by the person, or about them: whoever is at it waits for the member next,
    and we empty it later. So papers come before people."""
    found = PrivacyRequest.objects.select_related("member").filter(pk=request_id).first()
    if found is None:
        return
    ids = _whole(privacy_requests.person_id(found))
    asked = PrivacyRequest.objects.filter(member__in=ids, state__in=privacy_requests.OPEN)
    waiting = erasure_steps.asked_about(ids).filter(status=ApprovalRequest.Status.PENDING)
    for rows in (waiting, asked):
        list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk"))


def _others(request: PrivacyRequest, member_ids: Sequence[int]) -> QuerySet[PrivacyRequest]:
    """The same wish, by other cards of the person."""
    rows = PrivacyRequest.objects.filter(member__in=member_ids, kind=request.kind)
    return rows.filter(state__in=privacy_requests.OPEN).exclude(pk=request.pk)


def _whole(*member_ids: int) -> tuple[int, ...]:
    """The members, and every card merged into them."""
    found, ahead = list(member_ids), list(member_ids)
    while ahead:
        rows = Member.objects.filter(merged_into__in=ahead).exclude(pk__in=found)
        ahead = list(rows.order_by("pk").values_list("pk", flat=True))
        found += ahead
    return tuple(found)


def lock_whole(*member_ids: int) -> list[Member]:
    """The members and every card merged into them, locked in the order of ids as everything that
    locks several. A merge that comes between is found behind the lock."""
    merges.alone()
    wanted: tuple[int, ...] = ()
    rows: list[Member] = []
    while set(wanted) != set(wanted := _whole(*member_ids)):
        locked = Member.objects.select_for_update(of=("self",)).filter(pk__in=wanted)
        rows = list(locked.order_by("pk"))
    return rows


def _lock(member_id: int) -> list[Member]:
    """All of `lock_whole`, the member first."""
    rows = lock_whole(member_id)
    by_id = {row.pk: row for row in rows}
    survivor = by_id.get(member_id)
    if survivor is None or survivor.merged_into_id is not None:
        raise NotFound
    if survivor.state == Member.State.ERASED:
        raise MemberErased
    return [survivor, *(row for row in rows if row.pk != member_id)]


def _refuse_held(member_ids: Sequence[int]) -> None:
    if LegalHold.objects.filter(member__in=member_ids, ended_at__isnull=True).exists():
        raise UnderLegalHold


def forget(members: Sequence[Member], actor_id: int | None, at: datetime) -> dict[str, int]:
    """Runs the steps of all apps on locked members, then destroys their keys; gives how many rows
    by table."""
    erasing = Erasing(member_ids=tuple(member.pk for member in members), actor_id=actor_id, at=at)
    counts: Counter[str] = Counter()
    for step in privacy.erasure_steps():
        counts.update(step.run(erasing))
    keys = MemberKey.objects.filter(member__in=erasing.member_ids, shredded_at__isnull=True)
    counts["members_memberkey"] += keys.update(wrapped=None, shredded_at=at)
    counts.update(audit.forget(member_ids=erasing.member_ids))
    logger.info("member_erased", rows=sum(counts.values()))
    return {table: count for table, count in sorted(counts.items()) if count}


def record(
    member: Member,
    counts: Mapping[str, int],
    request: PrivacyRequest | None,
    actor_id: int | None,
    at: datetime,
    uid: UUID | None = None,
) -> Erasure:
    erasure = Erasure(
        uid=uid or uuid7(),
        member_id=member.pk,
        member_uid=member.uid,
        request=request,
        counts=dict(counts),
        actor_id=actor_id,
        erased_at=at,
    )
    erasure.digest = certificates.digest(certificate_selectors.facts(erasure))
    erasure.save()
    return erasure


def _tell(member: Member, erasure: Erasure, actor_id: int | None, at: datetime) -> None:
    events.record(
        fact=MemberErasedFact(member=str(member.uid), erasure=str(erasure.uid)),
        member_id=member.pk,
        occurred_at=at,
        at=at,
        actor_id=actor_id,
    )
    audit.record(
        action="privacy.erase",
        at=at,
        actor_id=actor_id,
        member_id=member.pk,
        details={"erasure": str(erasure.uid)},
    )
