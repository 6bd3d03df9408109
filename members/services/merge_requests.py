"""Merging two cards, and taking it back, by four eyes: asked for by one, agreed to by another."""

from datetime import datetime

from django.utils.translation import gettext as _

from members.errors import DomainError, NotFound, ReasonRequired
from members.models import ApprovalRequest, Member, MemberMerge, User
from members.selectors import scopes
from members.services import approvals, merge_undos, merges

MERGE, UNDO = "members.merge", "members.unmerge"
_MEMBER, _MERGE = "members.member", "members.membermerge"


class MergeAskedFor(DomainError):
    """Somebody has asked for this already; it waits for a second person."""

    code = "merge_asked_for"
    status = 409


def ask(
    *, survivor_id: int, retired_id: int, reason: str, maker: User, at: datetime
) -> ApprovalRequest:
    """The waiting request. What would be refused is refused now.

    Raises: ReasonRequired; NotFound, also for members of other stores; NotMergeable;
    MergeAskedFor, whichever of the two was to stay.
    """
    if not reason.strip():
        raise ReasonRequired
    both = _visible((survivor_id, retired_id), maker)
    merges.preview(survivor_id=survivor_id, retired_id=retired_id, at=at)
    refuse_second(survivor_id=survivor_id, retired_id=retired_id, at=at)
    asked = approvals.Ask(
        action=MERGE,
        summary=_("Merge card %(retired)s into %(survivor)s")
        % {"retired": both[retired_id].card_number, "survivor": both[survivor_id].card_number},
        payload={},
        member_id=survivor_id,
        target_type=_MEMBER,
        target_id=retired_id,
    )
    return approvals.request(ask=asked, reason=reason, maker=maker, at=at)


def refuse_second(*, survivor_id: int, retired_id: int, at: datetime) -> None:
    """Raises: MergeAskedFor, whichever of the two was to stay."""
    _refuse_second(MERGE, _MEMBER, (survivor_id, retired_id), at)


def run_approved(request: ApprovalRequest, at: datetime) -> None:
    """The merge, in the transaction of the approval.

    Raises: NotFound, when the checker may not see both members; as `merges.merge`.
    """
    survivor_id, retired_id = request.member_id or 0, request.target_id or 0
    _visible((survivor_id, retired_id), request.checker)
    merges.merge(
        survivor_id=survivor_id,
        retired_id=retired_id,
        actor_id=request.maker_id,
        reason=request.reason[:300],
        at=at,
    )


def version_of_target(request: ApprovalRequest) -> str:
    """Both members' versions: what the maker saw of either."""
    ids = (request.member_id or 0, request.target_id or 0)
    found = Member.objects.filter(pk__in=ids).order_by("pk")
    return " ".join(f"{one.pk}:{one.version}" for one in found)


def ask_undo(*, merge_id: int, reason: str, maker: User, at: datetime) -> ApprovalRequest:
    """The waiting request to take a merge back.

    Raises: ReasonRequired; NotFound; merge_undos.NotUndoable; MergeAskedFor.
    """
    if not reason.strip():
        raise ReasonRequired
    row = MemberMerge.objects.filter(pk=merge_id).select_related("retired").first()
    if row is None:
        raise NotFound
    _visible((row.survivor_id, row.retired_id), maker)
    found = merge_undos.obstacles(merge_id=merge_id, at=at)
    if found:
        raise merge_undos.NotUndoable(reason=found[0].reason)
    _refuse_second(UNDO, _MERGE, (merge_id,), at)
    asked = approvals.Ask(
        action=UNDO,
        summary=_("Take back the merge of card %(card)s") % {"card": row.retired.card_number},
        payload={},
        member_id=row.survivor_id,
        target_type=_MERGE,
        target_id=merge_id,
    )
    return approvals.request(ask=asked, reason=reason, maker=maker, at=at)


def run_approved_undo(request: ApprovalRequest, at: datetime) -> None:
    """Raises: NotFound, when the checker may not see both members; as `merge_undos.undo`."""
    row = MemberMerge.objects.filter(pk=request.target_id or 0).first()
    if row is None:
        raise NotFound
    _visible((row.survivor_id, row.retired_id), request.checker)
    merge_undos.undo(merge_id=row.pk, actor_id=request.maker_id, at=at)


def version_of_merge(request: ApprovalRequest) -> str:
    """Both members' versions, and whether the merge stands."""
    row = MemberMerge.objects.select_related("survivor", "retired").get(pk=request.target_id or 0)
    return f"{row.survivor.version} {row.retired.version} {row.undone_at is None}"


def _visible(member_ids: tuple[int, ...], viewer: User | None) -> dict[int, Member]:
    """Both, if they belong to the viewer's stores; else there is no such member."""
    scope = scopes.scope_for(viewer)
    found = {one.pk: one for one in Member.objects.filter(pk__in=member_ids)}
    if len(found) != len(set(member_ids)) or not all(
        scope.contains(one.store_id) for one in found.values()
    ):
        raise NotFound
    return found


def _refuse_second(action: str, target: str, ids: tuple[int, ...], at: datetime) -> None:
    waiting = ApprovalRequest.objects.filter(
        action=action,
        target_type=target,
        target_id__in=ids,
        status=ApprovalRequest.Status.PENDING,
        expires_at__gt=at,
    )
    if len(ids) == 2:
        waiting = waiting.filter(member_id__in=ids)
    if waiting.exists():
        raise MergeAskedFor
