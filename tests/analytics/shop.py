"""Orders as rows, so that a test says every number; the path through the till has its own test."""

import itertools
from datetime import UTC, date, datetime

from loyalty.models import Order
from members.models import Channel, Member, Store
from members.services import members
from members.services.identities import IdentityClaim
from tests import world

NOW = world.NOW
TODAY = date(2026, 3, 2)
_numbers = itertools.count(1)


def enroll(*, store="SH01", joined_at=NOW) -> Member:
    registration = members.Registration(
        identities=(IdentityClaim("EXTERNAL", f"x{next(_numbers)}", "crm"),),
        channel="pos",
        store=store,
        joined_at=joined_at,
    )
    return world.register(registration, at=joined_at)


def bought(member, net, *, day=TODAY, channel="pos", store="SH01", shipping=0, **fields) -> Order:
    """A paid order; amounts in fen."""
    paid_at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    return Order.objects.create(
        source="test",
        external_id=f"o{next(_numbers)}",
        fingerprint=b"x",
        member=member,
        channel=Channel.objects.get(code=channel),
        store=Store.objects.get(code=store) if store else None,
        occurred_at=paid_at,
        recorded_at=paid_at,
        business_date=day,
        currency="CNY",
        gross_amount=net,
        discount_amount=0,
        net_amount=net,
        shipping_amount=shipping,
        money_amount=net + shipping,
        **fields,
    )
