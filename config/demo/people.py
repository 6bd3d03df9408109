"""Invented people: the same household is the same person at every run.

Nobody's number is taken: the American ones end in 555-0100 to 0199, which are set aside for
fiction; mainland China sets none aside, so the demo takes 199 0000 …, and no transport of the
demo reaches a network. Mail addresses are below example.com (RFC 2606).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from config.demo import names
from config.demo.editions import Edition

T = TypeVar("T")
_FIRST_YEAR = {"19-24": 1993, "25-34": 1983, "35-44": 1973, "45-54": 1963, "55-64": 1953}
_YEARS_IN_BAND = 10
_SENIORS_FROM = 1938


@dataclass(frozen=True)
class Person:
    """What a member told the shop. `birthday` is None for the one in ten who kept it back."""

    household: int
    name: str
    gender: str
    language: str
    phone: str
    email: str
    birthday: date | None


class Dice:
    """Numbers that depend on the household and the question alone, never on the order asked."""

    def __init__(self, household: int, *, about: str = "") -> None:
        self._about = f"{about}:{household}"

    def number(self, question: str, below: int) -> int:
        digest = hashlib.blake2b(f"{self._about}:{question}".encode(), digest_size=8).digest()
        return int.from_bytes(digest) % below

    def one_of(self, question: str, choices: Sequence[T]) -> T:
        return choices[self.number(question, len(choices))]

    def percent(self, question: str, chance: int) -> bool:
        return self.number(question, 100) < chance


def person(household: int, *, edition: Edition, age_band: str = "") -> Person:
    """The invented member of a household. Chinese names in the demo, one in eight an English
    one; English names alone where the year is told as it was."""
    dice = Dice(household, about="person")
    is_chinese = edition.is_invented and not dice.percent("english", 12)
    is_female = dice.percent("female", 55)
    name, mailbox = (_chinese if is_chinese else _english)(dice, is_female=is_female)
    return Person(
        household=household,
        name=name,
        gender="FEMALE" if is_female else "MALE",
        language="zh-hans" if is_chinese else "en",
        phone=_phone(household, is_invented=edition.is_invented),
        email=f"{mailbox}.{household}@example.com",
        birthday=_birthday(dice, age_band),
    )


def _chinese(dice: Dice, *, is_female: bool) -> tuple[str, str]:
    surname, letters = dice.one_of("surname", names.SURNAMES)
    given = dice.one_of("given", names.GIVEN_FEMALE if is_female else names.GIVEN_MALE)
    return surname + given, letters


def _english(dice: Dice, *, is_female: bool) -> tuple[str, str]:
    family = dice.one_of("surname", names.FAMILY_NAMES)
    first = dice.one_of("given", names.FIRST_FEMALE if is_female else names.FIRST_MALE)
    return f"{first} {family}", f"{first}.{family}".lower()


def _phone(household: int, *, is_invented: bool) -> str:
    if is_invented:
        return f"+861990000{household:04d}"
    area, number = divmod(household - 1, 100)
    return f"+1{names.AREA_CODES[area]}55501{number:02d}"


def _birthday(dice: Dice, age_band: str) -> date | None:
    if dice.percent("no birthday", 10):
        return None
    band = age_band or dice.one_of("band", ("19-24", *_FIRST_YEAR, "65+"))
    first = _FIRST_YEAR.get(band, _SENIORS_FROM)
    years = _YEARS_IN_BAND if band != "19-24" else 6
    day = dice.number("birthday", 365)
    year = first + dice.number("birth year", years)
    return date.fromordinal(date(year, 1, 1).toordinal() + day)
