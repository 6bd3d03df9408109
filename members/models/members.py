"""The member: who they are, sealed; where they came from, in clear."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.ids import uuid7
from members.sealing.fields import SealedDateField, SealedTextField


class MemberQuerySet(models.QuerySet["Member"]):
    def active(self) -> "MemberQuerySet":
        return self.filter(state=Member.State.ACTIVE)

    def only(self, *fields: str) -> "MemberQuerySet":
        # Django refuses to join what is left out, and loads deferred columns this way too.
        chosen: MemberQuerySet = super().only(*fields)
        joins = chosen.query.select_related
        if isinstance(joins, dict) and not any(name.startswith("key__") for name in fields):
            chosen.query.select_related = {
                name: inner for name, inner in joins.items() if name != "key"
            } or False
        return chosen


class MemberManager(models.Manager.from_queryset(MemberQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> MemberQuerySet:
        # Opening a sealed field needs the member's key: without the join, a list of a thousand
        # members costs a thousand queries.
        queryset: MemberQuerySet = super().get_queryset().select_related("key")
        return queryset


class Member(models.Model):
    """One person. Written by `members.services.members`; never deleted, only shredded.

    `version` rises with every change and is the ETag of the API.
    """

    class State(models.TextChoices):
        ACTIVE = "ACTIVE", _("Active")
        RESTRICTED = "RESTRICTED", _("Restricted")
        MERGED = "MERGED", _("Merged")
        ERASED = "ERASED", _("Erased")

    class Gender(models.TextChoices):
        FEMALE = "FEMALE", _("Female")
        MALE = "MALE", _("Male")
        OTHER = "OTHER", _("Other")
        UNKNOWN = "UNKNOWN", _("Not said")

    sealed_with = "self"

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    card_number = models.CharField(_("card number"), max_length=24, unique=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.ACTIVE)
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="retired",
    )

    name = SealedTextField(_("name"), max_length=120, blank=True)
    name_index = models.BinaryField(max_length=32, null=True, editable=False)
    name_first_index = models.BinaryField(max_length=32, null=True, editable=False)
    birthday = SealedDateField(_("birthday"), null=True, blank=True)
    birthday_md = models.SmallIntegerField(null=True, editable=False)
    # Until then the birthday brings nothing: it was entered too late, or changed.
    birthday_counts_from_on = models.DateField(null=True, editable=False)
    birth_band = models.SmallIntegerField(null=True, editable=False)
    gender = models.CharField(
        _("gender"), max_length=8, choices=Gender, default=Gender.UNKNOWN, blank=True
    )
    language = models.CharField(_("language"), max_length=8, default="zh-hans", blank=True)

    joined_at = models.DateTimeField(_("joined"))
    channel = models.ForeignKey(
        "members.Channel", verbose_name=_("channel"), on_delete=models.PROTECT, null=True
    )
    placement = models.CharField(_("placement"), max_length=80, blank=True)
    store = models.ForeignKey(
        "members.Store", verbose_name=_("store"), on_delete=models.PROTECT, null=True, blank=True
    )
    guide = models.CharField(_("guide"), max_length=40, blank=True)
    campaign_code = models.CharField(_("campaign"), max_length=60, blank=True)
    referrer = models.ForeignKey(
        "self",
        verbose_name=_("referrer"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="referred",
    )
    registered_by = models.ForeignKey(
        "members.User",
        verbose_name=_("registered by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    metadata = models.JSONField(_("metadata"), default=dict, blank=True)
    # False once the member objected: no class, score or forecast is made of them.
    is_profiled = models.BooleanField(_("may be profiled"), default=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = MemberManager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        # Also for `row.member`, which would ask for the key apart.
        base_manager_name = "objects"
        permissions = [("reveal_member", _("Can open contact details"))]
        indexes = [
            models.Index(fields=["name_index"], name="member_name"),
            models.Index(fields=["name_first_index"], name="member_name_first"),
            models.Index(fields=["joined_at"], name="member_joined"),
        ]
        constraints = [
            models.CheckConstraint(
                name="merged_member_names_its_survivor",
                condition=models.Q(state="MERGED", merged_into__isnull=False)
                | (~models.Q(state="MERGED") & models.Q(merged_into__isnull=True)),
            )
        ]

    def __str__(self) -> str:
        # Django's admin log keeps this text: it must never be a name or a phone.
        return self.card_number
