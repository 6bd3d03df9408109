"""Loads into an empty database: stopped and resumed, or refused."""

from itertools import count

import pytest
from django.core.management import CommandError

from config.demo import catalogue, plans, programs, telling
from config.demo.editions import FULL
from loyalty.models import Order
from members.models import Member
from members.services import jobs
from tests.demo.loads import load_demo, load_year
from tests.world import NOW

pytestmark = pytest.mark.django_db


def begun(plan):
    """A load whose people are there and whose orders wait."""
    programs.set_up(edition=plan.edition, at=NOW)
    catalogue.set_up(plan)
    people = jobs.take_up(kind=plans.PEOPLE, params=plan.params(), at=NOW)
    jobs.run(job_id=people.pk, clock=lambda: NOW)
    return jobs.take_up(kind=plans.ORDERS, params=plan.params(shard=0), at=NOW)


def test_a_stopped_load_goes_on_and_baskets_worth_nothing_have_no_payment_and_no_points(keys_made):
    plan = plans.settle(edition=FULL, households=20, is_shifted=False, shards=1, at=NOW)
    job = begun(plan)
    heard = count(1)

    def clock():
        # Called at the claim, at the start, and after each chunk: somebody stops it after two.
        if next(heard) == 4:
            jobs.cancel(job_id=job.pk, at=NOW)
        return NOW

    assert jobs.run(job_id=job.pk, clock=clock) == "CANCELED"
    job.refresh_from_db()
    assert (job.cursor, Order.objects.count()) == ({"row": 1_000}, 1_000)

    said = load_year(households=20)
    assert "0 orders refused" in said
    assert "WRONG" not in said
    assert Order.objects.count() == len(telling.whole(plan))
    job.refresh_from_db()
    assert (job.state, job.done_count) == ("DONE", telling.whole(plan).lines_count)

    nothing = Order.objects.filter(net_amount=0)
    assert nothing.count() > 0
    assert set(nothing.values_list("money_amount", "earned_points")) == {(0, 0)}


@pytest.mark.parametrize("environment", ["production"])
def test_the_demo_refuses_a_shops_own_database(keys_made, tmp_path, settings, environment):
    settings.REGULARS_ENV = environment
    with pytest.raises(CommandError, match="invented people"):
        load_demo(tmp_path)
    assert not Member.objects.exists()
