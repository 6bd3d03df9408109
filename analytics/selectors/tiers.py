"""How many members hold each tier now."""

from analytics.selectors import asking, narrowing
from analytics.selectors.filters import Filters
from analytics.selectors.measures import people


def holders(filters: Filters) -> dict[int, int]:
    """Members by tier, of now whatever the period; by the store and channel of joining. One
    query."""
    found = narrowing.of_joiners(filters, rows="m")
    sql = _ALL_HOLDERS if found.is_whole else _HOLDERS.format(there=found.sql)
    return dict(asking.rows(sql, found.params))


_HOLDERS = f"""
SELECT a.tier_id, count(*) FROM loyalty_account a JOIN members_member m ON m.id = a.member_id
WHERE m.state IN {people.COUNTED} AND {{there}} GROUP BY 1
"""  # noqa: S608
# Members who are none any more are few: accounts needn't be joined with all others.
_ALL_HOLDERS = f"""
SELECT a.tier_id, count(*) FROM loyalty_account a
WHERE a.member_id NOT IN (SELECT id FROM members_member WHERE state NOT IN {people.COUNTED})
GROUP BY 1
"""  # noqa: S608
