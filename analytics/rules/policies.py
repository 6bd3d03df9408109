"""All cuts and weights of analytics as one frozen value; names and defaults are the policy row's.

A test compares the two. Amounts are minor units, days whole days.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from analytics.rules import customer_classes, health, life_cycle, recency_bands, rfm, value_classes


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What holds: the row in the console, or the defaults. The parts that rules take are made by
    the properties."""

    rfm_window_days: int = 365
    rfm_method: str = "RANK"
    rfm_cuts: rfm.Cuts = field(default_factory=rfm.Cuts)

    active_days: int = 30
    warm_days: int = 60
    dormant_days: int = 90

    mature_orders_count: int = 5
    decline_days: int = 90
    lost_days: int = 180
    gap_factor: int = 3
    gap_floor_days: int = 7
    gap_from_days_count: int = 3

    value_high_amount: int = 1_000_000
    value_high_repeats: int = 5
    value_basic_amount: int = 300_000
    value_basic_repeats: int = 1

    loyal_orders_count: int = 5
    loyal_days: int = 60
    lost_orders_count: int = 3
    lost_customer_days: int = 180

    health_r_percent: int = 30
    health_f_percent: int = 25
    health_m_percent: int = 20
    health_engagement_percent: int = 15
    health_service_percent: int = 10
    health_warning: int = 30
    engagement_days: int = 90
    engagement_cuts: tuple[int, ...] = (1, 3, 6, 12)
    service_days: int = 365

    bounce_days: int = 90
    margin_percent: Decimal = Decimal(20)

    @property
    def life_cycle(self) -> life_cycle.Cuts:
        return life_cycle.Cuts(
            lost_days=self.lost_days,
            decline_days=self.decline_days,
            mature_orders_count=self.mature_orders_count,
            gap_factor=self.gap_factor,
            gap_floor_days=self.gap_floor_days,
            gap_from_days_count=self.gap_from_days_count,
        )

    @property
    def value(self) -> value_classes.Cuts:
        return value_classes.Cuts(
            high_amount=self.value_high_amount,
            high_repeats=self.value_high_repeats,
            basic_amount=self.value_basic_amount,
            basic_repeats=self.value_basic_repeats,
        )

    @property
    def customer(self) -> customer_classes.Cuts:
        return customer_classes.Cuts(
            loyal_orders_count=self.loyal_orders_count,
            loyal_days=self.loyal_days,
            lost_orders_count=self.lost_orders_count,
            lost_days=self.lost_customer_days,
        )

    @property
    def recency(self) -> recency_bands.Cuts:
        return recency_bands.Cuts(
            active_days=self.active_days, warm_days=self.warm_days, dormant_days=self.dormant_days
        )

    @property
    def health(self) -> health.Weights:
        return health.Weights(
            r=self.health_r_percent,
            f=self.health_f_percent,
            m=self.health_m_percent,
            engagement=self.health_engagement_percent,
            service=self.health_service_percent,
            warning=self.health_warning,
        )
