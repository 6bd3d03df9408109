"""All measures, each from its module, in the order in which a list shows them."""

from analytics.registry.measures import Measure
from analytics.selectors.measures import (
    activity,
    baskets,
    buying,
    invitations,
    months,
    openness,
    people,
    points,
    repurchase,
    sources,
    tiers,
    visits,
    voices,
    worth,
)

MEASURES: tuple[Measure, ...] = (
    *people.MEASURES,
    *activity.MEASURES,
    *buying.MEASURES,
    *baskets.MEASURES,
    *repurchase.MEASURES,
    *months.MEASURES,
    *sources.MEASURES,
    *invitations.MEASURES,
    *points.MEASURES,
    *tiers.MEASURES,
    *worth.MEASURES,
    *voices.MEASURES,
    *visits.MEASURES,
    *openness.MEASURES,
)
