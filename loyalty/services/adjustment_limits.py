"""How far each role may adjust points alone: a table that the administrator edits."""

from datetime import datetime

from django.contrib.auth.models import Group
from django.db import transaction

from loyalty.models import AdjustmentLimit
from members.models import User
from members.services import audit

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
