"""How discounts of any kind go together: the class that an offer or a coupon type is in."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stacking(models.TextChoices):
    EXCLUSIVE = "EXCLUSIVE", _("Alone")
    STACKABLE = "STACKABLE", _("With others")
    BEST_OF = "BEST_OF", _("The best of its group")
