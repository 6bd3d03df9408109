"""Figures of campaigns for scorecards and exports: beside those of analytics, in one registry."""

from django.utils.translation import gettext_lazy as _

from analytics.registry.measures import Measure, Value
from analytics.rules import ratios
from analytics.selectors import asking, narrowing, spans
from analytics.selectors.figures import Unit
from analytics.selectors.filters import Filters

# Each campaign and member once: the sum of what the pages of these campaigns show. A campaign gives
# coupons where any of its versions does.
_REDEEMED = """
WITH gifts AS (
    SELECT DISTINCT v.campaign_id, p.step, p.coupon_type_id, v.content ? 'imported' AS is_imported
      FROM campaigns_campaignprize p JOIN campaigns_campaignversion v ON v.id = p.version_id
     WHERE p.what = 'COUPON'
)
SELECT count(*), count(*) FILTER (WHERE has_redeemed) FROM (
    SELECT e.campaign_id, e.member_id, bool_or(EXISTS (
        SELECT FROM gifts
          JOIN loyalty_prizegrant g ON g.key = 'campaign:' || e.id || ':' || gifts.step
         CROSS JOIN LATERAL jsonb_array_elements_text(g.made -> 'coupons') AS made(coupon_id)
          JOIN loyalty_coupon c ON c.id = made.coupon_id::bigint
         WHERE gifts.campaign_id = e.campaign_id AND NOT gifts.is_imported
           AND c.state = 'REDEEMED' AND c.redeemed_at < %(until_at)s
    ) OR EXISTS (
        SELECT FROM gifts JOIN loyalty_coupon c ON c.type_id = gifts.coupon_type_id
         WHERE gifts.campaign_id = e.campaign_id AND gifts.is_imported
           AND c.member_id = e.member_id AND c.state = 'REDEEMED'
           AND c.redeemed_at >= e.entered_at AND c.redeemed_at < %(until_at)s
    )) AS has_redeemed
      FROM campaigns_enrollment e
      JOIN members_member m ON m.id = e.member_id
     WHERE e.entered_at >= %(from_at)s AND e.entered_at < %(until_at)s AND e.arm <> 'control'
       AND e.campaign_id IN (SELECT campaign_id FROM gifts)
       AND {narrowed}
     GROUP BY e.campaign_id, e.member_id
) targeted
"""


def _rate(filters: Filters) -> Value:
    narrowed = narrowing.of_joiners(filters, rows="m")
    params = {**narrowed.params, **spans.of(filters)}
    targeted, redeemed = asking.row(_REDEEMED.format(narrowed=narrowed.sql), params)
    value = ratios.percent(redeemed, targeted) if targeted else None
    return Value(value=value, numerator=redeemed, denominator=targeted)


MEASURES = (
    Measure(
        code="campaign_redemption_rate",
        label=_("Campaign redemption rate"),
        definition=_(
            "Of the members who came into a campaign that gives coupons, the share that redeemed "
            "one by the period's end; each campaign and member once, those held out apart. Stores "
            "and channels are the members' own."
        ),
        unit=Unit.PERCENT,
        read=_rate,
        numerator=_("Redeemed"),
        denominator=_("Targeted"),
        narrowed_by=frozenset({"store", "channel", "tier", "segment"}),
    ),
)
