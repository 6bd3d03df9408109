"""What the chain wants to reach: measures with weights and targets."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.naming import Named


class Scorecard(Named):
    """A set of targets; its items weigh 100 % together."""

    code = models.SlugField(_("code"), max_length=40, unique=True)

    class Meta:
        verbose_name = _("scorecard")
        verbose_name_plural = _("scorecards")


class ScorecardItem(models.Model):
    """One measure and where it should be: whole numbers and minor units, or a percentage."""

    scorecard = models.ForeignKey(
        "analytics.Scorecard",
        verbose_name=_("scorecard"),
        on_delete=models.CASCADE,
        related_name="items",
    )
    measure = models.CharField(_("measure"), max_length=60)
    weight_percent = models.PositiveSmallIntegerField(
        _("weight, %"), validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    target = models.DecimalField(_("target"), max_digits=18, decimal_places=2)
    is_lower_better = models.BooleanField(_("lower is better"), default=False)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["scorecard", "measure"], name="measure_once_on_scorecard"
            ),
            models.CheckConstraint(
                name="scorecard_weight_within_bounds",
                condition=models.Q(weight_percent__gte=1, weight_percent__lte=100),
            ),
        ]

    def __str__(self) -> str:
        return self.measure
