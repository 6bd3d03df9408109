"""Who is too young to agree alone.

Pure: no clock, no database. Source: PIPL, article 31 (14 years); GDPR, article 8.
"""

from datetime import date


def comes_of_age_on(birthday: date, *, age_years: int) -> date:
    """The first day on which this person may agree alone.

    A year that begins on 29 February is over on 1 March of a common year, not before.
    """
    year = birthday.year + age_years
    try:
        return birthday.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def is_minor(birthday: date | None, *, on: date, age_years: int) -> bool:
    """Whether somebody must agree for them on that day; without a birthday nobody has to."""
    return birthday is not None and on < comes_of_age_on(birthday, age_years=age_years)


def may_be_minor(birth_band: int | None, *, on: date, age_years: int, band_years: int = 5) -> bool:
    """Whether a person of this band (the first of five years of birth) can be a minor then: what
    may be asked without opening the birthday."""
    return birth_band is not None and birth_band + band_years - 1 + age_years >= on.year
