"""Instants that no database could keep are refused where they come in."""

from datetime import datetime

import pytest

from members.rules import instants


@pytest.mark.parametrize(
    "text", ["2026-11-21T14:03:11+08:00", "2026-11-21T14:03:11-15:59", "1900-01-01T00:00:00Z"]
)
def test_an_instant_of_this_world_is_taken(text):
    instants.check(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-11-21T14:03:11+16:00", "offset"),
        ("1127-12-08T17:21:43+18:54", "offset"),
        ("2026-11-21T14:03:11", "offset"),
        ("1899-12-31T23:59:59Z", "years"),
        ("9000-01-01T00:00:00Z", "years"),
    ],
)
def test_another_one_is_refused_in_words(text, reason):
    with pytest.raises(ValueError, match=reason):
        instants.check(datetime.fromisoformat(text))
