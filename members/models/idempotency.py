"""Answers kept so that a repeated write gets the first answer again."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.sealing.fields import SealedJSONField


class IdempotencyKey(models.Model):
    """A client's key, written in the same transaction as the effect. Kept 7 days.

    `fingerprint` is SHA-256 over method, path and body. Orders and refunds keep their answer on
    their own row (`answer` stays empty): their business key never lapses.
    """

    sealed_with = "member"

    client = models.ForeignKey(
        "members.ApiClient", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    key = models.CharField(max_length=255)
    fingerprint = models.BinaryField(max_length=32)
    status_code = models.PositiveSmallIntegerField()
    member = models.ForeignKey(
        "members.Member",
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    answer = SealedJSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="idempotency_key_used_once")
        ]

    def __str__(self) -> str:
        return self.key
