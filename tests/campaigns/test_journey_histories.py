"""Random journeys and random deeds, told late, twice and in any order, with workers that do their
turn again: each member ends where a plain interpreter of the documents says, with the same steps,
messages, gifts and tasks at the same instants."""

import copy
import random
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from campaigns.models import ClerkTask, Delivery, Enrollment, StepRecord
from campaigns.services import deliveries, journeys
from loyalty.models import PrizeGrant
from members.models import Dispatch, Store
from members.services import dispatches
from tests.campaigns import made
from tests.campaigns.happened import NOW, ORDER, VIEW, after, buy, view
from tests.campaigns.journey_reference import Deed, Terms, Way
from tests.campaigns.on_the_way import enter
from tests.campaigns.shop import YES, enroll

pytestmark = pytest.mark.django_db
EVENTS = {"order": ORDER, "view": f"{VIEW}:product_view"}
ARMS = [{"code": "a", "share": 4_000}, {"code": "b", "share": 4_000}]
SKUS = ("SK-1", "SK-2")
HOURS = 60
MOST_STEPS = 45


class Drawn:
    """A journey by draw, as the reference reads it; `count` is for the ids."""

    def __init__(self, dice):
        self.dice, self.count = dice, 0

    def steps(self, depth=1):
        return [self.step(depth) for _ in range(self.dice.randint(1, 4 if depth == 1 else 2))]

    def step(self, depth):
        self.count += 1
        kinds = ["MESSAGE", "MESSAGE", "WAIT", "WAIT_UNTIL", "GRANT", "TASK"]
        kinds += ["WAIT_EVENT"] * 3 + ["BRANCH", "SPLIT", "END"] if depth < 4 else []
        kind = self.dice.choice(kinds)
        return {"id": f"s{self.count}", "kind": kind, **getattr(self, kind.lower())(depth)}

    def message(self, depth):
        return {}

    def wait(self, depth):
        return {"minutes": self.dice.choice((7, 90, 700, 3_000))}

    def wait_until(self, depth):
        on = self.dice.choice(({}, {"on": "2026-03-03"}, {"on": "2026-03-01"}))
        return {"clock": self.dice.choice(("09:00", "20:30")), **on}

    def wait_event(self, depth):
        said = {"minutes": self.dice.choice((60, 600, 4_000))}
        said |= {"event": self.dice.choice(("order", "view"))}
        said |= {"same": self.dice.choice(("", "product"))}
        return {**said, "heard": self.steps(depth + 1), "else": self.steps(depth + 1)}

    def branch(self, depth):
        return {"yes": self.steps(depth + 1), "no": self.steps(depth + 1)}

    def split(self, depth):
        return {"a": self.steps(depth + 1), "b": self.steps(depth + 1)}

    def grant(self, depth):
        return {"points": self.dice.randint(1, 99)}

    def task(self, depth):
        return {}

    def end(self, depth):
        return {}


def written(steps):
    """As an operator's builder would keep them."""
    more = {
        "MESSAGE": {"template": "hello", "media": ["INBOX"]},
        "GRANT": {"what": "POINTS"},
        "TASK": {"title_en": "Call"},
        "BRANCH": {"condition": {"field": "member.language", "op": "eq", "value": "en"}},
    }
    found = []
    for one in copy.deepcopy(steps):
        one |= more.get(one["kind"], {})
        if one["kind"] == "WAIT_EVENT":
            one["event"] = EVENTS[one["event"]]
        found.append(
            {
                key: written(v) if isinstance(v, list) and key != "media" else v
                for key, v in one.items()
            }
        )
    return found


def some_deeds(dice):
    """Each at a second of its own, told at once or later, of the one product or the other."""
    deeds = []
    for second in dice.sample(range(-1_800, HOURS * 3_600), dice.randint(2, 9)):
        done = max(second, -1_800) + 0.25
        late = dice.choice((0, 0, 60, 3_600, 40_000))
        kind = dice.choice(("order", "order", "view", "view", "cart"))
        products = tuple(dice.sample(SKUS, 1))
        told = max(done, 1) + late
        deeds.append(Deed(kind, after(done / 60), after(told / 60), products))
    return deeds


def tell(member, deed, number):
    minute = (deed.done_at - NOW).total_seconds() / 60
    if deed.kind == "order":
        buy(member, minute, *deed.products, number=f"o{member.pk}-{number}", at=deed.told_at)
    else:
        kind = "product_view" if deed.kind == "view" else "add_to_cart"
        view(member, minute, product=deed.products[0], kind=kind, at=deed.told_at)


