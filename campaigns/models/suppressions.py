"""Addresses that nothing is sent to any more, whoever has them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models import Consent


class Suppression(models.Model):
    """One address on one medium, by its blind index: it holds when somebody registers with the
    same address again. The member's consent is another thing, and stays as it is."""

    class Reason(models.TextChoices):
        BOUNCED = "BOUNCED", _("It came back for good")
        COMPLAINED = "COMPLAINED", _("Its owner complained")
        UNSUBSCRIBED = "UNSUBSCRIBED", _("Its owner unsubscribed")
        BY_HAND = "BY_HAND", _("By hand")

    medium = models.CharField(_("channel"), max_length=8)
    # As `Identity.digest`.
    digest = models.BinaryField(max_length=32, editable=False)
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    note = models.CharField(_("note"), max_length=200, blank=True, default="")
    delivery = models.ForeignKey(
        "campaigns.Delivery",
        verbose_name=_("message"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )
    actor = models.ForeignKey(
        "members.User",
        verbose_name=_("operator"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    created_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        constraints = [
            models.UniqueConstraint(fields=["medium", "digest"], name="suppression_once")
        ]

    def __str__(self) -> str:
        medium = dict(Consent.Medium.choices).get(self.medium, self.medium)
        return f"{medium} · {self.get_reason_display()}"
