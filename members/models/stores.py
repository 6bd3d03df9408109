"""Where the product meets its members: stores and channels."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.naming import Named


class Channel(Named):
    """A way in: POS, WeChat mini-program, app, web shop, console, import."""

    class Kind(models.TextChoices):
        POS = "POS", _("Store till")
        MINI_PROGRAM = "MINI_PROGRAM", _("Mini-program")
        APP = "APP", _("App")
        WEB = "WEB", _("Web shop")
        CONSOLE = "CONSOLE", _("Console")
        IMPORT = "IMPORT", _("Import")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.POS)

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")


class Store(Named):
    """A shop; staff see the members and orders of the stores that they belong to."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        help_text=_("IANA name, such as Asia/Shanghai. Empty: the programme's zone."),
    )
    city = models.CharField(_("city"), max_length=80, blank=True)
    is_active = models.BooleanField(_("open"), default=True)

    class Meta:
        verbose_name = _("store")
        verbose_name_plural = _("stores")
