"""Tags: short words on members that rules, segments and benefits read."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.naming import Named


class Tag(Named):
    """A word that may be put on members, by hand, by a rule or by a model."""

    class Origin(models.TextChoices):
        HAND = "HAND", _("By hand")
        RULE = "RULE", _("By rule")
        MODEL = "MODEL", _("By model")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    origin = models.CharField(_("given"), max_length=8, choices=Origin, default=Origin.HAND)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")


class MemberTag(models.Model):
    """That a member bears a tag, since when and by whom.

    `origin` says who gave it to this member: a rule takes away only what it gave.
    """

    member = models.ForeignKey(
        "members.Member", on_delete=models.PROTECT, related_name="member_tags"
    )
    tag = models.ForeignKey("members.Tag", on_delete=models.PROTECT, related_name="member_tags")
    actor = models.ForeignKey(
        "members.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    origin = models.CharField(_("given"), max_length=8, choices=Tag.Origin, default=Tag.Origin.HAND)
    created_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("tag of a member")
        verbose_name_plural = _("tags of members")
        constraints = [
            models.UniqueConstraint(fields=["member", "tag"], name="member_bears_a_tag_once")
        ]

    def __str__(self) -> str:
        return f"{self.tag}"
