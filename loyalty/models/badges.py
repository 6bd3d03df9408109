"""Badges (徽章): what a member earned and shows."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.naming import Named, in_language


class Badge(Named):
    """A mark of an achievement or of identity; it has no worth in points."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    description_zh = models.CharField(_("description in Chinese"), max_length=300, blank=True)
    description_en = models.CharField(_("description in English"), max_length=300, blank=True)
    color = models.CharField(_("color"), max_length=7, default="#b45309")
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("badge")
        verbose_name_plural = _("badges")

    @property
    def description(self) -> str:
        """In the reader's language."""
        return in_language(self.description_zh, self.description_en)


class MemberBadge(models.Model):
    """That a member has a badge, or had it. Written by `loyalty.services.badges`."""

    badge = models.ForeignKey("loyalty.Badge", on_delete=models.PROTECT, related_name="given")
    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("member"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="badges",
    )
    key = models.CharField(max_length=120, unique=True)
    earned_at = models.DateTimeField(_("earned"))
    lost_at = models.DateTimeField(_("lost"), null=True)

    class Meta:
        verbose_name = _("badge of a member")
        verbose_name_plural = _("badges of members")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "badge"],
                name="badge_worn_once",
                condition=models.Q(lost_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.badge_id}/{self.member_id}"


class MemberBadgeKey(models.Model):
    """A promise that a badge was given for. It is worn while one of its promises stands."""

    worn = models.ForeignKey("loyalty.MemberBadge", on_delete=models.CASCADE, related_name="keys")
    key = models.CharField(max_length=120, unique=True)
    given_at = models.DateTimeField(_("given"))
    ended_at = models.DateTimeField(_("taken back"), null=True)

    class Meta:
        verbose_name = _("reason for a badge")
        verbose_name_plural = _("reasons for badges")

    def __str__(self) -> str:
        return self.key
