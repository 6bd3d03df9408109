"""Stock, budgets and limits of anything that is given away: counted so that no number of tills at
the same moment gives away more."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Pool(models.Model):
    """What is left of a stock (pieces) or a budget (minor units), in shards: no row that every
    till writes. Written by `loyalty_pools` only.

    `key` is `coupon:<type id>:count`, `coupon:<type id>:amount`, `offer:<code>:count`,
    `offer:<code>:amount`. A key without rows is a pool without an end.
    """

    SHARDS = 16

    key = models.CharField(max_length=80)
    shard = models.PositiveSmallIntegerField()
    left = models.BigIntegerField(_("left"))

    class Meta:
        verbose_name = _("pool")
        verbose_name_plural = _("pools")
        constraints = [
            models.UniqueConstraint(fields=["key", "shard"], name="pool_shard_once"),
            models.CheckConstraint(name="pool_never_overdrawn", condition=models.Q(left__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.left}"


class PoolUse(models.Model):
    """How often one holder used what is limited per person. `key` is `coupon:<type id>` (claims),
    `offer:<code>`, each also with `:<date>` for a limit per day; `holder` is `member:<id>`, or
    `guest:<blind index of the phone>`. Written by `loyalty_pools` only."""

    key = models.CharField(max_length=80)
    holder = models.CharField(max_length=80)
    used = models.BigIntegerField(_("used"), default=0)

    class Meta:
        verbose_name = _("use by one person")
        verbose_name_plural = _("uses by one person")
        constraints = [
            models.UniqueConstraint(fields=["holder", "key"], name="pool_use_once"),
            models.CheckConstraint(name="pool_use_not_below_zero", condition=models.Q(used__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.used}"
