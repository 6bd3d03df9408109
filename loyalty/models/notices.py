"""That a member was told of points that lapse."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LapseNotice(models.Model):
    """One telling for each member and month. The constraint makes a second night, or a second
    worker, harmless."""

    member_id = models.BigIntegerField()
    # Its first day, on the programme's calendar.
    month_on = models.DateField(_("month"))
    points = models.BigIntegerField(_("points"))
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("reminder of points that lapse")
        verbose_name_plural = _("reminders of points that lapse")
        constraints = [
            models.UniqueConstraint(fields=["member_id", "month_on"], name="lapse_told_once")
        ]

    def __str__(self) -> str:
        return f"{self.month_on:%Y-%m}"
