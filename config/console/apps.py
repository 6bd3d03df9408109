"""Puts the console's own site in the place of Django's default one."""

from django.contrib.admin.apps import AdminConfig


class ConsoleConfig(AdminConfig):
    default_site = "config.console.site.ConsoleSite"
