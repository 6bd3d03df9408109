"""Random histories, told late, twice and in any order: who comes in, who is out and why, and who is
written to are the same as by looking at everything that happened."""

import itertools
import random
from datetime import datetime, timedelta

import pytest

from campaigns.models import Delivery, Enrollment
from members.models import Dispatch
from members.services import dispatches
from tests.campaigns import entry_reference as reference
from tests.campaigns import made
from tests.campaigns.entry_reference import Deed, Entry, Rule
from tests.campaigns.happened import NOW, ORDER, VIEW, advance, after, buy, hear, view
from tests.campaigns.shop import enroll

pytestmark = pytest.mark.django_db
# 14:00 in the shop: within ten hours and some more a midnight lies.
BEGIN, LENGTH = 540, 180
TOLD = BEGIN + LENGTH
WAIT = {"id": "w1", "kind": "WAIT", "minutes": 600}
SKUS = ("SK-1", "SK-2")
WITHOUT = {"event": ORDER}


def some_rule(dice: random.Random) -> Rule:
    times = dice.choice((1, 2, 3))
    return Rule(
        times=times,
        minutes=dice.choice((1, 20, 60)) if times > 1 else 0,
        without=dice.choice((0, 10, 45)),
        same=dice.random() < 0.6,
        keys=dice.choice(((), ("member",), ("product",), ("product", "day"), ("day",))),
        exit_same=dice.choice(("", "product")),
    )


def written(rule: Rule) -> dict:
    said = {"event": VIEW, "behavior": "product_view", "times": rule.times, "keys": [*rule.keys]}
    if rule.times > 1:
        said["minutes"] = rule.minutes
    if rule.without:
        said |= {"without": WITHOUT, "without_minutes": rule.without}
    return said | ({"same": "product"} if rule.same else {})


def some_deeds(dice: random.Random, members: int) -> list[Deed]:
    """At most one of a kind in a minute of a member."""
    found = {}
    for number in range(dice.randint(8, 24)):
        kind = "view" if dice.random() < 0.8 else "order"
        who, minute = dice.randrange(members), BEGIN + dice.randrange(LENGTH)
        count = 1 if kind == "view" else dice.randint(1, 2)
        products = tuple(sorted(dice.sample(SKUS, count)))
        found[kind, who, minute] = Deed(kind, who, minute, products, str(number))
    return list(found.values())


def tell(deed: Deed, people, at: float) -> None:
    member = people[deed.member]
    if deed.kind == "view":
        view(member, deed.minute, product=deed.products[0], at=after(at))
    else:
        buy(member, deed.minute, *deed.products, number=f"o-{deed.name}", at=after(at))


def tell_all(dice: random.Random, deeds: list[Deed], people) -> None:
    """In any order, some of them twice; the worker comes when it likes, and may do it again."""
    told = [*deeds, *dice.sample(deeds, len(deeds) // 3)]
    # Each time the worker comes it is a moment later, as it is in the product.
    for second, deed in enumerate(dice.sample(told, len(told))):
        now = TOLD + second / 60
        tell(deed, people, now)
        if dice.random() < 0.5:
            owed = list(Dispatch.objects.values("event_id", "subscriber", "next_at"))
            dispatches.drain(at=after(now), limit=dice.choice((1, 3, 500)))
            if dice.random() < 0.3:
                again = [Dispatch(**one) for one in owed]
                Dispatch.objects.bulk_create(again, ignore_conflicts=True)
    while dispatches.drain(at=after(TOLD + 2)):
        pass


def entry_of(row: Enrollment, people) -> Entry:
    happened = datetime.fromisoformat(row.context["occurred_at"])
    minute = int((happened - NOW).total_seconds() // 60)
    place = [one.pk for one in people].index(row.member_id)
    product = row.context.get("product") or row.context["payload"]["object"]
    return Entry(place, minute, product)


@pytest.mark.parametrize("seed", range(25))
def test_a_history_comes_to_what_looking_at_all_of_it_says(shop, seed):
    dice = random.Random(seed)
    rule = some_rule(dice)
    people = [enroll(email=f"p{number}@example.org") for number in range(3)]
    exits = [{"event": ORDER, "same": rule.exit_same}]
    steps = [WAIT, made.message("INBOX")]
    made.running("random", entry_rule=written(rule), steps=steps, exits=exits)
    deeds = some_deeds(dice, len(people))

    tell_all(dice, deeds, people)

    wanted: dict[tuple[object, ...], set[Entry]] = {}
    for one in reference.entries(rule, deeds):
        wanted.setdefault(reference.key(rule, one, NOW), set()).add(one)
    rows = list(Enrollment.objects.all())
    mine = {row.pk: entry_of(row, people) for row in rows}
    assert sorted(reference.key(rule, one, NOW) for one in mine.values()) == sorted(wanted)
    going_on: set[int] = set()
    for row in rows:
        entry = mine[row.pk]
        assert entry in wanted[reference.key(rule, entry, NOW)]
        reasons = reference.ends(rule, entry, deeds)
        if reasons:
            assert (row.state, row.reason in reasons) == ("EXITED", True), (rule, entry, row.reason)
        else:
            assert row.state in Enrollment.LIVE, (rule, entry, row.reason)
            going_on.add(row.pk)

    advance(TOLD + 50)
    advance(TOLD + 700)
    written_to = Delivery.objects.filter(state="QUEUED").values_list("enrollment_id", flat=True)
    assert sorted(written_to) == sorted(going_on)


@pytest.mark.parametrize("seed", range(10))
def test_who_may_come_again_after_days_is_never_in_twice_within_them(shop, seed):
    """Whatever is told first: any two entries lie so far apart, and nobody is forgotten."""
    dice = random.Random(100 + seed)
    member, days = enroll(), dice.choice((1, 2))
    made.running(
        "again",
        at=NOW - timedelta(days=9),
        entry_rule={"event": VIEW, "behavior": "product_view", "keys": ["member"]},
        re_entry_days=days,
        expires_hours=720,
        steps=[made.message("INBOX")],
    )
    minutes = [-60 * hour for hour in dice.sample(range(200), 20)]
    for second, minute in enumerate(dice.sample(minutes, len(minutes))):
        view(member, minute, at=after(0))
        if dice.random() < 0.7:
            hear(second / 60)
    hear(1)

    came = sorted(
        datetime.fromisoformat(one)
        for one in Enrollment.objects.values_list("context__occurred_at", flat=True)
    )
    apart = timedelta(days=days)
    assert all(later - one >= apart for one, later in itertools.pairwise(came))
    for minute in minutes:
        assert any(abs(after(minute) - one) < apart for one in came)
