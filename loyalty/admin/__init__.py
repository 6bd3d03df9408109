"""The console's pages of this app; each module registers its own."""

from loyalty.admin import (  # noqa: F401
    earning_rules,
    entries,
    lots,
    orders,
    products,
    programs,
    refunds,
    tiers,
)
