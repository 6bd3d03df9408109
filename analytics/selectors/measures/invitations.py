"""The two parts of the K-factor: how much members invite, and how many of those come."""

from django.utils.translation import gettext_lazy as _

from analytics.registry.measures import Measure, Value
from analytics.selectors import asking, narrowing, spans
from analytics.selectors.figures import Unit
from analytics.selectors.filters import Filters
from analytics.selectors.measures import people, values

_ALL = frozenset({"store", "channel", "tier", "segment"})
# Of members who are there; a place narrows where who invited joined.
_INVITED = f"""
SELECT count(*)
FROM loyalty_referralinvitation i
JOIN members_member c ON c.id = i.member_id
JOIN members_member m ON m.id = coalesce(c.merged_into_id, c.id)
WHERE i.invited_at >= %(from_at)s AND i.invited_at < %(until_at)s
    AND m.state IN {people.COUNTED} AND {{there}}
"""  # noqa: S608


def invited(filters: Filters) -> int:
    """Invitations that were sent in the period. One query."""
    there = narrowing.of_joiners(filters, rows="m")
    params = there.params | spans.of(filters)
    return int(asking.rows(_INVITED.format(there=there.sql), params)[0][0])


def _per_member(filters: Filters) -> Value:
    """Invitations for each member who was there when the period began."""
    found = people.joined(filters)
    return values.factor(invited(filters), found.members - found.new)


def _conversion(filters: Filters) -> Value:
    """Who joined through a member, of those who were invited."""
    return values.share(people.joined(filters).referred, invited(filters))


MEASURES = (
    Measure(
        code="invitations_per_member",
        label=_("Invitations per member"),
        definition=_(
            "Invitations that members sent in the period, for each member when it began: the "
            "first part of the K-factor."
        ),
        unit=Unit.NUMBER,
        read=_per_member,
        numerator=_("invitations"),
        denominator=_("members when the period began"),
        narrowed_by=_ALL,
    ),
    Measure(
        code="invitation_conversion",
        label=_("Conversion of invitations"),
        definition=_(
            "Members who joined in the period through another member, of the invitations sent in "
            "it: the second part of the K-factor. Above 100 % where friends come by codes that "
            "nobody told us were shared."
        ),
        unit=Unit.PERCENT,
        read=_conversion,
        numerator=_("new members through a member"),
        denominator=_("invitations"),
        narrowed_by=_ALL,
    ),
)
