"""What members allow, per purpose and channel."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _


class Consent(models.Model):
    """One act of granting or withdrawing. Append-only; the last row counts; none is a no."""

    class Purpose(models.TextChoices):
        MARKETING = "MARKETING", _("Marketing")
        SERVICE = "SERVICE", _("Service messages")
        PROFILING = "PROFILING", _("Profiling")

    class Medium(models.TextChoices):
        INBOX = "INBOX", _("In-app inbox")
        EMAIL = "EMAIL", _("E-mail")
        SMS = "SMS", _("SMS")
        WECHAT = "WECHAT", _("WeChat")
        PUSH = "PUSH", _("Push")

    append_only = True

    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        related_name="consents",
    )
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose)
    medium = models.CharField(_("channel"), max_length=8, choices=Medium)
    is_granted = models.BooleanField(_("granted"))
    policy_version = models.CharField(_("policy version"), max_length=40)
    source = models.CharField(_("source"), max_length=60)
    actor = models.ForeignKey(
        "members.User",
        verbose_name=_("operator"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    occurred_at = models.DateTimeField(_("given"))
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [models.Index(fields=["member", "purpose", "medium", "-id"], name="consent_last")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.medium} {'+' if self.is_granted else '−'}"
