"""The product's roles as groups, with exactly the rights that the code gives them."""

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import transaction

from members.registry.roles import Grants


class UnknownPermission(LookupError):
    """A role is given a right that no model declares."""


def install(*, grants: Grants, using: str = "default") -> None:
    """Makes the group of each role and sets its permissions, `app.codename`. Bears repeats.

    Raises: UnknownPermission.
    """
    # Rights are rows that Django makes after each app's migration, in an order of its own.
    for app_config in apps.get_app_configs():
        create_permissions(app_config, verbosity=0, using=using)
    with transaction.atomic(using=using):
        known = {
            f"{app}.{codename}": pk
            for pk, app, codename in Permission.objects.using(using).values_list(
                "pk", "content_type__app_label", "codename"
            )
        }
        for role, names in grants.items():
            unknown = sorted(set(names) - known.keys())
            if unknown:
                raise UnknownPermission(f"{role}: {', '.join(unknown)}")
            group, _is_new = Group.objects.using(using).get_or_create(name=role)
            group.permissions.set([known[name] for name in names])
