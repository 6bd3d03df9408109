"""The limits of offers in force, kept between two instants at which they change."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from campaigns.rules import offer_books as rules
from campaigns.services.offer_books import Limits, Shelf

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _shelf(limits: Sequence[Limits]) -> Shelf:
    return Shelf((1, 1), rules.compile_book([]), {}, {}, {}, limits, {}, {})


def test_limits_hold_from_the_first_instant_until_before_the_last() -> None:
    shelf = _shelf([Limits("a", NOON, NOON + HOUR, member=1)])
    moments = (NOON - HOUR, NOON, NOON + HOUR / 2, NOON + HOUR, NOON + 2 * HOUR, NOON)
    assert [list(shelf.limited(at)) for at in moments] == [[], ["a"], ["a"], [], [], ["a"]]


def test_a_newer_version_without_limits_lifts_those_of_the_older() -> None:
    shelf = _shelf([Limits("a", NOON, member=1), Limits("a", NOON + HOUR)])
    assert shelf.limited(NOON) == {"a": Limits("a", NOON, member=1)}
    assert shelf.limited(NOON + HOUR) == {}


def test_an_older_version_that_ended_later_does_not_come_back() -> None:
    older = Limits("a", NOON, member=1)
    newer = Limits("a", NOON + HOUR, NOON + 2 * HOUR, count=5)
    shelf = _shelf([older, newer])
    assert shelf.limited(NOON + HOUR) == {"a": newer}
    assert shelf.limited(NOON + 2 * HOUR) == {}


def test_offers_without_limits_are_not_looked_at_again() -> None:
    shelf = _shelf([Limits(f"free-{number}", NOON) for number in range(1_000)])
    assert list(shelf.limits) == []
    assert shelf.limited(NOON + HOUR) == {}


def test_other_limits_on_the_same_shelf_count_at_once() -> None:
    shelf = _shelf([Limits("a", NOON, member=1)])
    assert list(shelf.limited(NOON)) == ["a"]
    assert list(replace(shelf, limits=[Limits("b", NOON, count=2)]).limited(NOON)) == ["b"]
