"""When somebody comes of age, without a database."""

from datetime import date

from members.rules import guardians


def test_one_comes_of_age_on_the_birthday():
    born = date(2012, 3, 2)

    assert guardians.comes_of_age_on(born, age_years=14) == date(2026, 3, 2)
    assert guardians.is_minor(born, on=date(2026, 3, 1), age_years=14)
    assert not guardians.is_minor(born, on=date(2026, 3, 2), age_years=14)


def test_a_year_that_began_on_29_february_is_over_on_1_march():
    born = date(2012, 2, 29)

    assert guardians.comes_of_age_on(born, age_years=14) == date(2026, 3, 1)
    assert guardians.comes_of_age_on(born, age_years=16) == date(2028, 2, 29)


def test_without_a_birthday_nobody_has_to_agree():
    assert not guardians.is_minor(None, on=date(2026, 3, 2), age_years=14)
    assert not guardians.may_be_minor(None, on=date(2026, 3, 2), age_years=14)


def test_only_bands_that_can_hold_a_minor_are_opened():
    on = date(2026, 3, 2)

    assert [guardians.may_be_minor(band, on=on, age_years=14) for band in (2000, 2005, 2010)] == [
        False,
        False,
        True,
    ]


def test_no_minor_falls_through_the_bands():
    on = date(2026, 12, 31)
    for year in range(1990, 2026):
        born = date(year, 12, 31)
        if guardians.is_minor(born, on=on, age_years=14):
            assert guardians.may_be_minor(year - year % 5, on=on, age_years=14), year
