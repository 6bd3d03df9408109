"""One row per member: balances, tier, window sums. Derived; rebuilt by `verify_ledger`."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Account(models.Model):
    """What a member holds. The row that every posting locks first.

    Balances are as of the last posting. `next_change_at` is the first instant at which a lot
    activates or lapses: before it the balances are exact as they stand, from it on a reader
    settles the open lots itself (`loyalty.rules.lots.settle`).

    The window sums (`window_*`) hold net spend and paid orders since `window_from_on` for the
    tiers; they move with each posting and drop the days that leave the window.

    `version` rises with each posting; that of a member who was merged into another is below zero,
    and nothing is posted there again.
    """

    member = models.OneToOneField(
        "members.Member",
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="account",
    )
    pending_points = models.BigIntegerField(_("pending"), default=0)
    active_points = models.BigIntegerField(_("active"), default=0)
    held_points = models.BigIntegerField(_("held"), default=0)
    debt_points = models.BigIntegerField(_("debt"), default=0)
    earned_points = models.BigIntegerField(_("earned, lifetime"), default=0)
    redeemed_points = models.BigIntegerField(_("redeemed, lifetime"), default=0)
    expired_points = models.BigIntegerField(_("expired, lifetime"), default=0)
    next_change_at = models.DateTimeField(null=True)

    tier = models.ForeignKey(
        "loyalty.Tier",
        on_delete=models.PROTECT,
        verbose_name=_("tier"),
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    tier_since_at = models.DateTimeField(_("tier since"))
    tier_until_at = models.DateTimeField(_("tier until"), null=True)
    # By hand or bought: the tier is never below this one before that instant.
    tier_floor = models.ForeignKey(
        "loyalty.Tier",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    tier_floor_until_at = models.DateTimeField(null=True)
    # The tier that the figures earned, while one by hand or drawn stands above it. Null: `tier`.
    tier_earned = models.ForeignKey(
        "loyalty.Tier",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    tier_earned_until_at = models.DateTimeField(null=True)
    # Set while a term is over and its figures were not reached again.
    tier_grace_until_at = models.DateTimeField(_("grace until"), null=True)
    joined_on = models.DateField(null=True)
    window_from_on = models.DateField(null=True)
    window_spend_amount = models.BigIntegerField(default=0)
    window_orders_count = models.BigIntegerField(default=0)
    window_qualifying_points = models.BigIntegerField(default=0)

    orders_count = models.BigIntegerField(_("orders, lifetime"), default=0)
    last_order_at = models.DateTimeField(_("last order"), null=True)
    version = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        permissions = [("adjust_account", _("Can adjust points"))]
        # No index but the key, so that updates stay on their page (HOT); see the migration
        # for the fill factor.
        constraints = [
            models.CheckConstraint(
                name="balances_not_below_zero",
                condition=models.Q(
                    pending_points__gte=0,
                    active_points__gte=0,
                    held_points__gte=0,
                    debt_points__gte=0,
                ),
            ),
            models.CheckConstraint(
                name="held_within_active",
                condition=models.Q(held_points__lte=models.F("active_points")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id}"
