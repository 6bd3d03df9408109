"""Orders as rows, so that a test says every number; the path through the till has its own test."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest

from loyalty.models import Order
from loyalty.services import programs
from members.models import Channel, Store
from members.services import members
from members.services.identities import IdentityClaim

# 14:00 on 2 March in Shanghai.
NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
TODAY = date(2026, 3, 2)
_numbers = itertools.count(1)


@pytest.fixture
def shop(keys_made):
    programs.set_up(at=NOW - timedelta(days=400), breakage_percent=15)
    for code, zh, en in (("pos", "门店", "Till"), ("mini", "小程序", "Mini-program")):
        Channel.objects.create(code=code, name_zh=zh, name_en=en)
    for code, en in (("SH01", "Jing'an"), ("BJ01", "Sanlitun")):
        Store.objects.create(code=code, name_en=en)


@pytest.fixture
def alice(shop):
    return enroll()


@pytest.fixture
def bob(shop):
    return enroll(store="BJ01")


def enroll(*, store="SH01", joined_at=NOW):
    registration = members.Registration(
        identities=(IdentityClaim("EXTERNAL", f"x{next(_numbers)}", "crm"),),
        channel="pos",
        store=store,
        joined_at=joined_at,
    )
    return members.register(registration=registration, at=joined_at).member


def bought(member, net, *, day=TODAY, channel="pos", store="SH01", shipping=0, **fields):
    """A paid order; amounts in fen."""
    number = next(_numbers)
    paid_at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    return Order.objects.create(
        source="test",
        external_id=f"o{number}",
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
