"""Names that operators give, in both of the product's languages."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Named(models.Model):
    """A row with a Chinese and an English name; either may be left out, not both."""

    name_zh = models.CharField(_("name in Chinese"), max_length=120, blank=True)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)

    class Meta:
        abstract = True

    @property
    def name(self) -> str:
        """The name in the reader's language, or the other one where it has none."""
        return in_language(self.name_zh, self.name_en)

    def __str__(self) -> str:
        return self.name


def in_language(chinese: str, english: str) -> str:
    """The one in the reader's language, or the other one where that is empty."""
    if (get_language() or "zh").startswith("zh"):
        return chinese or english
    return english or chinese
