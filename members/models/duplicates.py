"""Two cards that may be one person: found by the machine, decided by people."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class DuplicateCandidate(models.Model):
    """A pair of members that look like one person. `reasons` are codes with their weights;
    `score` is 1 to 100. Written by `members.services.duplicates`."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("To be looked at")
        DISMISSED = "DISMISSED", _("Two people")
        MERGED = "MERGED", _("Merged")
        GONE = "GONE", _("No longer alike")

    first = models.ForeignKey(
        "members.Member",
        verbose_name=_("older card"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    second = models.ForeignKey(
        "members.Member",
        verbose_name=_("younger card"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    score = models.PositiveSmallIntegerField(_("score"))
    reasons = models.JSONField(_("reasons"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    found_at = models.DateTimeField(_("found"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        "members.User",
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(
                name="duplicate_pair_in_order", condition=models.Q(first__lt=models.F("second"))
            ),
            models.CheckConstraint(
                name="duplicate_score_of_hundred",
                condition=models.Q(score__gte=1, score__lte=100),
            ),
        ]
        indexes = [
            models.Index(
                fields=["-score", "id"],
                name="duplicate_queue",
                condition=models.Q(state="OPEN"),
            ),
            models.Index(fields=["second"], name="duplicate_second"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id}/{self.second_id} {self.score}"


def _device_keys() -> list[str]:
    return ["device_id"]


class DuplicatePolicy(models.Model):
    """How the finder looks for pairs. One row, or none: then the defaults hold. Written and read
    by `members.services.duplicates`."""

    threshold = models.PositiveSmallIntegerField(
        _("score from which somebody looks"),
        default=45,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("The same name in the same store makes 45. Higher: fewer pairs, surer ones."),
    )
    group_limit = models.PositiveSmallIntegerField(
        _("members who may share a mark"),
        default=20,
        validators=[MinValueValidator(2), MaxValueValidator(100)],
        help_text=_("What more members share, as a very common name, makes no pairs."),
    )
    new_limit = models.PositiveIntegerField(
        _("new pairs in one run"),
        default=5_000,
        validators=[MinValueValidator(1), MaxValueValidator(100_000)],
        help_text=_("The best ones; the rest comes with the next runs."),
    )
    device_keys = models.JSONField(
        _("marks in the metadata"),
        default=_device_keys,
        blank=True,
        help_text=_("Keys of a member's metadata that name a device or a person elsewhere."),
    )

    class Meta:
        verbose_name = _("how duplicates are found")
        verbose_name_plural = _("how duplicates are found")
        constraints = [
            models.CheckConstraint(name="one_duplicate_policy", condition=models.Q(pk=1)),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
