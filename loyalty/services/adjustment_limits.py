"""How far each role may adjust points alone: a table that the administrator edits.

Lowering a limit takes one person; raising one lets somebody do alone what took two, so it takes
two itself.
"""

from datetime import datetime

from django.contrib.auth.models import Group
from django.db import transaction

from loyalty.models import AdjustmentLimit
from members.errors import NotFound
from members.models import ApprovalRequest, User
from members.services import approvals, audit
from members.services.role_grants import OwnRights

ACTION = "loyalty.adjustment_limit.raise"
_TARGET = "auth.group"

# Points either way, for a new installation and for roles that had no row yet.
DEFAULTS = {"clerk": 0, "customer_service": 500, "store_manager": 2_000, "administrator": 10_000}


def install(*, using: str = "default") -> None:
    """A row for each of the product's roles that has none. Bears repeats; what an administrator
    has set stays."""
    groups = Group.objects.using(using).filter(name__in=DEFAULTS)
    AdjustmentLimit.objects.using(using).bulk_create(
        [AdjustmentLimit(role=group, points=DEFAULTS[group.name]) for group in groups],
        ignore_conflicts=True,
    )


def limit_of(actor: User) -> int:
    """How many points, either way, this person may adjust alone: the most that one of their
    roles allows; without one, none."""
    limits = AdjustmentLimit.objects.filter(role__in=actor.groups.all())
    return max(limits.values_list("points", flat=True), default=0)


@transaction.atomic
def change(
    *, role_id: int, points: int, reason: str, maker: User, at: datetime
) -> ApprovalRequest | None:
    """Lowers the role's limit at once; a higher one is a request, and until then the limit is what
    it was (none: zero).

    Raises: NotFound; ReasonRequired.
    """
    group = Group.objects.filter(pk=role_id).first()
    if group is None:
        raise NotFound
    now = AdjustmentLimit.objects.filter(role_id=role_id).values_list("points", flat=True).first()
    if points <= (now or 0):
        set_limit(role_id=role_id, points=points, actor=maker, at=at)
        return None
    if now is None:
        set_limit(role_id=role_id, points=0, actor=maker, at=at)
    asked = approvals.Ask(
        action=ACTION,
        summary=group.name,
        payload={"points": points},
        target_type=_TARGET,
        target_id=role_id,
    )
    return approvals.request(ask=asked, reason=reason, maker=maker, at=at)


def run_approved(request: ApprovalRequest, at: datetime) -> None:
    """Raises the limit. Raises: OwnRights, for a checker who has the role."""
    checker = request.checker
    assert checker is not None
    if checker.groups.filter(pk=request.target_id).exists():
        raise OwnRights
    set_limit(
        role_id=request.target_id or 0, points=request.payload["points"], actor=checker, at=at
    )


def version_of_target(request: ApprovalRequest) -> str:
    """The role's name and limit as the maker saw them."""
    found = AdjustmentLimit.objects.filter(role_id=request.target_id or 0).select_related("role")
    limit = found.first()
    return "" if limit is None else f"{limit.points} {limit.role.name}"[:64]


@transaction.atomic
def set_limit(*, role_id: int, points: int, actor: User, at: datetime) -> AdjustmentLimit:
    """The role's limit as it is now; the audit trail has what it was before."""
    before = AdjustmentLimit.objects.select_for_update().filter(role_id=role_id).first()
    limit, _is_new = AdjustmentLimit.objects.update_or_create(
        role_id=role_id, defaults={"points": points}
    )
    if before is None or before.points != points:
        audit.record(
            action="adjustment_limit.set",
            at=at,
            actor_id=actor.pk,
            details={
                "role": limit.role.name,
                "before": before.points if before else None,
                "after": points,
            },
        )
    return limit
