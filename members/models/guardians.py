"""Consent of a parent for a member under age."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.sealing.fields import SealedTextField


class GuardianConsent(models.Model):
    """Who agreed for a minor, sealed with the minor's key. Taken back, never deleted."""

    sealed_with = "member"

    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        related_name="guardian_consents",
    )
    name = SealedTextField(_("parent or guardian"), max_length=120)
    phone = SealedTextField(_("their phone"), max_length=32, blank=True)
    verified_how = models.CharField(_("checked by"), max_length=60)
    policy_version = models.CharField(_("policy version"), max_length=40)
    given_at = models.DateTimeField(_("given"))
    recorded_at = models.DateTimeField(_("recorded"))
    actor = models.ForeignKey(
        "members.User",
        verbose_name=_("operator"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    ended_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent of a guardian")
        verbose_name_plural = _("consents of guardians")
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                name="guardian_consent_once",
                condition=models.Q(ended_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.member_id}"
