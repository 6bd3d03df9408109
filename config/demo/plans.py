"""What is to be loaded, fixed when it begins: a resumed run must do the same as the first."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from config.demo import calendars
from config.demo.editions import EDITIONS, Edition
from members.errors import DomainError
from members.models import Job

PEOPLE = "year.people"
ORDERS = "year.orders"
COUPONS = "year.coupons"
CAMPAIGNS = "year.campaigns"
FINISH = "year.finish"


class OtherDates(DomainError):
    """This database holds the year with other dates."""

    code = "other_dates"


@dataclass(frozen=True)
class Plan:
    """`households` None: all. `until`, in UTC seconds, cuts off what hasn't happened yet.
    `shards` processes share the households."""

    edition_code: str
    households: int | None
    shift_days: int
    until: int | None
    shards: int

    @property
    def edition(self) -> Edition:
        return EDITIONS[self.edition_code]

    def params(self, **more: Any) -> dict[str, Any]:
        """As a job keeps it."""
        return {**asdict(self), **more}

    @classmethod
    def of(cls, params: dict[str, Any]) -> "Plan":
        """The plan that a job was made with."""
        return cls(**{name: params[name] for name in cls.__dataclass_fields__})


def settle(
    *, edition: Edition, households: int | None, is_shifted: bool, shards: int, at: datetime
) -> Plan:
    """The plan of an earlier run for the same households, or a new one.

    Raises: OtherDates, when orders of this edition were loaded with other dates: the same
    receipts would be told twice, differently.
    """
    earlier = Job.objects.filter(kind=PEOPLE, params__edition_code=edition.code).order_by("pk")
    plans = [Plan.of(job.params) for job in earlier]
    for plan in plans:
        if plan.households == households and (plan.shift_days != 0) == is_shifted:
            return plan
    if any((plan.shift_days != 0) != is_shifted for plan in plans):
        raise OtherDates("the year was loaded with other dates; use the same --shift-to-today")
    if plans:
        shift, until = plans[0].shift_days, plans[0].until
    else:
        shift, until = _dates(edition, is_shifted, at)
    return Plan(edition.code, households, shift, until, shards)


def _dates(edition: Edition, is_shifted: bool, at: datetime) -> tuple[int, int | None]:
    if not is_shifted:
        return 0, None
    today = at.astimezone(ZoneInfo(edition.time_zone)).date()
    if edition.is_invented:
        return calendars.shift_days_past(today=today), int(at.timestamp())
    return calendars.shift_days(today=today), int(at.timestamp())
