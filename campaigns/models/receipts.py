"""What became of a message after it left: told by providers, mail readers and members."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Receipt(models.Model):
    """One report about one message. Append-only; the delivery's state follows from all of them,
    whatever the order in which they come. `is_machine`: a scanner or a prefetcher, not a person.
    """

    class Kind(models.TextChoices):
        DELIVERED = "DELIVERED", _("Delivered")
        BOUNCED = "BOUNCED", _("Came back")
        COMPLAINED = "COMPLAINED", _("Complained")
        OPENED = "OPENED", pgettext_lazy("a message", "Opened")
        CLICKED = "CLICKED", _("Clicked")
        UNSUBSCRIBED = "UNSUBSCRIBED", _("Unsubscribed")

    append_only = True
    # Gone with its time: campaigns/services/journey_retention.py.
    is_removable = True

    delivery = models.ForeignKey(
        "campaigns.Delivery", on_delete=models.PROTECT, related_name="receipts"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    is_machine = models.BooleanField(_("by a machine"), default=False)
    # Whoever told it, and its id there: a report that comes twice is one.
    source = models.CharField(_("source"), max_length=40)
    external_id = models.CharField(max_length=120)
    # A code: why it bounced, which link was clicked.
    detail = models.CharField(max_length=200, blank=True, default="")
    occurred_at = models.DateTimeField(_("happened"))
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="receipt_once")
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.kind} {self.delivery_id}"


class ParkedReceipt(models.Model):
    """A provider's report about a message that we don't know by this reference yet: reports are
    quicker than our commit now and then, and the account may send other things too. It becomes a
    `Receipt` when the message turns up, and goes after some days otherwise."""

    source = models.CharField(_("source"), max_length=40)
    external_id = models.CharField(max_length=120)
    provider_ref = models.CharField(max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=Receipt.Kind)
    detail = models.CharField(max_length=200, blank=True, default="")
    occurred_at = models.DateTimeField(_("happened"))
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("report without a message")
        verbose_name_plural = _("reports without a message")
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="parked_receipt_once")
        ]
        indexes = [
            models.Index(fields=["provider_ref"], name="parked_receipt_ref"),
            models.Index(fields=["recorded_at"], name="parked_receipt_age"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.kind}"
