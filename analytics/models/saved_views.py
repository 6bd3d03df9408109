"""Filters of a dashboard under a name, for oneself or for others."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """A person's filters of one dashboard. `query` is the address's own, without what is asked
    of it (files); it names stores, channels, tiers and segments by code, and nobody.

    Whoever opens it sees it narrowed to their own stores.
    """

    class Sharing(models.TextChoices):
        PRIVATE = "PRIVATE", _("Only me")
        ROLE = "ROLE", _("One role")
        EVERYONE = "EVERYONE", _("Everybody who sees dashboards")

    dashboard = models.CharField(_("dashboard"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(_("filters"), max_length=2_000, blank=True)
    sharing = models.CharField(
        _("who sees it"), max_length=8, choices=Sharing, default=Sharing.PRIVATE
    )
    role = models.ForeignKey(
        "auth.Group",
        verbose_name=_("role"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
    )
    owner = models.ForeignKey(
        "members.User", verbose_name=_("saved by"), on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField(_("saved"), editable=False)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        default_permissions = ()
        permissions = [("share_savedview", _("Can share views of dashboards"))]
        constraints = [
            models.UniqueConstraint(fields=["owner", "dashboard", "name"], name="view_named_once"),
            models.CheckConstraint(
                name="view_shared_with_a_role_names_it",
                condition=Q(sharing="ROLE", role__isnull=False)
                | (~Q(sharing="ROLE") & Q(role__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.name
