"""How far each role may adjust points without a second person."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class AdjustmentLimit(models.Model):
    """Points, either way, that somebody of this role may adjust alone."""

    role = models.OneToOneField(
        "auth.Group",
        verbose_name=_("role"),
        on_delete=models.CASCADE,
        related_name="adjustment_limit",
    )
    points = models.BigIntegerField(_("points at most"), validators=[MinValueValidator(0)])

    class Meta:
        verbose_name = _("limit of adjustments")
        verbose_name_plural = _("limits of adjustments")
        constraints = [
            models.CheckConstraint(
                name="adjustment_limit_not_below_zero", condition=models.Q(points__gte=0)
            )
        ]

    def __str__(self) -> str:
        return f"{self.role}"