def drain(dice, now):
    """The worker, who may do it again."""
    owed = list(Dispatch.objects.values("event_id", "subscriber", "next_at"))
    while dispatches.drain(at=now):
        pass
    if owed and dice.random() < 0.4:
        again = [Dispatch(**one) for one in owed]
        Dispatch.objects.bulk_create(again, ignore_conflicts=True)
        while dispatches.drain(at=now):
            pass


def work(dice, now):
    for _ in range(dice.choice((1, 2))):
        while journeys.advance_due(at=now):
            pass
        while deliveries.send_due(at=now):
            pass


def next_due():
    rows = Enrollment.objects.filter(state__in=Enrollment.LIVE)
    return min((one for one in rows.values_list("due_at", flat=True) if one), default=None)


def some_steps(dice):
    """A journey within the limit of steps."""
    while True:
        drawn = Drawn(dice)
        steps = drawn.steps()
        if drawn.count <= MOST_STEPS:
            return steps


def some_terms(dice):
    return Terms(
        exit_same=dice.choice((None, None, "", "product")),
        goal_days=dice.choice((1, 30)),
        is_over_at_goal=dice.random() < 0.5,
        expires=timedelta(hours=dice.choice((2, 20, 48))),
    )


def running(steps, terms):
    exits = [] if terms.exit_same is None else [{"event": ORDER, "same": terms.exit_same}]
    return made.running(
        steps=written(steps),
        exits=exits,
        goal_event=f"{VIEW}:add_to_cart",
        goal_days=terms.goal_days,
        is_over_at_goal=terms.is_over_at_goal,
        expires_hours=int(terms.expires.total_seconds() // 3_600),
        control_share=2_000,
        arms=ARMS,
    )


def entered(dice, campaign, steps, terms):
    """The member, and the way that the documents give them."""
    Store.objects.filter(code="SH01").update(time_zone=dice.choice(("", "America/New_York")))
    allows, english = dice.random() < 0.8, dice.random() < 0.5
    member = enroll(consents=YES if allows else (), language="en" if english else "zh")
    enter(campaign, member, occurred_at=NOW.isoformat(), product="SK-1")
    zone = Store.objects.get(code="SH01").time_zone or "Asia/Shanghai"
    arm = Enrollment.objects.get().arm
    return member, Way(steps, terms, NOW, "SK-1", ZoneInfo(zone), arm, english, allows)


@pytest.mark.parametrize("seed", range(20))
def test_a_member_ends_where_the_documents_say(shop, seed):
    dice = random.Random(seed)
    steps = some_steps(dice)
    terms = some_terms(dice)
    member, way = entered(dice, running(steps, terms), steps, terms)
    way.begin()
    deeds = sorted(some_deeds(dice), key=lambda one: one.told_at)

    live_through(dice, member, way, deeds)

    compare(way)


def live_through(dice, member, way, deeds):
    """Deeds as they are told and steps as they fall due, some deeds heard together."""
    now = NOW
    told: list[Deed] = []
    unheard: list[Deed] = []
    work(dice, now)
    while deeds or next_due() is not None:
        due = next_due()
        if deeds and (due is None or deeds[0].told_at <= due):
            deed = deeds.pop(0)
            now = deed.told_at
            tell(member, deed, len(told))
            told.append(deed)
            unheard.append(deed)
            if deeds and dice.random() < 0.3:
                continue
            drain(dice, now)
            way.hear(unheard, now)
            unheard = []
        else:
            now = due
        work(dice, now)
        way.turn(now, told)
    drain(dice, now)
    while (due := next_due()) is not None:
        work(dice, due)
        way.turn(due, told)


def compare(way):
    row = Enrollment.objects.get()
    assert (row.state, row.reason, row.converted_at) == (way.state, way.reason, way.converted_at)
    rows = Delivery.objects.order_by("pk")
    assert [(one.step, one.state, one.expires_at) for one in rows] == way.messages
    records = StepRecord.objects.order_by("pk")
    assert [(one.step, one.outcome, one.recorded_at) for one in records] == way.records
    assert dict(ClerkTask.objects.values_list("step", "state")) == way.tasks
    keys = PrizeGrant.objects.order_by("pk").values_list("key", flat=True)
    assert list(keys) == [f"campaign:{row.pk}:{step}" for step in way.gifts]
