"""Points and tiers: what comes and goes, what is owed, and who rises and falls."""

from django.utils.translation import gettext_lazy as _

from analytics.admin.dashboards import loyalty_charts, tiles
from analytics.admin.dashboards.dashboards import Asked, Content, Dashboard


def read(asked: Asked) -> Content:
    filters = asked.filters
    return Content(
        tiles=(
            tiles.measured("points_issued", filters),
            tiles.measured("points_redeemed", filters),
            tiles.measured("points_expired", filters),
            tiles.measured("points_clawed_back", filters),
            tiles.measured("points_outstanding", filters),
            tiles.measured("points_liability", filters),
            tiles.measured("points_used_rate", filters),
            tiles.measured("points_redemption_rate", filters, is_compared=False),
            tiles.measured("upgrade_conversion", filters),
            tiles.measured("tier_renewal_rate", filters),
        ),
        charts=(
            loyalty_charts.points(filters),
            loyalty_charts.with_orders(filters),
            loyalty_charts.tiers(asked),
            loyalty_charts.conversions(asked),
            loyalty_charts.flow(asked),
            loyalty_charts.lapsing(filters),
        ),
    )


DASHBOARD = Dashboard(
    code="loyalty",
    title=_("Loyalty"),
    lead=_("Points that come and go, what they would cost, and who rises and falls."),
    icon="loyalty",
    read=read,
    how_to_read=_(
        "A point belongs to the day on which it moved, where the programme counts its days. Points "
        "are the whole chain's: only those that came and went with orders know a store."
    ),
)
