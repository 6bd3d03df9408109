"""Rights of people and roles: asked for by one administrator, let happen by another person.

Nobody lets their own rights grow, on neither side: who asks can't decide (`approvals`), and whose
rights they are can't either. What only takes away (`access.deactivate`) needs nobody else.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission

from members.errors import DomainError, NotFound
from members.models import ApprovalRequest, Store, User
from members.services import access, approvals, audit, second_factors

RIGHTS = "members.operator.rights"
PASSWORD = "members.operator.password"
SECOND_FACTOR = "members.operator.second_factor"
ROLE = "members.role.rights"
_USER = "members.user"
_GROUP = "auth.group"


class OwnRights(DomainError):
    """Nobody decides about their own rights."""

    code = "own_rights"
    status = 403


class NothingToChange(DomainError):
    """It is like that already."""

    code = "nothing_to_change"


class SuperusersOnly(DomainError):
    """Only a superuser may ask for that."""

    code = "superusers_only"
    status = 403


@dataclass(frozen=True, kw_only=True)
class Rights:
    """What somebody may do: roles by name, stores by code (none: every store)."""

    roles: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    is_active: bool = True
    is_staff: bool = True
    is_superuser: bool = False


def rights_of(user: User) -> Rights:
    """What they may do now. Two queries."""
    return Rights(
        roles=tuple(user.groups.order_by("name").values_list("name", flat=True)),
        stores=tuple(user.stores.order_by("code").values_list("code", flat=True)),
        is_active=user.is_active,
        is_staff=user.is_staff,
        is_superuser=user.is_superuser,
    )


def ask(*, user_id: int, rights: Rights, reason: str, maker: User, at: datetime) -> ApprovalRequest:
    """The request to give somebody these rights in place of what they have.

    Raises: NotFound, NothingToChange, OwnRights, SuperusersOnly, ReasonRequired.
    """
    user = _asked_about(user_id, maker)
    now = rights_of(user)
    if rights == now:
        raise NothingToChange
    if rights.is_superuser != now.is_superuser and not maker.is_superuser:
        raise SuperusersOnly
    _found(rights)
    return _request(RIGHTS, _USER, user.pk, user.username, asdict(rights), reason, maker, at)


def ask_password(
    *, user_id: int, password: str | None, reason: str, maker: User, at: datetime
) -> ApprovalRequest:
    """The request to set somebody else's password (None: they can't log in by one): whoever knows
    it is that person. It is hashed now, and kept sealed until then.

    Raises: NotFound, OwnRights, SuperusersOnly, ReasonRequired.
    """
    user = _asked_about(user_id, maker)
    payload = {"password": make_password(password)}
    return _request(PASSWORD, _USER, user.pk, user.username, payload, reason, maker, at)


def ask_reset(*, user_id: int, reason: str, maker: User, at: datetime) -> ApprovalRequest:
    """The request to forget somebody's second factor, as when a phone was lost.

    Raises: NotFound, NothingToChange, OwnRights, SuperusersOnly, ReasonRequired.
    """
    user = _asked_about(user_id, maker)
    if not second_factors.has_one(user_id=user.pk):
        raise NothingToChange
    return _request(SECOND_FACTOR, _USER, user.pk, user.username, {}, reason, maker, at)


def ask_role(
    *, group_id: int, permissions: Collection[str], reason: str, maker: User, at: datetime
) -> ApprovalRequest:
    """The request to give a role these rights (`app.codename`) in place of those it has.

    Raises: NotFound, NothingToChange, ReasonRequired.
    """
    group = Group.objects.filter(pk=group_id).first()
    if group is None:
        raise NotFound
    wanted = sorted(permissions)
    if wanted == role_rights(group):
        raise NothingToChange
    return _request(ROLE, _GROUP, group.pk, group.name, {"permissions": wanted}, reason, maker, at)


def role_rights(group: Group) -> list[str]:
    """`app.codename` of all that the role may do."""
    rows = group.permissions.values_list("content_type__app_label", "codename")
    return sorted(f"{app}.{codename}" for app, codename in rows)


def run_rights(request: ApprovalRequest, at: datetime) -> None:
    """Gives the rights that were approved. Raises: OwnRights; NotFound, for a role or a store
    that is gone: without its stores a role would hold for the whole chain."""
    user = _decided_about(request)
    wanted = Rights(**{name: _plain(value) for name, value in request.payload.items()})
    groups, stores = _found(wanted)
    user.is_active, user.is_staff = wanted.is_active, wanted.is_staff
    user.is_superuser = wanted.is_superuser
    user.save(update_fields=["is_active", "is_staff", "is_superuser"])
    user.groups.set(groups)
    user.stores.set(stores)
    _note("operator.rights", request, at, user=user.pk)
    access.end_sessions(user_ids=[user.pk])


def run_password(request: ApprovalRequest, at: datetime) -> None:
    """Sets the password that was approved. Raises: OwnRights."""
    user = _decided_about(request)
    User.objects.filter(pk=user.pk).update(password=request.payload["password"])
    _note("operator.password", request, at, user=user.pk)
    access.end_sessions(user_ids=[user.pk])


def run_reset(request: ApprovalRequest, at: datetime) -> None:
    """Forgets the second factor. Raises: OwnRights."""
    user = _decided_about(request)
    second_factors.remove(user_id=user.pk)
    _note("second_factor.reset", request, at, user=user.pk)
    access.end_sessions(user_ids=[user.pk])


def run_role(request: ApprovalRequest, at: datetime) -> None:
    """Gives the role the rights that were approved. Raises: OwnRights."""
    group = Group.objects.select_for_update().get(pk=request.target_id or 0)
    if request.checker is not None and request.checker.groups.filter(pk=group.pk).exists():
        raise OwnRights
    wanted = set(request.payload["permissions"])
    known = Permission.objects.values_list("pk", "content_type__app_label", "codename")
    group.permissions.set([pk for pk, app, codename in known if f"{app}.{codename}" in wanted])
    _note("role.rights", request, at, role=group.name)


def version_of_user(request: ApprovalRequest) -> str:
    """Rights, name, password and second factor as they are, and what the roles asked for may do:
    changed meanwhile, it is stale. A name alone could be another role's by then."""
    user = User.objects.filter(pk=request.target_id or 0).first()
    if user is None:
        return ""
    device = second_factors.version_of(user_id=user.pk)
    asked = request.payload.get("roles", ()) if request.action == RIGHTS else ()
    roles = [(group.pk, role_rights(group)) for group in _groups(asked)]
    return _digest(user.username, rights_of(user), user.password, device, roles)


