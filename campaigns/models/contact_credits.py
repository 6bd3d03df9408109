"""Messages that a member granted one by one, as WeChat asks for subscription messages."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ContactCredit(models.Model):
    """How many messages by one of the provider's templates a member has granted and not got.

    `left_count` goes down in the transaction that claims a message, and up again where the
    provider surely didn't take it; the check is what makes two campaigns and one credit one
    message.
    """

    member = models.ForeignKey(
        "members.Member",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="contact_credits",
    )
    medium = models.CharField(_("channel"), max_length=8)
    template = models.CharField(_("the provider's template"), max_length=80)
    left_count = models.IntegerField(_("left"), default=0)
    granted_count = models.IntegerField(_("granted in all"), default=0)
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("granted message")
        verbose_name_plural = _("granted messages")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "medium", "template"], name="contact_credit_once"
            ),
            models.CheckConstraint(
                name="contact_credit_not_overdrawn", condition=models.Q(left_count__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.medium} {self.left_count}"


class CreditReport(models.Model):
    """That a report was heard which names no message of ours, such as one of granted messages, or
    an answer: the same one again changes nothing. It names nobody, and goes after some weeks, when
    nobody repeats it any more."""

    source = models.CharField(_("source"), max_length=40)
    external_id = models.CharField(max_length=120)
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("report of granted messages")
        verbose_name_plural = _("reports of granted messages")
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="credit_report_once")
        ]
        indexes = [models.Index(fields=["recorded_at"], name="credit_report_age")]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"
