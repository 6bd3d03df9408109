"""People who work in the console."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """An operator. Roles are groups; `stores` narrows what a clerk or store manager sees.

    No store means every store: analysts and marketers work for the whole chain.
    """

    stores = models.ManyToManyField(
        "members.Store", verbose_name=_("stores"), blank=True, related_name="operators"
    )

    class Meta(AbstractUser.Meta):  # type: ignore[name-defined]
        verbose_name = _("operator")
        verbose_name_plural = _("operators")
