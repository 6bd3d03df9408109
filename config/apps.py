from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.models.signals import post_migrate


class ConfigConfig(AppConfig):
    """Wiring has no models; it is an app for its commands, and gives the roles their rights."""

    name = "config"

    def ready(self) -> None:
        # Rights are rows that Django makes after migrations, in every database, tests' too:
        # this is the one place where we hear of that.
        post_migrate.connect(_install_roles, sender=apps.get_app_config("members"))
        from config.demo import runs

        # So that the worker goes on with a load whose own process was killed.
        runs.register()


def _install_roles(using: str = "default", **_options: Any) -> None:
    from config.console import roles
    from loyalty.models import AdjustmentLimit
    from loyalty.services import adjustment_limits
    from members.services import roles as service

    service.install(grants=roles.GRANTS, using=using)
    # Somebody may migrate one app alone, or back to an earlier release.
    if AdjustmentLimit._meta.db_table in connections[using].introspection.table_names():
        adjustment_limits.install(using=using)
