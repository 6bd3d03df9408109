"""A goal that is on record when somebody is brought in counts, whichever of the two was told
first."""

from datetime import timedelta

import pytest

from campaigns.models import Delivery, Enrollment
from tests.campaigns import made
from tests.campaigns.happened import ORDER, VIEW, advance, after, buy, hear, view
from tests.campaigns.shop import NOW, enroll

pytestmark = pytest.mark.django_db
WAIT = {"id": "w1", "kind": "WAIT", "minutes": 60}


@pytest.fixture
def alice(shop):
    return enroll()


def reached():
    return list(Enrollment.objects.values_list("state", "reason", "converted_at"))


def campaign(**values):
    return made.running(
        entry_rule={"event": VIEW, "behavior": "product_view"},
        steps=[WAIT, made.message("INBOX")],
        goal_event=ORDER,
        goal_days=7,
        **values,
    )


@pytest.mark.parametrize("is_view_first", [True, False])
def test_the_goal_ends_it_whichever_was_told_first(alice, is_view_first):
    campaign()
    if is_view_first:
        view(alice, 0, at=after(0))
        hear(0)
    buy(alice, 5, at=after(5))
    hear(5)
    if not is_view_first:
        view(alice, 0, at=after(6))
        hear(6)
    advance(70)

    told_at = NOW + timedelta(minutes=5 if is_view_first else 6)
    assert reached() == [("EXITED", "converted", told_at)]
    assert not Delivery.objects.exists()


def test_a_goal_that_ends_nothing_is_counted_and_the_journey_goes_on(alice):
    campaign(is_over_at_goal=False)
    buy(alice, 5, at=after(5))
    hear(5)
    view(alice, 0, at=after(6))
    hear(6)

    assert reached() == [("WAITING", "", after(6))]


def test_what_was_bought_before_is_no_goal(alice):
    campaign()
    buy(alice, -5, at=after(0))
    view(alice, 0, at=after(6))
    hear(6)

    assert reached() == [("WAITING", "", None)]
