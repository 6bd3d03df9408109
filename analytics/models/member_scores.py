"""What classes a member is in, as the last night found; every change of them; the days' counts."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _


class ClassKind(models.TextChoices):
    """The ways of sorting members. Codes of the classes: `analytics.rules`."""

    RFM_4 = "RFM_4", _("RFM, 4 classes")
    RFM_8 = "RFM_8", _("RFM, 8 classes")
    RFM_10 = "RFM_10", _("RFM, 10 segments")
    STAGE = "STAGE", _("Life-cycle stage")
    VALUE = "VALUE", _("Value class")
    CUSTOMER = "CUSTOMER", _("Customer class")
    HEALTH = "HEALTH", _("Health")


class MemberScore(models.Model):
    """One member's figures and classes as of `as_of_on`, inclusive. Computed each night.

    Who has no paid order in the window of RFM has no scores and no RFM classes; members who
    objected to being profiled have no row. Amounts are minor units, health 0–100.
    """

    member = models.OneToOneField(
        "members.Member",
        on_delete=models.DO_NOTHING,
        primary_key=True,
        db_constraint=False,
        related_name="+",
    )
    as_of_on = models.DateField(_("as of"))
    recency_days = models.IntegerField(_("days since the last order"), null=True)
    window_orders_count = models.IntegerField(_("paid orders in the window"), default=0)
    window_net_amount = models.BigIntegerField(_("net sales in the window"), default=0)
    gap_days = models.DecimalField(_("median gap, days"), max_digits=7, decimal_places=1, null=True)
    year_orders_count = models.IntegerField(_("paid orders in 365 days"), default=0)
    year_net_amount = models.BigIntegerField(_("net sales in 365 days"), default=0)
    r_score = models.SmallIntegerField(_("R"), null=True)
    f_score = models.SmallIntegerField(_("F"), null=True)
    m_score = models.SmallIntegerField(_("M"), null=True)
    engagement_score = models.SmallIntegerField(_("engagement"), null=True)
    service_score = models.SmallIntegerField(_("service"), null=True)
    rfm_4 = models.CharField(_("RFM, 4 classes"), max_length=20, blank=True)
    rfm_8 = models.CharField(_("RFM, 8 classes"), max_length=20, blank=True)
    rfm_10 = models.CharField(_("RFM, 10 segments"), max_length=20, blank=True)
    stage = models.CharField(_("life-cycle stage"), max_length=20, blank=True)
    value_class = models.CharField(_("value class"), max_length=20, blank=True)
    customer_class = models.CharField(_("customer class"), max_length=20, blank=True)
    health = models.DecimalField(_("health"), max_digits=5, decimal_places=2, null=True)
    health_before = models.DecimalField(
        _("health the night before"), max_digits=5, decimal_places=2, null=True
    )

    class Meta:
        verbose_name = _("scores of a member")
        verbose_name_plural = _("scores of members")

    def __str__(self) -> str:
        return f"{self.member_id} {self.as_of_on}"


class ClassChange(models.Model):
    """A member went from one class to another between two nights. Append-only; "" is none."""

    append_only = True
    # Told anew within a night, and gone with an objection, an erasure or its time.
    is_removable = True

    member = models.ForeignKey(
        "members.Member",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    kind = models.CharField(_("kind"), max_length=8, choices=ClassKind)
    day = models.DateField(_("as of"))
    before = models.CharField(_("before"), max_length=20, blank=True)
    after = models.CharField(_("after"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("change of class")
        verbose_name_plural = _("changes of class")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "kind", "day"], name="class_changed_once_a_day"
            ),
            models.CheckConstraint(
                name="class_change_changes", condition=~models.Q(before=models.F("after"))
            ),
        ]
        indexes = [models.Index(fields=["kind", "day"], name="class_changes_of_day")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.kind} {self.before} → {self.after}"


class ClassDay(models.Model):
    """How many members were in a class as of a day."""

    day = models.DateField(_("as of"))
    kind = models.CharField(_("kind"), max_length=8, choices=ClassKind)
    code = models.CharField(_("class"), max_length=20, blank=True)
    members_count = models.IntegerField(_("members"))

    class Meta:
        verbose_name = _("members of a class")
        verbose_name_plural = _("members of classes")
        constraints = [
            models.UniqueConstraint(fields=["kind", "day", "code"], name="class_counted_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code} {self.day}"


class ClassTag(models.Model):
    """A class that is published as a tag: rules at the till read tags, never classes."""

    kind = models.CharField(_("kind"), max_length=8, choices=ClassKind)
    code = models.CharField(_("class"), max_length=20)
    tag = models.OneToOneField(
        "members.Tag", verbose_name=_("tag"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("class as a tag")
        verbose_name_plural = _("classes as tags")
        constraints = [
            models.UniqueConstraint(fields=["kind", "code"], name="class_published_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"
