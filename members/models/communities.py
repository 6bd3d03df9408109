"""Communities (社群): groups of members, who invited whom, and what inviting brings."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.naming import Named


class Community(Named):
    """A group in a messenger or at a store. `invitation_goal` invitations of people who joined
    tell the event that rewards listen for; 0 sets no goal."""

    class Platform(models.TextChoices):
        WECHAT = "WECHAT", _("WeChat group")
        WECOM = "WECOM", _("WeCom group")
        STORE = "STORE", _("Club of a store")
        OTHER = "OTHER", _("Other")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    platform = models.CharField(_("where"), max_length=8, choices=Platform)
    store = models.ForeignKey(
        "members.Store", verbose_name=_("store"), on_delete=models.PROTECT, null=True, blank=True
    )
    guide = models.CharField(_("looked after by"), max_length=40, blank=True)
    capacity = models.PositiveIntegerField(_("places"), null=True, blank=True)
    invitation_goal = models.PositiveSmallIntegerField(_("invitations for a reward"), default=0)
    reward_coupon_type = models.CharField(_("coupon type for it"), max_length=40, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("community")
        verbose_name_plural = _("communities")


class CommunityMembership(models.Model):
    """That a member is in a community, or was. Written by `members.services.communities`."""

    community = models.ForeignKey(
        "members.Community", on_delete=models.PROTECT, related_name="memberships"
    )
    member = models.ForeignKey(
        "members.Member", on_delete=models.PROTECT, related_name="communities"
    )
    invited_by = models.ForeignKey(
        "members.Member",
        verbose_name=_("invited by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="invitations",
    )
    joined_at = models.DateTimeField(_("joined"))
    left_at = models.DateTimeField(_("left"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded"))
    source = models.CharField(_("source"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("membership of a community")
        verbose_name_plural = _("memberships of communities")
        constraints = [
            models.UniqueConstraint(fields=["community", "member"], name="community_member_once"),
            models.CheckConstraint(
                name="community_nobody_invites_themselves",
                condition=models.Q(invited_by__isnull=True)
                | ~models.Q(invited_by=models.F("member")),
            ),
        ]
        indexes = [models.Index(fields=["invited_by"], name="community_invited_by")]

    def __str__(self) -> str:
        return f"{self.community_id}/{self.member_id}"
