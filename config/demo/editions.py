"""In which money, days and shops the year is told."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Edition:
    """One way to tell the year. `source` is the business key's first half: orders of two
    editions can't be mistaken for each other.

    Amounts are multiplied by `money_factor`; `time_zone` is the programme's. The clock on the
    shop's wall stays: five in the afternoon in New York becomes five in Shanghai.

    An invented edition has people, shops and channels of its own and is told day by day, as if
    the product had been there: each day is recorded on its day. The other one is a history that
    is brought in now.
    """

    code: str
    source: str
    currency: str
    time_zone: str
    money_factor: int
    is_invented: bool


FULL = Edition(
    code="completejourney",
    source="completejourney",
    currency="USD",
    time_zone="America/New_York",
    money_factor=1,
    is_invented=False,
)
DEMO = Edition(
    code="demo",
    source="demo",
    currency="CNY",
    time_zone="Asia/Shanghai",
    money_factor=7,
    is_invented=True,
)
EDITIONS = {edition.code: edition for edition in (FULL, DEMO)}
