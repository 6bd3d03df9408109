"""What of the scores is published as measures, for rules and tiers to read: whole numbers.

Only what is another than before is published; a measure says as of which day it has been so.
Source: docs/algorithms/classes.md.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from analytics.rules import customer_classes, life_cycle, rfm, value_classes
from members.services import measures


def _numbers(classes: Sequence[str]) -> Mapping[str, int]:
    return {code: place for place, code in enumerate(classes, start=1)}


# By measure, in the order of the columns that the statement of differences gives.
CLASSES: Mapping[str, Mapping[str, int]] = {
    "rfm_8": _numbers(rfm.CLASSES_8),
    "stage": _numbers(life_cycle.STAGES),
    # The greater the better, as a tier would ask.
    "value_class": _numbers(value_classes.CLASSES[::-1]),
    "customer_class": _numbers(customer_classes.CLASSES),
}
HEALTH = "health"
CODES = (*CLASSES, HEALTH)


def publish(rows: Sequence[tuple[Any, ...]], *, as_of_on: date, at: datetime) -> None:
    """Publishes (member id, a class for each of `CLASSES`, health); what isn't there any more is
    withdrawn."""
    for place, code in enumerate(CODES, start=1):
        numbers = {row[0]: _number(code, row[place]) for row in rows}
        known = {member_id: value for member_id, value in numbers.items() if value is not None}
        measures.publish(code=code, values=known, as_of_on=as_of_on, at=at)
        gone = numbers.keys() - known.keys()
        if gone:
            measures.withdraw(code=code, member_ids=gone)


def withdraw(member_ids: Sequence[int]) -> None:
    """Takes back all that was published of these members."""
    for code in CODES:
        measures.withdraw(code=code, member_ids=member_ids)


def _number(code: str, value: Any) -> int | None:
    """Of a class its place, of health whole points, rounded down; None for none."""
    if code == HEALTH:
        return None if value is None else int(value)
    return CLASSES[code].get(value)
