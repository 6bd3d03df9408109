"""Random histories through the product's own doors: facts that followed are facts made anew."""

import random
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group

from analytics import subscribers
from analytics.selectors import fact_checks
from analytics.services import facts
from loyalty.models import AdjustmentLimit, Order, Program
from members.models import Event, Member, MemberMerge, User
from members.services import dispatches, merge_undos
from tests.analytics.rolled import everything, from_nothing, marks
from tests.loyalty import till
from tests.loyalty.histories import PHONES, History

pytestmark = pytest.mark.django_db
STEPS = (
    "sell", "sell", "sell_late", "sell_late", "sell_for_points", "refund", "refund", "refund_all",
    "refund_first", "adjust", "settle", "days", "merge", "part",
)  # fmt: skip


class Past(History):
    """A history in which cards are parted again, and parted ones go on buying."""

    def part(self, amount):
        """The latest merge is taken back, where nothing happened since that forbids it."""
        row = MemberMerge.objects.filter(undone_at=None).last()
        if row is None or merge_undos.obstacles(merge_id=row.pk, at=self.now):
            return
        merge_undos.undo(merge_id=row.pk, at=self.now)
        self.members = [Member.objects.get(pk=pk) for pk in (row.survivor_id, row.retired_id)]


@pytest.fixture
def past(keys_made):
    till.set_up()
    Program.objects.update(validity="DAYS", validity_count=25)
    boss = User.objects.create_user(username="boss")
    role = Group.objects.create(name="boss")
    boss.groups.add(role)
    AdjustmentLimit.objects.create(role=role, points=10**9)
    people = [till.register(phone, when=till.NOW - timedelta(days=60)) for phone in PHONES]
    return Past(people[0], people[1], boss)


def hear_in_disorder(dice, now):
    """Some are heard now, some later, some of long ago a second time; then a minute passes."""
    if dice.random() < 0.5:
        dispatches.drain(at=now, limit=dice.randrange(1, 4))
    told = list(Event.objects.filter(type__startswith="loyalty.order.").order_by("pk"))
    subscribers.update_member_days(dice.sample(told, min(3, len(told))), now)
    if dice.random() < 0.5:
        facts.refresh(at=now)


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.volume) for seed in range(2, 25))]
)
def test_facts_that_followed_a_history_in_disorder_are_those_made_anew(past, seed):
    dice = random.Random(seed)
    for _ in range(30):
        past.step(dice.choice(STEPS), dice.randrange(1, 30_000))
        hear_in_disorder(dice, past.now)
    while dispatches.drain(at=past.now):
        pass
    facts.refresh(at=past.now)

    assert marks() == (0, 0, 0)
    assert fact_checks.findings() == []
    followed = everything()
    assert from_nothing() == followed
    assert len(followed["MemberDay"]) > 1


def test_a_merge_and_its_undo_leave_the_facts_as_they_were(past):
    for number, phone in enumerate((*PHONES, *PHONES, *PHONES)):
        when = past.now - timedelta(days=7 * number)
        till.sell(f"m-{number}", till.line("1", 1_000), phone=phone, when=when, now=past.now)
    before = up_to_date(past)

    past.merge(1)
    merged = up_to_date(past)
    past.part(1)

    assert up_to_date(past) == before
    # One person with all purchase days, whose card counts on its own day no more.
    assert len(merged["MemberMetrics"]) == 1
    assert len(merged["PurchaseDay"]) == len(before["PurchaseDay"]) == Order.objects.count()
    joined = [index for index in (0, 1) if before["KpiDay"] != merged["KpiDay"]]
    assert joined


def up_to_date(past):
    past.now += timedelta(minutes=1)
    while dispatches.drain(at=past.now):
        pass
    facts.refresh(at=past.now)
    assert fact_checks.findings() == []
    rows = everything()
    # A merge writes entries, and its undo others.
    del rows["PointsDay"]
    return rows
