"""Earning rules: versions of them, since an order keeps the version it was judged by."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.naming import Named


class EarningRule(Named):
    """So many points per so much eligible money. Published rows are never changed: a change
    is a new version with a later `valid_from`."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        PUBLISHED = "PUBLISHED", _("Published")
        RETIRED = "RETIRED", _("Retired")

    program = models.ForeignKey(
        "loyalty.Program",
        verbose_name=_("programme"),
        on_delete=models.PROTECT,
        related_name="earning_rules",
    )
    code = models.SlugField(_("code"), max_length=40)
    version = models.PositiveIntegerField(_("version"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    per_amount = models.PositiveIntegerField(
        _("per amount"), default=100, help_text=_("In minor units: 100 = 1 yuan.")
    )
    points = models.PositiveIntegerField(_("points"), default=1)
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("earning rule")
        verbose_name_plural = _("earning rules")
        constraints = [
            models.UniqueConstraint(
                fields=["program", "code", "version"], name="earning_rule_version_once"
            ),
            models.CheckConstraint(
                name="earning_rule_counts_money", condition=models.Q(per_amount__gt=0)
            ),
        ]
