"""What data are used for, and the documents that people agree to."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.naming import Named


class ProcessingPurpose(Named):
    """One purpose of the register: why, on which basis, which data, for how long."""

    class Basis(models.TextChoices):
        CONSENT = "CONSENT", _("Consent")
        CONTRACT = "CONTRACT", _("Contract with the member")
        LAW = "LAW", _("Legal duty")
        INTEREST = "INTEREST", _("Legitimate interest")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    basis = models.CharField(_("basis"), max_length=8, choices=Basis)
    # The purpose of consents (`Consent.Purpose`) that it rests on, where it rests on one.
    consent_purpose = models.CharField(_("purpose of consents"), max_length=12, blank=True)
    categories = models.JSONField(_("which data"), default=list, blank=True)
    kept_days = models.PositiveIntegerField(_("kept, days"), null=True, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("purpose of processing")
        verbose_name_plural = _("purposes of processing")


class PolicyDocument(models.Model):
    """A version of the privacy policy or of the terms in one language. Append-only: a consent
    names the version, and its `sha256` proves the text."""

    class Kind(models.TextChoices):
        PRIVACY = "PRIVACY", _("Privacy policy")
        TERMS = "TERMS", _("Terms of membership")
        MINORS = "MINORS", _("Rules for minors")

    append_only = True

    kind = models.CharField(_("document"), max_length=8, choices=Kind)
    version = models.CharField(_("version"), max_length=40)
    language = models.CharField(_("language"), max_length=8)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"), max_length=200_000)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    effective_at = models.DateTimeField(_("in force from"))
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(
        "members.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("policy document")
        verbose_name_plural = _("policy documents")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "version", "language"], name="policy_version_once"
            )
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.version} {self.language}"
