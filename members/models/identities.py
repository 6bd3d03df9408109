"""What a member is found by: card, phone, e-mail, WeChat, external ids."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.sealing.fields import SealedTextField


class Identity(models.Model):
    """One identity of one member; the digest is a blind index over the normalized value.

    The unique constraint is what makes twenty parallel registrations of one phone one member.
    `issuer` tells apart external ids of different systems and openids of different apps.
    """

    class Kind(models.TextChoices):
        CARD = "CARD", _("Card")
        PHONE = "PHONE", _("Phone")
        EMAIL = "EMAIL", _("E-mail")
        WECHAT_OPENID = "WECHAT_OPENID", _("WeChat openid")
        WECHAT_UNIONID = "WECHAT_UNIONID", _("WeChat unionid")
        ALIPAY_UID = "ALIPAY_UID", _("Alipay uid")
        EXTERNAL = "EXTERNAL", _("External id")

    sealed_with = "member"

    member = models.ForeignKey(
        "members.Member", on_delete=models.PROTECT, related_name="identities"
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    issuer = models.CharField(_("issuer"), max_length=40, blank=True)
    value = SealedTextField(_("value"), max_length=254)
    digest = models.BinaryField(max_length=32, editable=False)
    last_four_digest = models.BinaryField(max_length=32, null=True, editable=False)
    loose_digest = models.BinaryField(max_length=32, null=True, editable=False)
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    created_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        constraints = [
            models.UniqueConstraint(
                fields=["digest", "kind", "issuer"], name="identity_belongs_to_one_member"
            )
        ]
        indexes = [
            models.Index(
                fields=["last_four_digest"],
                name="identity_last_four",
                condition=models.Q(last_four_digest__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}"
