"""Points that a member gave to another; their expiry goes with them."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7


class Transfer(models.Model):
    """One transfer. The ledger's entries of both sides name it."""

    append_only = True

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    source = models.CharField(_("source"), max_length=40)
    external_id = models.CharField(_("number"), max_length=80)
    fingerprint = models.BinaryField(max_length=32)
    from_member = models.ForeignKey(
        "members.Member",
        verbose_name=_("from"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    to_member = models.ForeignKey(
        "members.Member",
        verbose_name=_("to"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    points = models.BigIntegerField(_("points"))
    business_date = models.DateField(_("business day"))
    actor_id = models.BigIntegerField(null=True)
    recorded_at = models.DateTimeField(_("recorded"))
    answer = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="transfer_made_once"),
            models.CheckConstraint(
                name="transfer_between_two",
                condition=models.Q(points__gt=0) & ~models.Q(from_member=models.F("to_member")),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.points}"
