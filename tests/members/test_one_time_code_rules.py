"""How often a code may be sent. Without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from members.rules.one_time_codes import Limit, is_well_formed, wait

NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
LIMITS = (
    Limit(1, timedelta(minutes=1)),
    Limit(5, timedelta(hours=1)),
    Limit(10, timedelta(days=1)),
)


def ago(*seconds):
    return [NOW - timedelta(seconds=one) for one in seconds]


@pytest.mark.parametrize(
    ("sent_at", "seconds"),
    [
        ([], 0),
        (ago(0), 60),
        (ago(59), 1),
        (ago(60), 0),
        (ago(60, 120, 180, 240), 0),
        (ago(60, 120, 180, 240, 300), 3_300),
        (ago(60, 120, 180, 240, 3_600), 0),
        (ago(3_600, 3_660, 3_720, 3_780, 3_840, 7_200, 7_260, 7_320, 7_380), 0),
        (ago(3_600, 3_660, 3_720, 3_780, 3_840, 7_200, 7_260, 7_320, 7_380, 7_440), 78_960),
    ],
)
def test_the_longest_wait_of_all_limits_counts(sent_at, seconds):
    assert wait(sent_at=sent_at, limits=LIMITS, at=NOW) == timedelta(seconds=seconds)


def test_a_limit_of_none_lets_none_through():
    none = [Limit(0, timedelta(hours=1))]

    assert wait(sent_at=[], limits=none, at=NOW) == timedelta(hours=1)


@pytest.mark.parametrize(
    ("code", "is_one"),
    [
        ("012345", True),
        ("12345", False),
        ("1234567", False),
        ("１２３４５６", False),
        ("12345a", False),
    ],
)
def test_a_code_is_six_plain_digits(code, is_one):
    assert is_well_formed(code) is is_one
