"""A balance asked today for a past instant equals what was answered then."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from loyalty.models import Program
from loyalty.selectors import accounts, as_of, ledger_checks
from loyalty.services import completions, holds, points
from loyalty.services.documents import HoldDocument
from members.errors import DomainError
from members.models import Member
from members.services import merges
from tests.loyalty import till
from tests.loyalty.till import NOW, line

pytestmark = pytest.mark.django_db
FIELDS = (
    "pending",
    "active",
    "held",
    "available",
    "debt",
    "earned",
    "redeemed",
    "expired",
    "expiring",
)
PHONES = ("13800138000", "13900139000")


def now_of(member: Member, at: datetime) -> tuple[Any, ...]:
    view = accounts.account(member_id=member.pk, at=at)
    return tuple(getattr(view, name) for name in FIELDS)


def then_of(member: Member, at: datetime) -> tuple[Any, ...]:
    view = as_of.account_as_of(member_id=member.pk, at=at)
    return tuple(getattr(view, name) for name in FIELDS)


def later(**options: float) -> datetime:
    return NOW + timedelta(**options)


def test_a_back_dated_order_changes_no_earlier_answer(alice):
    till.sell("o-1", line("1", 10_000))
    asked_at = later(hours=1)
    before = now_of(alice, asked_at)
    till.sell("o-2", line("1", 5_000), when=NOW - timedelta(days=20), now=later(hours=2))
    assert then_of(alice, asked_at) == before
    assert then_of(alice, later(hours=2))[1] == 150


def test_a_refund_expiry_and_the_nights_job_change_no_earlier_answer(alice):
    Program.objects.update(pending_days=15, validity="DAYS", validity_count=10)
    order = till.sell("o-1", line("1", 10_000))
    noted = {at: now_of(alice, at) for at in (later(days=days) for days in (1, 14, 15, 16, 25, 26))}
    till.give_back(order, "r-1", {"1": 4_000}, when=later(days=40))
    points.settle(member_ids=[alice.pk], at=later(days=41))
    assert {at: then_of(alice, at) for at in noted} == noted


def test_somebody_without_an_account_then_has_no_answer(alice):
    assert as_of.account_as_of(member_id=alice.pk, at=NOW - timedelta(days=1)) is None


def test_the_tier_is_that_of_the_time(alice):
    for number in range(5):
        till.sell(f"o-{number}", line("1", 60_000), when=later(minutes=number))
    view = as_of.account_as_of(member_id=alice.pk, at=NOW)
    after = as_of.account_as_of(member_id=alice.pk, at=later(hours=1))
    assert view is not None
    assert after is not None
    assert (view.tier.code, after.tier.code) == ("member", "silver")


def test_a_merge_changes_no_earlier_answer_of_either(alice, bob):
    till.sell("a-1", line("1", 10_000))
    till.sell("b-1", line("1", 6_000), phone=PHONES[1])
    points.redeem(member_id=bob.pk, points=60, key="x", reason="gift", at=later(minutes=1))
    before = [now_of(member, later(hours=1)) for member in (alice, bob)]
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=later(hours=2))
    till.sell("a-2", line("1", 1_000), when=later(hours=3))
    assert [then_of(member, later(hours=1)) for member in (alice, bob)] == before
    assert then_of(alice, later(hours=2)) == (0, 100, 0, 100, 0, 160, 60, 0, ())


def test_a_second_merge_leaves_the_first_as_it_was(alice, bob):
    charlie = till.register("13700137000")
    till.sell("b-1", line("1", 6_000), phone=PHONES[1])
    till.sell("c-1", line("1", 3_000), phone="13700137000")
    merges.merge(survivor_id=bob.pk, retired_id=charlie.pk, at=later(hours=1))
    before = now_of(bob, later(hours=2))
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=later(hours=3))
    assert then_of(bob, later(hours=2)) == before
    assert then_of(charlie, NOW)[1] == 30
    assert then_of(alice, later(hours=4))[1] == 90


@dataclass
class History:
    """What may happen to two members, at one instant after another."""

    dice: random.Random
    members: tuple[Member, ...]
    at: datetime = NOW
    step: int = 0
    orders: list[dict[str, Any]] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    noted: list[tuple[Member, datetime, tuple[Any, ...]]] = field(default_factory=list)

    def run(self, steps: int) -> None:
        deeds = (
            self.sell, self.sell, self.pay, self.give_back, self.adjust, self.night, self.complete,
            self.hold, self.resolve, self.change_terms, self.merge,
        )  # fmt: skip
        for _ in range(steps):
            self.step += 1
            jump = self.dice.choice((1, 60, 900, 3_600, 86_400, 40 * 86_400))
            self.at += timedelta(seconds=jump, microseconds=self.dice.randrange(1_000_000))
            try:
                self.dice.choice(deeds)()
            except DomainError:
                pass
            # Nothing happens at the very instant of a question.
            self.at += timedelta(microseconds=1)
            for member in self.members:
                if Member.objects.get(pk=member.pk).state == "ACTIVE":
                    self.noted.append((member, self.at, now_of(member, self.at)))

    def sell(self, **options: Any) -> None:
        amounts = [self.dice.randrange(100, 60_000) for _ in range(self.dice.randint(1, 2))]
        lines = [line(str(number), amount) for number, amount in enumerate(amounts)]
        late = timedelta(days=self.dice.choice((0, 0, 0, 3, 200)))
        answer = till.sell(
            f"o-{self.step}",
            *lines,
            phone=self.dice.choice(PHONES),
            when=self.at - late,
            now=self.at,
            **options,
        )
        self.orders.append(answer)

    def pay(self) -> None:
        self.sell(points_amount=100)

    def give_back(self) -> None:
        amount = self.dice.choice((None, self.dice.randrange(1, 20_000)))
        order = self.dice.choice(self.orders or [{"id": str(UUID(int=0))}])
        till.give_back(order, f"r-{self.step}", amount, when=self.at)

    def adjust(self) -> None:
        points.redeem(
            member_id=self.dice.choice(self.members).pk,
            points=self.dice.randrange(1, 200),
            key=f"x-{self.step}",
            reason="gift",
            at=self.at,
        )

    def night(self) -> None:
        points.settle(member_ids=[self.dice.choice(self.members).pk], at=self.at)

    def complete(self) -> None:
        order = self.dice.choice(self.orders or [{"id": str(UUID(int=0))}])
        completions.complete(
            order_uid=UUID(order["id"]), source=till.TILL, occurred_at=self.at, at=self.at
        )

    def hold(self) -> None:
        sent = {
            "external_id": f"h-{self.step}",
            "member": {"type": "phone", "value": self.dice.choice(PHONES)},
            "points": self.dice.randrange(1, 150),
            "minutes": self.dice.choice((1, 15, 10_000)),
        }
        document = msgspec.convert(sent, HoldDocument)
        self.held.append(holds.create(hold=document, source=till.TILL, at=self.at)["id"])

    def resolve(self) -> None:
        uid = UUID(self.dice.choice(self.held or [str(UUID(int=0))]))
        if self.dice.random() < 0.5:
            holds.release(hold_uid=uid, source=till.TILL, at=self.at)
        else:
            count = self.dice.choice((None, 1))
            holds.capture(hold_uid=uid, points=count, source=till.TILL, at=self.at)

    def change_terms(self) -> None:
        Program.objects.update(
            pending_days=self.dice.choice((0, 0, 15)),
            pending_until=self.dice.choice(("DAYS", "DAYS", "COMPLETION")),
            validity=self.dice.choice(("DAYS", "NEVER")),
            validity_count=self.dice.choice((1, 30)),
            validity_slides=self.dice.choice((False, True)),
        )

    def merge(self) -> None:
        if self.dice.random() < 0.3:
            alice, bob = self.members
            merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=self.at)


@pytest.mark.parametrize("seed", range(12))
def test_what_was_answered_at_each_step_is_the_answer_for_ever(alice, bob, seed):
    history = History(random.Random(seed), (alice, bob))
    history.run(30)
    assert ledger_checks.findings() == []
    for member, at, answer in history.noted:
        assert then_of(member, at) == answer, (member, at)
