"""Counts and reasons, in words."""

import pytest
from django.utils import translation

from loyalty.admin import words


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 point"), (0, "0 points"), (1_234, "1,234 points"), (-1, "1 point")]
)
def test_points_are_counted_with_separators(count, said):
    assert words.points(count) == said


def test_an_unknown_reason_is_shown_as_it_is():
    assert words.reason("migrated_2019") == "migrated_2019"
