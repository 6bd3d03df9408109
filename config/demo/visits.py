"""What some of the demo's people do in the mini-program between orders: the tab “Behavior” has
something to show. Nothing of it earns, so that the year's points are those of its orders."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from config.demo.people import Dice
from loyalty.models import OrderLine
from members.models import Member
from members.services import behavior_events
from members.services.behavior_documents import ANY_DOCUMENT
from members.services.behavior_events import Teller

TELLER = Teller(source="demo-mini", channel="mini-program")
DAYS = 30
_VISIT_PERCENT = 35
_MOST_VIEWS = 9
_WORDS = ("牛奶", "咖啡", "面包", "水果", "洗发水", "纸巾", "猫粮")


def run(*, members: Sequence[Member], at: datetime) -> None:
    """A month of visits of these members. Again it changes nothing that was told."""
    events: list[dict[str, Any]] = []
    for member in members:
        skus = _bought(member)
        for day in range(DAYS if skus else 0):
            dice = Dice(member.pk, about=f"visit:{day}")
            if dice.percent("comes", _VISIT_PERCENT):
                begins = at - timedelta(days=day, minutes=30 + dice.number("minute", 600))
                events += _visit(member, f"{member.pk}-{day}", begins, skus, dice)
    most = behavior_events.MOST_IN_A_BATCH
    for start in range(0, len(events), most):
        documents = msgspec.convert(events[start : start + most], list[ANY_DOCUMENT])
        behavior_events.record_batch(events=documents, teller=TELLER, at=at)


def _bought(member: Member) -> list[str]:
    lines = OrderLine.objects.filter(order__member_id=member.pk).order_by("-pk")
    return list(lines.values_list("product__sku", flat=True)[:40])


def _visit(
    member: Member, number: str, begins: datetime, skus: Sequence[str], dice: Dice
) -> Iterator[dict[str, Any]]:
    """The app is opened, something searched, products are viewed, some end in the cart."""
    at = begins
    for index, (kind, fields) in enumerate(_deeds(skus, dice)):
        yield {
            "external_id": f"{number}-{index}",
            "kind": kind,
            "occurred_at": at,
            "member": {"type": "id", "value": str(member.uid)},
            "visitor": f"wx-{member.pk}",
            **fields,
        }
        at += timedelta(seconds=fields.get("dwell_seconds", 0) + 5 + dice.number(f"p{index}", 20))


def _deeds(skus: Sequence[str], dice: Dice) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "app_open", {}
    if dice.percent("searches", 50):
        yield "search", {"attributes": {"query": dice.one_of("word", _WORDS)}}
    for view in range(1 + dice.number("views", _MOST_VIEWS)):
        sku = dice.one_of(f"sku{view}", skus)
        yield "product_view", {"object": sku, "dwell_seconds": 4 + dice.number(f"d{view}", 80)}
        if dice.percent(f"likes{view}", 8):
            yield "like", {"object": sku}
        if dice.percent(f"cart{view}", 15):
            yield "add_to_cart", {"object": sku, "attributes": {"quantity": "1"}}
