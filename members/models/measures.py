"""Figures that analytics publishes for rules and tiers to read."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Measure(models.Model):
    """One published figure of a member: `clv` in minor units, classes as small numbers."""

    member = models.ForeignKey("members.Member", on_delete=models.CASCADE, related_name="measures")
    code = models.CharField(_("measure"), max_length=40)
    value = models.BigIntegerField(_("value"))
    as_of_on = models.DateField(_("as of"))
    updated_at = models.DateTimeField(_("published"))

    class Meta:
        verbose_name = _("measure of a member")
        verbose_name_plural = _("measures of members")
        constraints = [
            models.UniqueConstraint(fields=["member", "code"], name="measure_once_per_member")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.value}"
