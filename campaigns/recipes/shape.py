"""What a recipe is: a campaign that is nearly ready, in words, and the values of its draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from campaigns.models import Campaign

Goal = Campaign.Goal
Entry = Campaign.Entry
ORDER, REFUND = "loyalty.order.recorded", "loyalty.order.refunded"
NOTICED = "members.behavior.noticed"
DAY = 24 * 60


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A campaign that is nearly ready: `campaigns.services.recipes.make` makes its draft.

    `code` is also that of its ready text. `name_zh` and `name_en` are the draft's; `chooses` says
    what the operator has to choose, where a shop's own things are needed.
    """

    code: str
    goal: str
    title: Any
    sentence: Any
    name_zh: str
    name_en: str
    entry: str
    rule: Mapping[str, Any]
    steps: Sequence[Mapping[str, Any]]
    values: Mapping[str, Any] = field(default_factory=dict)
    chooses: Any = ""


def message(code: str, *media: str, step: str = "m1", **more: Any) -> dict[str, Any]:
    """The recipe's own text, by the first of these media that reaches the member."""
    chosen = list(media) or ["WECHAT", "SMS", "INBOX"]
    return {
        "id": step,
        "kind": "MESSAGE",
        "template": f"recipe-{code}",
        "media": chosen,
        "mode": "FIRST",
        **more,
    }


def coupon(step: str = "g1") -> dict[str, Any]:
    """A coupon of the type that the operator chooses."""
    return {"id": step, "kind": "GRANT", "what": "COUPON", "code": "", "count": 1}


def wait(minutes: int, step: str = "w1") -> dict[str, Any]:
    return {"id": step, "kind": "WAIT", "minutes": minutes}


def leaf(name: str, op: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"field": name, "op": op, "value": value, **more}


def exit_at(event: str, same: str = "") -> dict[str, str]:
    return {"event": event, "same": same}


def until(event: str, days: int) -> dict[str, Any]:
    """The goal is the event, within so many days; with it the journey ends."""
    return {"exits": [exit_at(event)], "goal_event": event, "goal_days": days}


DAILY = {"clock": "10:00"}
# Nobody is woken.
QUIET = {"quiet_from": time(21), "quiet_until": time(9)}
