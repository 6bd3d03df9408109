"""Many members of every kind, made at random and written at once; the same dice, the same crowd.

Their orders, behaviors and consents stay here as plain Python too: what conditions mean of them is
computed from these, apart from the database.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from loyalty.models import Account, Order, OrderLine, Product, Tier
from members.models import BehaviorEvent, Channel, Consent, Identity, Member, MemberTag, Store, Tag
from tests import world

AT = datetime(2026, 3, 2, 6, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
TODAY = AT.astimezone(ZONE).date()
MICROSECOND = timedelta(microseconds=1)
# Rows of one INSERT: its parameters must stay few.
BATCH = 500
SKUS = ("SK-1", "SK-2", "SK-3", "SK-4")
CATEGORIES = {"SK-1": "skincare", "SK-2": "skincare", "SK-3": "bodycare", "SK-4": ""}
KINDS = ("product_view", "app_open", "share")


@dataclass
class Sold:
    """An order: when, and per line the product, what it cost and what came back of it."""

    occurred_at: datetime
    lines: list[tuple[str, int, int]]

    @property
    def day(self) -> date:
        return self.occurred_at.astimezone(ZONE).date()

    @property
    def net(self) -> int:
        return sum(net - back for _sku, net, back in self.lines)


@dataclass
class Person:
    """A member and all that was made up of them."""

    uid: UUID
    values: dict[str, Any]
    tags: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    answers: list[tuple[str, bool]] = field(default_factory=list)
    orders: list[Sold] = field(default_factory=list)
    deeds: list[tuple[str, str, datetime]] = field(default_factory=list)
    points: int = 0
    tier: str = ""
    member_id: int = 0

    @property
    def is_open(self) -> bool:
        return self.values["state"] == "ACTIVE" and self.values["is_profiled"]


def gather(count: int, *, seed: int = 20260302) -> list[Person]:
    """Opens the shop and lets `count` members in."""
    world.open_shop()
    dice = random.Random(seed)
    people = [_person(dice, number) for number in range(count)]
    _write(people)
    return people


def instant(dice: random.Random) -> datetime:
    """Often at the very edge of a window."""
    days = dice.choice([0, 1, 7, 30, 90, 365])
    edge = AT - timedelta(days=days)
    if dice.random() < 0.4:
        return edge + dice.choice([-1, 0, 1]) * MICROSECOND
    return edge - timedelta(seconds=dice.randint(1, 40 * 86_400))


def _person(dice: random.Random, number: int) -> Person:
    state = dice.choices(["ACTIVE", "RESTRICTED", "ERASED"], [20, 1, 1])[0]
    band = dice.choice([None, 1960, 1985, 2000, 2010])
    values = {
        "card_number": f"99{number:08d}",
        "state": state,
        "is_profiled": dice.random() < 0.95,
        "gender": dice.choice(["FEMALE", "MALE", "", "UNKNOWN"]),
        "language": dice.choice(["en", "zh-hans"]),
        "birthday_md": dice.choice([None, 101, 228, 229, 301, 302, 303, 331, 1231]),
        "birth_band": band,
        "placement": dice.choice(["", "counter", "poster"]),
        "guide": dice.choice(["", "g-1", "g-2"]),
        "joined_at": AT - timedelta(hours=dice.randint(0, 24 * 500)),
    }
    made = Person(uid=UUID(int=dice.getrandbits(128), version=4), values=values)
    made.tags = {code for code in ("vip", "new") if dice.random() < 0.3}
    made.kinds = {kind for kind in ("PHONE", "EMAIL") if dice.random() < 0.6}
    made.answers = [
        (dice.choice(["SMS", "EMAIL", "INBOX", "WECHAT"]), dice.random() < 0.6)
        for _ in range(dice.randint(0, 4))
    ]
    made.orders = [_sold(dice) for _ in range(dice.choice([0, 0, 1, 2, 5]))]
    made.deeds = [
        (dice.choice(KINDS), dice.choice(["", *SKUS]), instant(dice))
        for _ in range(dice.choice([0, 0, 1, 3]))
    ]
    made.points = dice.choice([0, 50, 500])
    made.tier = dice.choice(["member", "silver"])
    return made


def _sold(dice: random.Random) -> Sold:
    lines = []
    for sku in dice.sample(SKUS, k=dice.randint(1, 2)):
        net = dice.choice([0, 5_000, 12_345])
        lines.append((sku, net, dice.choice([0, 0, net, net // 2])))
    return Sold(instant(dice), lines)


def _write(people: list[Person]) -> None:
    channel, store = Channel.objects.get(code="pos"), Store.objects.get(code="SH01")
    for person in people:
        member = Member(uid=person.uid, channel=channel, store=store, **person.values)
        person.values["member"] = member
    Member.objects.bulk_create([person.values["member"] for person in people], BATCH)
    for person in people:
        person.member_id = person.values.pop("member").pk
    _write_holdings(people)
    _write_answers(people)
    _write_orders(people, channel, store)
    BehaviorEvent.objects.bulk_create(
        (
            BehaviorEvent(
                source="app", external_id=f"{person.member_id}-{number}",
                member_id=person.member_id,
                kind=kind, object=thing, occurred_at=when, recorded_at=AT,
            )
            for person in people
            for number, (kind, thing, when) in enumerate(person.deeds)
        ),
        BATCH,
    )  # fmt: skip


def _write_holdings(people: list[Person]) -> None:
    tiers = {tier.code: tier for tier in Tier.objects.all()}
    tags = {code: Tag.objects.create(code=code, name_en=code) for code in ("vip", "new")}
    Account.objects.bulk_create(
        (
            Account(
                member_id=person.member_id,
                active_points=person.points,
                tier=tiers[person.tier],
                tier_since_at=AT,
            )
            for person in people
        ),
        BATCH,
    )
    MemberTag.objects.bulk_create(
        (
            MemberTag(member_id=person.member_id, tag=tags[code], created_at=AT)
            for person in people
            for code in sorted(person.tags)
        ),
        BATCH,
    )


def _write_answers(people: list[Person]) -> None:
    Identity.objects.bulk_create(
        (
            Identity(
                member_id=person.member_id, kind=kind, value="", created_at=AT,
                digest=f"{kind}{person.member_id}".encode(),
            )
            for person in people
            for kind in sorted(person.kinds)
        ),
        BATCH,
    )  # fmt: skip
    Consent.objects.bulk_create(
        (
            Consent(
                member_id=person.member_id, purpose="MARKETING", medium=medium,
                is_granted=is_granted,
                policy_version="1", source="test", occurred_at=AT, recorded_at=AT,
            )
            for person in people
            for medium, is_granted in person.answers
        ),
        BATCH,
    )  # fmt: skip


def _write_orders(people: list[Person], channel: Channel, store: Store) -> None:
    products = {
        sku: Product.objects.create(sku=sku, name_en=sku, category=CATEGORIES[sku]) for sku in SKUS
    }
    rows: list[tuple[Order, Sold]] = []
    for person in people:
        for number, sold in enumerate(person.orders):
            net = sum(one for _sku, one, _back in sold.lines)
            order = Order(
                source="till", external_id=f"{person.member_id}-{number}", fingerprint=b"",
                channel=channel, store=store, member_id=person.member_id,
                occurred_at=sold.occurred_at, recorded_at=AT, business_date=sold.day,
                currency="CNY", gross_amount=net, discount_amount=0, net_amount=net,
                money_amount=net + 1_000, shipping_amount=1_000,
                refunded_amount=net - sold.net + 1_000, refunded_shipping_amount=1_000,
            )  # fmt: skip
            rows.append((order, sold))
    Order.objects.bulk_create([order for order, _sold in rows], BATCH)
    lines = defaultdict(list)
    for order, sold in rows:
        for number, (sku, net, back) in enumerate(sold.lines):
            lines[order.pk].append(
                OrderLine(
                    order_id=order.pk,
                    number=number,
                    line_id=str(number),
                    product=products[sku],
                    quantity=1,
                    unit_price_amount=net,
                    net_amount=net,
                    money_amount=net,
                    eligible_amount=net,
                    refunded_amount=back,
                )
            )
    OrderLine.objects.bulk_create((line for some in lines.values() for line in some), BATCH)
