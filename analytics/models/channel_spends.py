"""What was paid to bring members in."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ChannelSpend(models.Model):
    """Money spent on a channel, over days that are both included; in minor units.

    `number` is the operator's own for an imported row: imported twice it counts once.
    """

    channel = models.ForeignKey(
        "members.Channel", verbose_name=_("channel"), on_delete=models.PROTECT, related_name="+"
    )
    store = models.ForeignKey(
        "members.Store",
        verbose_name=_("store"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    placement = models.CharField(_("placement"), max_length=80, blank=True)
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("to"), help_text=_("This day included."))
    amount = models.BigIntegerField(_("amount"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    number = models.CharField(_("number"), max_length=60, null=True, blank=True, unique=True)
    created_by = models.ForeignKey(
        "members.User",
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    created_at = models.DateTimeField(_("entered"), editable=False)

    class Meta:
        verbose_name = _("channel spend")
        verbose_name_plural = _("channel spends")
        constraints = [
            models.CheckConstraint(
                name="channel_spend_days_in_order",
                condition=models.Q(to_on__gte=models.F("from_on")),
            ),
            models.CheckConstraint(
                name="channel_spend_not_below_zero", condition=models.Q(amount__gte=0)
            ),
        ]
        indexes = [models.Index(fields=["from_on"], name="channel_spend_from")]

    def __str__(self) -> str:
        return f"{self.from_on} – {self.to_on}"
