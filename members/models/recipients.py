"""Third parties who get members' data, each time they got some, and what they were told."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7
from members.models.naming import Named


class Recipient(Named):
    """Somebody outside who receives personal data: a processor, a partner, an authority."""

    class Role(models.TextChoices):
        PROCESSOR = "PROCESSOR", _("Processor, on our behalf")
        CONTROLLER = "CONTROLLER", _("Partner, for themselves")
        AUTHORITY = "AUTHORITY", _("Authority")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.PROCESSOR)
    purpose = models.CharField(_("for what"), max_length=200)
    categories = models.JSONField(_("which data"), default=list, blank=True)
    country = models.CharField(_("country"), max_length=2, default="CN")
    contact = models.CharField(
        _("contact"), max_length=200, blank=True, help_text=_("An office, not a person.")
    )
    contract = models.CharField(_("contract"), max_length=120, blank=True)
    is_active = models.BooleanField(_("receives data"), default=True)

    class Meta:
        verbose_name = _("recipient of data")
        verbose_name_plural = _("recipients of data")


class Disclosure(models.Model):
    """One time data were given to a recipient. Append-only; `key` counts it once."""

    append_only = True

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    key = models.CharField(max_length=120, unique=True)
    recipient = models.ForeignKey(
        "members.Recipient",
        verbose_name=_("recipient"),
        on_delete=models.PROTECT,
        related_name="disclosures",
    )
    # None: many members at once, by `members_count`.
    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="disclosures",
    )
    members_count = models.PositiveIntegerField(_("members"), default=1)
    categories = models.JSONField(_("which data"), default=list)
    purpose = models.CharField(_("for what"), max_length=200)
    legal_basis = models.CharField(_("legal basis"), max_length=60)
    actor = models.ForeignKey(
        "members.User",
        verbose_name=_("operator"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    occurred_at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("disclosure")
        verbose_name_plural = _("sharing register")
        indexes = [models.Index(fields=["member", "-id"], name="disclosure_member")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return str(self.uid)


class RecipientNotice(models.Model):
    """That a recipient must be told of a correction or a deletion, and what they answered."""

    class State(models.TextChoices):
        TO_TELL = "TO_TELL", _("To be told")
        TOLD = "TOLD", _("Told")
        CONFIRMED = "CONFIRMED", _("Confirmed")
        REFUSED = "REFUSED", _("Refused")

    request = models.ForeignKey(
        "members.PrivacyRequest", on_delete=models.PROTECT, related_name="notices"
    )
    recipient = models.ForeignKey(
        "members.Recipient",
        verbose_name=_("recipient"),
        on_delete=models.PROTECT,
        related_name="notices",
    )
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.TO_TELL)
    created_at = models.DateTimeField(_("since"))
    told_at = models.DateTimeField(_("told"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=300, blank=True)
    actor = models.ForeignKey(
        "members.User",
        verbose_name=_("operator"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = _("notice to a recipient")
        verbose_name_plural = _("notices to recipients")
        constraints = [
            models.UniqueConstraint(fields=["request", "recipient"], name="recipient_told_once")
        ]

    def __str__(self) -> str:
        return f"{self.recipient} {self.state}"
