"""Names of tiers in the reader's language."""

from analytics.admin.dashboards.dashboards import Asked
from analytics.selectors.filter_choices import TIER
from loyalty.models import Tier


def name(asked: Asked, tier: Tier) -> str:
    found = asked.choice(TIER, tier.pk)
    return found.name(asked.language) if found else tier.code
