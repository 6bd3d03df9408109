"""What members do, told as channels tell it, and what campaigns make of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from campaigns.models import Enrollment
from campaigns.services import journeys
from members.models import Dispatch, Member
from members.services import dispatches
from tests.campaigns import made
from tests.loyalty import till
from tests.members import behaviors

NOW = made.NOW
VIEW = "members.behavior.noticed"
ORDER = "loyalty.order.recorded"
# Viewed twice in a day, and not bought within half an hour behind that.
NOT_BOUGHT: dict[str, Any] = {
    "event": VIEW,
    "behavior": "product_view",
    "times": 2,
    "minutes": 1440,
    "without": {"event": ORDER},
    "without_minutes": 30,
    "same": "product",
    "keys": ["product", "day"],
}


def after(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def view(
    member: Member,
    *minutes: float,
    product: str = "SK-1",
    kind: str = "product_view",
    at: datetime | None = None,
) -> None:
    """A channel tells of views at these minutes behind NOW; when they are over, or at `at`."""
    told = at or after(max(*minutes, 0))
    behaviors.send(
        *(
            behaviors.told(
                f"{kind}-{member.pk}-{minute}-{product}",
                kind=kind,
                object=product,
                occurred_at=after(minute).isoformat(),
                member={"type": "id", "value": str(member.uid)},
            )
            for minute in minutes
        ),
        at=told,
    )


def buy(
    member: Member,
    minute: float,
    *products: str,
    number: str = "",
    at: datetime | None = None,
    **more: Any,
) -> Any:
    """An order of these products, a hundred yuan each."""
    lines = [
        till.line(str(place), more.pop("amount", 10_000), sku=sku)
        for place, sku in enumerate(products or ("SK-1",))
    ]
    return till.sell(
        number or f"o{member.pk}-{minute}",
        *lines,
        phone=None,
        member={"type": "id", "value": str(member.uid)},
        when=after(minute),
        now=at,
        **more,
    )


def hear(minute: float = 0) -> None:
    """The worker, until nothing is owed."""
    while dispatches.drain(at=after(minute)):
        pass
    assert not Dispatch.objects.exists()


def advance(minute: float) -> None:
    while journeys.advance_due(at=after(minute)):
        pass


def standing() -> Sequence[tuple[str, str, str]]:
    rows = Enrollment.objects.order_by("pk").values_list("entry_key", "state", "reason")
    return list(rows)


def named(member: Member) -> dict[str, str]:
    return {"type": "id", "value": str(member.uid)}
