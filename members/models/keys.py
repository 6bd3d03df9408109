"""Keys, each wrapped by the one above it: root → key-encryption keys → one key per member.

The root key is never in the database (`members.sealing.root`). Written by
`members.services.keys` and, when a member is registered, by `members.sealing.keys`.
"""

from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class KeyEncryptionKey(models.Model):
    """One version of the key that wraps members' keys; wrapped by the root key.

    A retired version still opens what it wrapped; `keys forget` removes it once nothing is left.
    """

    class State(models.TextChoices):
        ACTIVE = "ACTIVE", _("Active")
        RETIRED = "RETIRED", _("Retired")

    version = models.PositiveSmallIntegerField(primary_key=True)
    wrapped = models.BinaryField()
    state = models.CharField(max_length=7, choices=State, default=State.ACTIVE)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("key-encryption key")
        verbose_name_plural = _("key-encryption keys")
        constraints = [
            # Two rotations at once: one of them fails here.
            models.UniqueConstraint(
                fields=["state"],
                condition=models.Q(state="ACTIVE"),
                name="members_kek_one_active",
            ),
        ]

    def __str__(self) -> str:
        return f"KEK {self.version}"


class IndexKey(models.Model):
    """The HMAC key of one kind of blind index; wrapped by the root key.

    Never rotated in place: every index made with it would have to be made again.
    """

    purpose = models.CharField(max_length=40, primary_key=True)
    wrapped = models.BinaryField()

    class Meta:
        verbose_name = _("index key")
        verbose_name_plural = _("index keys")

    def __str__(self) -> str:
        return self.purpose


class KeyCanary(models.Model):
    """A known text sealed by one version, opened at start: a wrong root key is seen at once."""

    kek_version = models.PositiveSmallIntegerField(primary_key=True)
    sealed = models.BinaryField()

    class Meta:
        verbose_name = _("key canary")
        verbose_name_plural = _("key canaries")

    def __str__(self) -> str:
        return f"canary {self.kek_version}"


class MemberKey(models.Model):
    """The key that seals one member's personal data; NULL after erasure has destroyed it."""

    member = models.OneToOneField(
        "members.Member", models.PROTECT, primary_key=True, related_name="key"
    )
    kek_version = models.PositiveSmallIntegerField()
    wrapped = models.BinaryField(null=True)
    shredded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("member key")
        verbose_name_plural = _("member keys")
        constraints = [
            models.CheckConstraint(
                condition=(
                    models.Q(wrapped__isnull=False, shredded_at__isnull=True)
                    | models.Q(wrapped__isnull=True, shredded_at__isnull=False)
                ),
                name="members_memberkey_wrapped_or_shredded",
            ),
        ]
        indexes = [
            # Rewrapping asks which keys still hang on an old version.
            models.Index(
                fields=["kek_version", "member"],
                condition=models.Q(shredded_at__isnull=True),
                name="members_memberkey_by_version",
            ),
        ]

    def __str__(self) -> str:
        return f"key of member {self.member_id}"

    def __getstate__(self) -> dict[str, Any]:
        """Without the opened key: a pickled row must not carry it out of the process."""
        return {name: value for name, value in super().__getstate__().items() if name != "_cipher"}
