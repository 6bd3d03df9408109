"""How far members reach, published each night as the measure `influence`.

Source: docs/algorithms/communities.md.
"""

from collections.abc import Iterator
from datetime import datetime

from members.registry import birthdays
from members.selectors import communities
from members.services import measures

CODE = "influence"


def publish(*, at: datetime) -> Iterator[int]:
    """How many figures changed, chunk by chunk. A repeat on the same day changes nothing."""
    as_of_on = at.astimezone(birthdays.policy().zone).date()
    for values in communities.influence_chunks():
        yield measures.publish(code=CODE, values=values, as_of_on=as_of_on, at=at)
