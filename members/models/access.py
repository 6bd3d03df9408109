"""How people get into the console: second factors and how long a log-in lasts."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class AccessPolicy(models.Model):
    """One row, or none: then the defaults of the settings hold. Written by
    `members.services.access`, read at every log-in."""

    second_factor_roles = models.JSONField(
        _("roles with a second factor"),
        default=list,
        blank=True,
        help_text=_("Whoever has one of these roles enters a code from their phone as well."),
    )
    idle_minutes = models.PositiveSmallIntegerField(
        _("idle minutes, office"),
        default=30,
        validators=[MinValueValidator(5), MaxValueValidator(720)],
        help_text=_("After so many minutes without a click one logs in again."),
    )
    till_idle_minutes = models.PositiveSmallIntegerField(
        _("idle minutes, stores"),
        default=240,
        validators=[MinValueValidator(5), MaxValueValidator(720)],
        help_text=_("The same for clerks and store managers at a counter."),
    )
    session_hours = models.PositiveSmallIntegerField(
        _("hours of a log-in"),
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(24)],
        help_text=_("After so many hours one logs in again, however busy."),
    )

    class Meta:
        verbose_name = _("log-in rules")
        verbose_name_plural = _("log-in rules")
        constraints = [
            models.CheckConstraint(name="one_access_policy", condition=models.Q(pk=1)),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
