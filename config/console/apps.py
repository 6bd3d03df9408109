"""Puts the console's own site in the place of Django's default one, and fills it."""

from importlib import import_module
from pkgutil import iter_modules

from django.contrib.admin.apps import SimpleAdminConfig

ROOMS = ("members.admin", "loyalty.admin", "analytics.admin", "campaigns.admin")


class ConsoleConfig(SimpleAdminConfig):
    """Imports each module of the admin rooms: a page is added by adding its file.

    The rooms' own `__init__` import nothing. Unfold renders a template while it is imported, which
    loads all template tags; tags that use a word of a room would meet it half-loaded.
    """

    default_site = "config.console.site.ConsoleSite"

    def ready(self) -> None:
        super().ready()
        for room in ROOMS:
            for module in iter_modules(import_module(room).__path__):
                import_module(f"{room}.{module.name}")
