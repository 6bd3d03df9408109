"""How often and when members are written to at all, whatever the campaign."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class ContactPolicy(models.Model):
    """One row, or none: then the defaults hold. A campaign's own quiet hours come before these.
    Shares are hundredths of a percent, amounts minor units."""

    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    holdout_share = models.PositiveSmallIntegerField(
        _("held out from everything"),
        default=0,
        validators=[MaxValueValidator(2_000)],
        help_text=_(
            "In hundredths of a percent. These members get no marketing at all, so that what all "
            "campaigns bring together can be measured."
        ),
    )
    holdout_salt = models.CharField(
        _("drawn by"),
        max_length=40,
        default="holdout",
        help_text=_("Another word draws other members."),
    )
    priority_hours = models.PositiveSmallIntegerField(
        _("priority within hours"),
        default=0,
        validators=[MaxValueValidator(168)],
        help_text=_(
            "A message gives way where a campaign of higher priority wrote to the member, or is "
            "about to, within so many hours. 0: never."
        ),
    )
    # What one message costs by medium, in minor units: {"SMS": 5}.
    costs = models.JSONField(_("cost of a message"), default=dict, blank=True)
    attribution_days = models.PositiveSmallIntegerField(
        _("attributed within days"),
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
        help_text=_("An order within so many days behind a message is attributed to the last one."),
    )

    class Meta:
        verbose_name = _("contact policy")
        verbose_name_plural = _("contact policy")
        constraints = [
            models.CheckConstraint(name="one_contact_policy", condition=models.Q(pk=1)),
            models.CheckConstraint(
                name="contact_policy_holdout_within_bounds",
                condition=models.Q(holdout_share__lte=2_000),
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)


class FrequencyCap(models.Model):
    """So many marketing messages to one member in a calendar day, or in rolling hours."""

    class Window(models.TextChoices):
        DAY = "DAY", _("In a calendar day of the member")
        WEEK = "WEEK", _("In a calendar week of the member")
        MONTH = "MONTH", _("In a calendar month of the member")
        ROLLING = "ROLLING", _("In the hours before")

    medium = models.CharField(
        _("channel"), max_length=8, blank=True, help_text=_("Empty: all of them together.")
    )
    most_count = models.PositiveSmallIntegerField(
        _("at most"), validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    window = models.CharField(_("within"), max_length=7, choices=Window, default=Window.DAY)
    hours = models.PositiveSmallIntegerField(
        _("hours"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(720)],
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("frequency cap")
        verbose_name_plural = _("frequency caps")
        constraints = [
            models.CheckConstraint(
                name="frequency_cap_rolling_has_hours",
                condition=models.Q(window="ROLLING", hours__isnull=False)
                | (~models.Q(window="ROLLING") & models.Q(hours__isnull=True)),
            ),
            models.CheckConstraint(
                name="frequency_cap_at_least_one", condition=models.Q(most_count__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
