"""What requests about rights ask for, in the words of whoever decides them."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.admin import rights
from members.models import ApprovalRequest, Store, User
from members.registry import panels, roles
from members.services import client_changes, role_grants


def register() -> None:
    """Called by `apps.ready`."""
    people = role_grants.version_of_user
    for action, label, run, version, tell in (
        (
            role_grants.RIGHTS,
            gettext_lazy("Rights of an operator"),
            role_grants.run_rights,
            people,
            _rights,
        ),
        (
            role_grants.PASSWORD,
            gettext_lazy("Password of an operator"),
            role_grants.run_password,
            people,
            _password,
        ),
        (
            role_grants.SECOND_FACTOR,
            gettext_lazy("Second factor anew"),
            role_grants.run_reset,
            people,
            _reset,
        ),
        (
            role_grants.ROLE,
            gettext_lazy("Rights of a role"),
            role_grants.run_role,
            role_grants.version_of_role,
            _role,
        ),
        (
            client_changes.ACTION,
            gettext_lazy("Rights of an API client"),
            client_changes.run_approved,
            client_changes.version_of_target,
            _client,
        ),
    ):
        panels.add_executor(
            panels.Executor(action=action, label=label, run=run, version=version, tell=tell)
        )


def _rights(request: ApprovalRequest) -> list[str]:
    wanted = request.payload
    user = User.objects.filter(pk=request.target_id).first()
    now = role_grants.rights_of(user) if user else role_grants.Rights()
    told = [_("Operator: %(name)s") % {"name": request.summary}]
    told += _more_and_less(
        _("Role: %(name)s"), map(roles.label_of, now.roles), map(roles.label_of, wanted["roles"])
    )
    told.append(_("Stores: %(stores)s") % {"stores": _stores(wanted["stores"])})
    for name, label in (
        ("is_active", _("may log in")),
        ("is_staff", _("may use the console")),
        ("is_superuser", _("superuser: may do everything")),
    ):
        if wanted[name] != getattr(now, name):
            told.append(f"{'+' if wanted[name] else '−'} {label}")
    return told


def _password(request: ApprovalRequest) -> list[str]:
    return [
        _("Operator: %(name)s") % {"name": request.summary},
        _("Whoever knows the new password can log in as this person."),
    ]


def _reset(request: ApprovalRequest) -> list[str]:
    return [
        _("Operator: %(name)s") % {"name": request.summary},
        _("Phone and backup codes count no more; the next log-in sets them up anew."),
    ]


def _role(request: ApprovalRequest) -> list[str]:
    group = Group.objects.filter(pk=request.target_id).first()
    now = set(role_grants.role_rights(group)) if group else set()
    wanted = set(request.payload["permissions"])
    return [
        _("Role: %(name)s") % {"name": roles.label_of(request.summary)},
        *(f"+ {label}" for label in _labels(wanted - now)),
        *(f"− {label}" for label in _labels(now - wanted)),
    ]


def _labels(names: Iterable[str]) -> list[str]:
    wanted = set(names)
    if not wanted:
        return []
    known = Permission.objects.select_related("content_type").filter(
        codename__in={name.partition(".")[2] for name in wanted}
    )
    return sorted(
        rights.label_of(one)
        for one in known
        if f"{one.content_type.app_label}.{one.codename}" in wanted
    )


def _client(request: ApprovalRequest) -> list[str]:
    wanted: dict[str, Any] = request.payload
    ends = parse_datetime(wanted["expires_at"]) if wanted["expires_at"] else None
    told = [
        _("API client: %(name)s") % {"name": request.summary},
        _("Scopes: %(scopes)s") % {"scopes": ", ".join(wanted["scopes"])},
        _("Stores: %(stores)s") % {"stores": _stores(wanted["stores"])},
        _("Until %(day)s") % {"day": date_format(ends, "SHORT_DATETIME_FORMAT")}
        if ends
        else _("Without an end"),
    ]
    if not wanted["is_active"]:
        told.append(_("Switched off"))
    if wanted["with_secret"]:
        told.append(_("With a new secret, which whoever asked sees once."))
    return told


def _stores(codes: list[str]) -> str:
    if not codes:
        return _("Whole chain")
    return ", ".join(store.name for store in Store.objects.filter(code__in=codes).order_by("code"))


def _more_and_less(sentence: str, now: Iterable[str], wanted: Iterable[str]) -> list[str]:
    had, gets = set(now), set(wanted)
    return [
        *(f"+ {sentence % {'name': name}}" for name in sorted(gets - had)),
        *(f"− {sentence % {'name': name}}" for name in sorted(had - gets)),
        *(sentence % {"name": name} for name in sorted(gets & had)),
    ]
