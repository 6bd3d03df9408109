"""Whether the year's campaigns arrived: asked of our own tables, beside what the files hold.

Nothing of it reads how the audience was written, nor what the page of an effect computes; the last
check holds the page's own figures against it.
"""

from django.utils import timezone

from campaigns.models import Campaign
from campaigns.selectors import effects
from campaigns.selectors.effect_scopes import Asked
from config.demo.verification import Check, row

# Counted on the files themselves, by campaign.
AUDIENCES = {
    1: 13, 2: 48, 3: 12, 4: 81, 5: 166, 6: 65, 7: 198, 8: 1_076, 9: 176, 10: 123, 11: 214,
    12: 170, 13: 1_077, 14: 224, 15: 17, 16: 188, 17: 202, 18: 1_133, 19: 130, 20: 244, 21: 65,
    22: 276, 23: 183, 24: 12, 25: 17, 26: 118, 27: 361,
}  # fmt: skip
REDEEMERS = {
    1: 1, 2: 2, 3: 2, 4: 6, 5: 8, 6: 1, 7: 5, 8: 158, 9: 20, 10: 10, 11: 6, 12: 11, 13: 196,
    14: 18, 15: 2, 16: 19, 17: 18, 18: 214, 19: 15, 20: 11, 21: 2, 22: 15, 23: 3, 24: 0, 25: 1,
    26: 12, 27: 36,
}  # fmt: skip
# 792 of 6,589 households that were written to: 12.02 %.
RATE = 1_202

# A household is of the campaign whose number its coupon's code has.
_AUDIENCES = """
SELECT count(DISTINCT c.id), count(e.id), count(DISTINCT e.member_id)
  FROM campaigns_campaign c
  LEFT JOIN campaigns_enrollment e ON e.campaign_id = c.id
 WHERE c.code ~ '^cj-[0-9]{2}$' AND c.state = 'FINISHED' AND %s <> ''
"""
_OF_ONE = """
SELECT count(DISTINCT e.member_id), count(DISTINCT r.member_id)
  FROM campaigns_campaign c
  LEFT JOIN campaigns_enrollment e ON e.campaign_id = c.id
  LEFT JOIN loyalty_coupon r ON r.member_id = e.member_id AND r.state = 'REDEEMED'
       AND r.type_id IN (SELECT id FROM loyalty_coupontype t WHERE t.code LIKE c.code || '-%%')
 WHERE c.code = %s
"""


def checks(*, source: str, is_whole: bool) -> list[Check]:
    """Audience and redeeming households, in all and campaign by campaign; compared when the
    `whole` year was loaded. That the page of each effect says the same, always."""
    campaigns, pairs, households = row(_AUDIENCES, source)
    found = {number: row(_OF_ONE, f"cj-{number:02d}") for number in AUDIENCES}
    redeemers = sum(of_one[1] for of_one in found.values())
    others = sum(one != (AUDIENCES[number], REDEEMERS[number]) for number, one in found.items())
    rate = (redeemers * 20_000 + pairs) // (2 * pairs) if pairs else 0
    return [
        Check("campaigns, finished", campaigns, len(AUDIENCES) if is_whole else None),
        Check("households addressed", pairs, 6_589 if is_whole else None),
        Check("distinct households", households, 1_559 if is_whole else None),
        Check("redeeming households", redeemers, 792 if is_whole else None),
        Check("redemption rate, 0.01 %", rate, RATE if is_whole else None),
        Check("campaigns that differ", others, 0 if is_whole else None),
        Check("effect pages that differ", _differing(found), 0),
    ]


def _differing(found: dict[int, tuple[int, ...]]) -> int:
    """Campaigns of whose ladder the page shows other figures."""
    rows = Campaign.objects.filter(code__in=[f"cj-{number:02d}" for number in found])
    told = {}
    for campaign in rows:
        effect = effects.effect(campaign=campaign, asked=Asked(), at=timezone.now())
        told[int(campaign.code[3:])] = (effect.targeted_count, effect.redeemed_count)
    return sum(told[number] != found[number] for number in told)
