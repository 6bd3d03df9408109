"""What is missing to the next tier, and counts, in words."""

import pytest
from django.utils import translation

from loyalty.admin import words


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("amount", "orders", "needs_all", "said"),
    [
        (20_000, 0, True, "¥200 more to Gold"),
        (0, 1, True, "1 more order to Gold"),
        (0, 2, True, "2 more orders to Gold"),
        (20_050, 2, True, "¥200.50 and 2 more orders to Gold"),
        (20_050, 2, False, "¥200.50 or 2 more orders to Gold"),
        (0, 0, True, "Reaches Gold with the next purchase"),
    ],
)
def test_progress_names_what_is_missing(amount, orders, needs_all, said):
    shown = words.progress(
        missing_amount=amount,
        missing_orders=orders,
        needs_all=needs_all,
        tier="Gold",
        currency="CNY",
    )
    assert shown == said


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 point"), (0, "0 points"), (1_234, "1,234 points"), (-1, "1 point")]
)
def test_points_are_counted_with_separators(count, said):
    assert words.points(count) == said


def test_an_unknown_reason_is_shown_as_it_is():
    assert words.reason("migrated_2019") == "migrated_2019"
