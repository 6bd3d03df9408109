"""Members: how many there are, who is new, who bought lately and who never did."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from analytics.registry.measures import Measure, Value
from analytics.selectors import asking, narrowing, policies, purchase_gaps, rollups, spans
from analytics.selectors.figures import Unit
from analytics.selectors.filters import Filters
from analytics.selectors.measures import values

# Merged and erased people are no members any more.
COUNTED = "('ACTIVE', 'RESTRICTED')"
_ALL = frozenset({"store", "channel", "tier", "segment"})


@dataclass(frozen=True, kw_only=True)
class Joined:
    """Members who had joined by the end of the period, and those who joined in it."""

    members: int
    new: int
    referred: int


@dataclass(frozen=True, kw_only=True)
class Recency:
    """Members by the days since their last order, as of a day. Together they are all members,
    where nothing is narrowed by a place."""

    active: int
    warm: int
    dormant: int
    lost: int
    never: int


def joined(filters: Filters) -> Joined:
    """By the store and channel of joining; one query."""
    there = narrowing.of_joiners(filters, rows="m")
    members, new, referred = asking.row(
        _JOINED.format(there=there.sql), there.params | spans.of(filters)
    )
    return Joined(members=members, new=new, referred=referred)


def recency(filters: Filters) -> Recency:
    """As of the period's last day; one query, and that of `never`."""
    active, warm, dormant, lost = _ages(filters)
    return Recency(active=active, warm=warm, dormant=dormant, lost=lost, never=_never(filters))


def _ages(filters: Filters) -> tuple[int, int, int, int]:
    """Active, warm, dormant and lost members: who never bought is a question of its own."""
    policy = policies.current()
    cuts = {
        "active": policy.active_days,
        "warm": policy.warm_days,
        "dormant": policy.dormant_days,
    }
    if purchase_gaps.can_tell(filters, cuts.values()):
        return _counted_ages(filters, cuts)
    sql = _RECENCY.format(last_days=rollups.last_days(filters))
    active, warm, dormant, lost = asking.row(sql, narrowing.params(filters) | cuts)
    return active, warm, dormant, lost


def _counted_ages(filters: Filters, cuts: dict[str, int]) -> tuple[int, int, int, int]:
    """From the counts of gaps, less those who bought and are no members any more."""
    (active, warm, dormant), buyers = purchase_gaps.ages(filters, list(cuts.values()))
    gone = asking.row(_GONE, narrowing.params(filters) | cuts)
    return (
        active - gone[0],
        warm - active - gone[1],
        dormant - warm - gone[2],
        buyers - dormant - gone[3],
    )


def _never(filters: Filters) -> int:
    there = narrowing.of_joiners(filters, rows="m")
    sql = _NEVER.format(there=there.sql, first_days=rollups.first_days(filters))
    return int(asking.row(sql, there.params | spans.of(filters))[0])


_JOINED = f"""
SELECT count(*), count(*) FILTER (WHERE m.joined_at >= %(from_at)s),
    count(*) FILTER (WHERE m.joined_at >= %(from_at)s AND m.referrer_id IS NOT NULL)
FROM members_member m
WHERE m.joined_at < %(until_at)s AND m.state IN {COUNTED} AND {{there}}
"""  # noqa: S608
_BY_AGE = """
SELECT count(*) FILTER (WHERE days <= %(active)s),
    count(*) FILTER (WHERE days > %(active)s AND days <= %(warm)s),
    count(*) FILTER (WHERE days > %(warm)s AND days <= %(dormant)s),
    count(*) FILTER (WHERE days > %(dormant)s)
"""
_GONE = f"""
{_BY_AGE} FROM (
    SELECT %(to_on)s::date - p.day AS days
    FROM analytics_purchaseday p
    WHERE p.member_id IN (SELECT id FROM members_member WHERE state NOT IN {COUNTED})
        AND p.day <= %(to_on)s AND (p.next_day IS NULL OR p.next_day > %(to_on)s)
) ages
"""  # noqa: S608
_RECENCY = f"""
{_BY_AGE} FROM (
    SELECT %(to_on)s::date - l.day AS days FROM {{last_days}} l
    WHERE l.member_id NOT IN (SELECT id FROM members_member WHERE state NOT IN {COUNTED})
) ages
"""  # noqa: S608
_NEVER = f"""
SELECT count(*) FROM members_member m
WHERE m.joined_at < %(until_at)s AND m.state IN {COUNTED} AND {{there}}
    AND NOT EXISTS (SELECT FROM {{first_days}} b WHERE b.member_id = m.id)
"""  # noqa: S608


def _members(filters: Filters) -> Value:
    return values.count(joined(filters).members)


def _new(filters: Filters) -> Value:
    return values.count(joined(filters).new)


def _active(filters: Filters) -> Value:
    return values.count(_ages(filters)[0])


def _warm(filters: Filters) -> Value:
    return values.count(_ages(filters)[1])


def _dormant(filters: Filters) -> Value:
    return values.count(_ages(filters)[2])


def _lost(filters: Filters) -> Value:
    return values.count(_ages(filters)[3])


def _never_bought(filters: Filters) -> Value:
    return values.count(_never(filters))


MEASURES = (
    Measure(
        code="members",
        label=_("Members"),
        definition=_(
            "Everyone who had joined by the end of the period; merged and erased members are left "
            "out."
        ),
        unit=Unit.COUNT,
        read=_members,
        narrowed_by=_ALL,
    ),
    Measure(
        code="new_members",
        label=_("New members"),
        definition=_("Members who joined in the period, by the store and channel of joining."),
        unit=Unit.COUNT,
        read=_new,
        narrowed_by=_ALL,
    ),
    Measure(
        code="active_members",
        label=_("Active members"),
        definition=_(
            "Members whose last paid order was 0 to 30 days before the period's last day. The cut "
            "is a setting."
        ),
        unit=Unit.COUNT,
        read=_active,
        narrowed_by=_ALL,
    ),
    Measure(
        code="warm_members",
        label=_("Warm members"),
        definition=_("Members whose last paid order was 31 to 60 days ago. The cuts are settings."),
        unit=Unit.COUNT,
        read=_warm,
        narrowed_by=_ALL,
    ),
    Measure(
        code="dormant_members",
        label=_("Dormant members"),
        definition=_("Members whose last paid order was 61 to 90 days ago. The cuts are settings."),
        unit=Unit.COUNT,
        read=_dormant,
        is_lower_better=True,
        narrowed_by=_ALL,
    ),
    Measure(
        code="lost_members",
        label=_("Lost members"),
        definition=_(
            "Members whose last paid order was more than 90 days ago. The cut is a setting."
        ),
        unit=Unit.COUNT,
        read=_lost,
        is_lower_better=True,
        narrowed_by=_ALL,
    ),
    Measure(
        code="never_buyers",
        label=_("Members who never bought"),
        definition=_(
            "Members who had joined by the end of the period and have no paid order up to then."
        ),
        unit=Unit.COUNT,
        read=_never_bought,
        is_lower_better=True,
        narrowed_by=_ALL,
    ),
)