def version_of_role(request: ApprovalRequest) -> str:
    group = Group.objects.filter(pk=request.target_id or 0).first()
    return "" if group is None else _digest(group.name, role_rights(group))


def _asked_about(user_id: int, maker: User) -> User:
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotFound
    if user.pk == maker.pk:
        raise OwnRights
    if user.is_superuser and not maker.is_superuser:
        raise SuperusersOnly
    return user


def _decided_about(request: ApprovalRequest) -> User:
    user = User.objects.select_for_update().get(pk=request.target_id or 0)
    if user.pk == request.checker_id:
        raise OwnRights
    return user


def _request(
    action: str,
    target_type: str,
    target_id: int,
    summary: str,
    payload: dict[str, Any],
    reason: str,
    maker: User,
    at: datetime,
) -> ApprovalRequest:
    asked = approvals.Ask(
        action=action,
        summary=summary[:200],
        payload=payload,
        target_type=target_type,
        target_id=target_id,
    )
    return approvals.request(ask=asked, reason=reason, maker=maker, at=at)


def _note(action: str, request: ApprovalRequest, at: datetime, **details: Any) -> None:
    audit.record(
        action=action,
        at=at,
        actor_id=request.checker_id,
        reason=request.reason,
        details={"request": str(request.uid), **details},
    )


def _found(rights: Rights) -> tuple[list[Group], list[Store]]:
    """The roles and stores that are named. Raises: NotFound, if one isn't there."""
    groups, stores = _groups(rights.roles), list(Store.objects.filter(code__in=rights.stores))
    if len(groups) != len(set(rights.roles)) or len(stores) != len(set(rights.stores)):
        raise NotFound
    return groups, stores


def _groups(names: Sequence[str]) -> list[Group]:
    return list(Group.objects.filter(name__in=names).order_by("name"))


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _digest(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
