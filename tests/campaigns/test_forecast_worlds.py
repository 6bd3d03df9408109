"""Random journeys of random shops: the forecast of each message is what comes of it, and where it
says that it can't know, what comes lies between what it says."""

import random
from collections import Counter
from datetime import time, timedelta
from typing import Any

import pytest

from campaigns.models import Delivery, Enrollment, FrequencyCap
from campaigns.rules import journeys as journey_limits
from campaigns.services import deliveries, forecasts, journeys
from members.models import Member, Store
from tests import world
from tests.campaigns import made
from tests.campaigns.happened import ORDER
from tests.campaigns.on_the_way import POINTS
from tests.campaigns.shop import NOW, enroll

pytestmark = pytest.mark.django_db
HOUR = NOW + timedelta(hours=1)
ARMS = [{"code": "a", "share": 4_000}, {"code": "b", "share": 4_000}]
MEDIA = ("INBOX", "EMAIL", "SMS")
MOST_TURNS = 400


class Journeys:
    """Draws journeys; `steps` counts, for their ids."""

    def __init__(self, dice: random.Random) -> None:
        self.dice, self.count = dice, 0

    def some(self, depth: int = 1) -> list[dict]:
        return [self.step(depth) for _ in range(self.dice.randint(1, 4 if depth == 1 else 2))]

    def step(self, depth: int) -> dict:
        dice, self.count = self.dice, self.count + 1
        kinds = ["MESSAGE"] * 4 + ["WAIT", "WAIT_UNTIL", "GRANT"]
        kinds += ["BRANCH", "SPLIT", "WAIT_EVENT", "END"] if depth < 3 else []
        kind = dice.choice(kinds)
        return {"id": f"s{self.count}", "kind": kind, **getattr(self, kind.lower())(depth)}

    def message(self, depth: int) -> dict:
        media = self.dice.sample(MEDIA, self.dice.randint(1, 3))
        more = {"expires_hours": self.dice.choice((1, 6, 48))}
        mode = self.dice.choice(("FIRST", "FIRST", "EACH"))
        return {"template": "hello", "media": media, "mode": mode, **more}

    def wait(self, depth: int) -> dict:
        return {"minutes": self.dice.choice((1, 90, 600, 1_440, 4_000))}

    def wait_until(self, depth: int) -> dict:
        on = self.dice.choice(({}, {"on": "2026-03-04"}))
        return {"clock": self.dice.choice(("09:00", "20:30")), **on}

    def grant(self, depth: int) -> dict:
        return {name: value for name, value in POINTS.items() if name not in ("id", "kind")}

    def branch(self, depth: int) -> dict:
        condition = {"field": "member.language", "op": "eq", "value": "en"}
        return {"condition": condition, "yes": self.some(depth + 1), "no": self.some(depth + 1)}

    def split(self, depth: int) -> dict:
        return {"a": self.some(depth + 1), "b": self.some(depth + 1)}

    def wait_event(self, depth: int) -> dict:
        ways = {"heard": self.some(depth + 1), "else": self.some(depth + 1)}
        return {"event": ORDER, "minutes": 700, **ways}

    def end(self, depth: int) -> dict:
        return {}


def some_members(dice: random.Random) -> None:
    Store.objects.filter(code="SH01").update(time_zone=dice.choice(("", "America/New_York")))
    for number in range(12):
        media = dice.sample(MEDIA, dice.randint(0, 3))
        language = dice.choice(("zh", "en"))
        email = f"m{number}@example.org" if dice.random() < 0.8 else ""
        phone = "" if email else f"1380013{number:04}"
        one = enroll(email=email, phone=phone, consents=world.yes(*media), language=language)
        if dice.random() < 0.4:
            Member.objects.filter(pk=one.pk).update(store=None)


def some_terms(dice: random.Random) -> dict[str, Any]:
    for medium in ("", "INBOX"):
        if dice.random() < 0.4:
            window = dice.choice(("DAY", "WEEK", "ROLLING"))
            hours = 30 if window == "ROLLING" else None
            FrequencyCap.objects.create(
                medium=medium, most_count=dice.choice((1, 2)), window=window, hours=hours
            )
    values: dict[str, Any] = {"cap_policy": dice.choice(("SKIP", "DEFER", "FALL_BACK"))}
    if dice.random() < 0.5:
        values |= {"quiet_from": time(dice.choice((14, 21))), "quiet_until": time(9)}
    if dice.random() < 0.2:
        values["exits"] = [{"event": ORDER, "same": ""}]
    return values


def go_through() -> None:
    """From one instant at which somebody, or some message, is due, to the next."""
    made.run_through(at=HOUR)
    now = HOUR
    for _ in range(MOST_TURNS):
        while journeys.advance_due(at=now):
            pass
        while deliveries.send_due(at=now):
            pass
        members = Enrollment.objects.filter(state__in=Enrollment.LIVE)
        waiting = Delivery.objects.filter(state="QUEUED")
        due = [*members.values_list("due_at", flat=True)]
        due += waiting.values_list("not_before_at", flat=True)
        if not due:
            return
        now = max(now, min(one for one in due if one))
    raise AssertionError("nobody gets to the end")


def came_of_it() -> dict[str, tuple[int, int, int, dict[str, int], dict[str, int]]]:
    """By step: who came, who was reached, the held out, the messages and the reasons."""
    found: dict[str, dict[int, list[Delivery]]] = {}
    for one in Delivery.objects.order_by("pk"):
        found.setdefault(one.step, {}).setdefault(one.enrollment_id, []).append(one)
    told = {}
    for step, by_member in found.items():
        sent = Counter(
            one.medium for some in by_member.values() for one in some if one.state == "SENT"
        )
        states = [{one.state for one in some} for some in by_member.values()]
        why = Counter(
            some[0].reason
            for some in by_member.values()
            if not {one.state for one in some} & {"SENT", "GHOST"}
        )
        reached, ghosts = (
            sum("SENT" in one for one in states),
            sum("GHOST" in one for one in states),
        )
        told[step] = (len(by_member), reached, ghosts, dict(sent), dict(why))
    return told


@pytest.mark.parametrize("seed", range(30))
def test_what_is_forecast_is_what_comes_of_it(shop, seed):
    dice = random.Random(seed)
    some_members(dice)
    values = some_terms(dice)
    drawn = Journeys(dice)
    # The wait at the end: of one message alone who is refused would not even come in.
    steps = [*drawn.some(), *drawn.some(), {"id": "z", "kind": "WAIT", "minutes": 1}]
    if drawn.count >= journey_limits.MOST_STEPS:
        return
    campaign = made.running(
        entry="AT",
        entry_rule={"at": HOUR.isoformat()},
        condition=made.EVERYBODY,
        steps=steps,
        control_share=2_000,
        arms=ARMS,
        **values,
    )
    told = forecasts.forecast(campaign_id=campaign.pk, at=NOW)

    go_through()

    came = came_of_it()
    nothing: tuple[int, int, int, dict, dict] = (0, 0, 0, {}, {})
    for one in told.steps:
        members, reached, ghosts, sent, why = came.get(one.step, nothing)
        if not one.open_count:
            said = (one.members_count, one.sendable_count, one.held_out_count)
            assert (members, reached, ghosts) == said, (one, why)
            assert (sent, why) == (one.by_medium, one.excluded), one
        assert one.least_count <= members <= one.members_count
        assert one.sure_count <= reached <= one.sendable_count, (one, sent, why)
    if not told.has_message:
        return
    written_to = Delivery.objects.filter(state="SENT").values("enrollment").distinct().count()
    assert told.sure_count <= written_to <= told.sendable_count
