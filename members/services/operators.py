"""People who work in the console: who they are, what they may do, for which stores."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import Group
from django.db import transaction

from members.errors import NotFound
from members.models import Store, User
from members.services import audit


@dataclass(frozen=True, kw_only=True)
class Appointment:
    """A person, their role (a group's name) and stores by code; no store means every store."""

    username: str
    password: str
    name: str
    role: str
    stores: Collection[str] = ()
    email: str = ""


def appoint(*, appointment: Appointment, at: datetime, actor_id: int | None = None) -> User:
    """The operator with this name, password, role and stores, made or changed.

    Raises: NotFound, for a role or a store that isn't there.
    """
    with transaction.atomic():
        role = Group.objects.filter(name=appointment.role).first()
        stores = list(Store.objects.filter(code__in=appointment.stores))
        if role is None or len(stores) != len(set(appointment.stores)):
            raise NotFound("there is no such role or store")
        user, _ = User.objects.get_or_create(username=appointment.username)
        user.first_name, user.last_name = appointment.name, ""
        user.email, user.is_staff = appointment.email, True
        user.set_password(appointment.password)
        user.save()
        user.groups.set([role])
        user.stores.set(stores)
        audit.record(
            action="operator.appoint",
            at=at,
            actor_id=actor_id,
            details={"user": user.pk, "role": role.name},
        )
    return user
