"""Points for what members do beside buying: once, per day, per object, capped."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.naming import Named


class BehaviorRule(Named):
    """What a behavior earns. `streak` gives extra points on the n-th day in a row:
    {"7": 20, "30": 100}; after the longest one the count begins anew."""

    class Kind(models.TextChoices):
        REGISTER = "REGISTER", _("Registers")
        CHECK_IN = "CHECK_IN", _("Checks in")
        SHARE = "SHARE", _("Shares")
        PROFILE_COMPLETE = "PROFILE_COMPLETE", _("Completes the profile")
        REVIEW = "REVIEW", _("Writes a review")
        SURVEY = "SURVEY", _("Answers a survey")
        OTHER = "OTHER", _("Something else")

    class Limit(models.TextChoices):
        ONCE = "ONCE", _("Once per member")
        PER_DAY = "PER_DAY", _("Once a day")
        PER_OBJECT = "PER_OBJECT", _("Once per object")
        EACH = "EACH", _("Each time")

    program = models.ForeignKey(
        "loyalty.Program",
        verbose_name=_("programme"),
        on_delete=models.PROTECT,
        related_name="behavior_rules",
    )
    code = models.SlugField(_("code"), max_length=40)
    kind = models.CharField(_("when a member"), max_length=16, choices=Kind)
    limit = models.CharField(_("counts"), max_length=10, choices=Limit, default=Limit.PER_DAY)
    points = models.PositiveIntegerField(_("points"))
    qualifying_points = models.PositiveIntegerField(_("qualifying points"), default=0)
    streak = models.JSONField(
        _("streak"),
        default=dict,
        blank=True,
        help_text=_("Extra points on the n-th day in a row, as 7: 20."),
    )
    cap_day_points = models.PositiveIntegerField(_("cap per day"), null=True, blank=True)
    cap_month_points = models.PositiveIntegerField(_("cap per month"), null=True, blank=True)
    cap_member_points = models.PositiveIntegerField(_("cap per member"), null=True, blank=True)
    is_active = models.BooleanField(_("in force"), default=True)
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("behavior that earns")
        verbose_name_plural = _("behaviors that earn")
        constraints = [
            models.UniqueConstraint(fields=["program", "code"], name="behavior_rule_code_once")
        ]


class BehaviorAward(models.Model):
    """That a behavior of a member counted, and what it gave. `key` is what counts once."""

    append_only = True

    member_id = models.BigIntegerField()
    rule = models.ForeignKey(
        "loyalty.BehaviorRule", on_delete=models.PROTECT, related_name="awards"
    )
    key = models.CharField(max_length=120)
    business_date = models.DateField(_("business day"))
    points = models.BigIntegerField(_("points"))
    qualifying_points = models.BigIntegerField(_("qualifying points"), default=0)
    streak_days = models.PositiveIntegerField(_("days in a row"), default=0)
    trimmed_by = models.CharField(_("trimmed by"), max_length=20, blank=True)
    occurred_at = models.DateTimeField(_("happened"))
    recorded_at = models.DateTimeField(_("recorded"))
    answer = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("behavior that counted")
        verbose_name_plural = _("behaviors that counted")
        constraints = [
            models.UniqueConstraint(fields=["rule", "member_id", "key"], name="behavior_once")
        ]
        indexes = [models.Index(fields=["member_id", "-id"], name="behavior_member")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.points:+d}"
