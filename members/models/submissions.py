"""Forms of the console that were sent: a double click is one deed."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Submission(models.Model):
    """The hidden id of a form that had its effect. Written in the effect's transaction.

    The unique id makes the second of two parallel submits wait for the first, and then fail.
    """

    uid = models.UUIDField(unique=True, editable=False)
    action = models.CharField(_("action"), max_length=60)
    actor = models.ForeignKey(
        "members.User",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    member = models.ForeignKey(
        "members.Member",
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    created_at = models.DateTimeField(_("sent"))

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")

    def __str__(self) -> str:
        return f"{self.action} {self.uid}"
