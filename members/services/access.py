"""How people get into the console: who needs a second factor, how long a log-in lasts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F

from members.errors import NotFound
from members.models import AccessPolicy, User
from members.services import audit, second_factors

# Roles that work at a counter, where one till is left on all day.
TILL_ROLES = frozenset({"clerk", "store_manager"})
THE_ONE = 1


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What holds for one log-in: how it may go on, and for how many seconds."""

    needs_second_factor: bool
    has_second_factor: bool
    idle_seconds: int
    lasts_seconds: int


def policy() -> AccessPolicy:
    """The rules as the console set them, or an unsaved row of the defaults."""
    return AccessPolicy.objects.first() or AccessPolicy(
        pk=THE_ONE, second_factor_roles=list(settings.SECOND_FACTOR_ROLES)
    )


def terms_of(user: User) -> Terms:
    """What holds for this person's next log-in. Three queries."""
    rules = policy()
    roles = set(user.groups.values_list("name", flat=True))
    is_at_till = bool(roles) and roles <= TILL_ROLES
    # A superuser may do what an administrator may, and more.
    counted = roles | {"administrator"} if user.is_superuser else roles
    return Terms(
        needs_second_factor=not counted.isdisjoint(rules.second_factor_roles),
        has_second_factor=second_factors.has_one(user_id=user.pk),
        idle_seconds=60 * (rules.till_idle_minutes if is_at_till else rules.idle_minutes),
        lasts_seconds=3_600 * rules.session_hours,
    )


def end_sessions(*, user_ids: Collection[int]) -> None:
    """Whoever of them is logged in anywhere has to log in again; at once, by what each session
    is signed with."""
    User.objects.filter(pk__in=user_ids).update(session_number=F("session_number") + 1)


@transaction.atomic
def deactivate(*, user_id: int, reason: str, actor: User, at: datetime) -> None:
    """Shuts somebody out at once. It takes no second person: it opens no door.

    Raises: NotFound.
    """
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None or user.pk == actor.pk or (user.is_superuser and not actor.is_superuser):
        raise NotFound
    if user.is_active:
        User.objects.filter(pk=user_id).update(is_active=False)
        end_sessions(user_ids=[user_id])
        audit.record(
            action="operator.deactivate",
            at=at,
            actor_id=actor.pk,
            reason=reason.strip(),
            details={"user": user_id},
        )
