"""A till, two members and whatever may happen to their points, through the real services."""

from datetime import timedelta
from uuid import UUID

import msgspec

from loyalty.errors import (
    AlreadyResolved,
    HoldExpired,
    InsufficientPoints,
    MoreThanHeld,
    RefundExceedsOrder,
    TransferToSelf,
)
from loyalty.models import Hold
from loyalty.selectors import accounts, as_of
from loyalty.services import holds, points, refunds, transfers
from loyalty.services.documents import HoldDocument, OrderRefundDocument, TransferDocument
from members.errors import NotFound
from members.services import merges
from tests.loyalty import till
from tests.loyalty.till import TILL, line

PHONES = ("13800138000", "13900139000")


class History:
    """Each step happens at `now` and is named by one of `STEPS`; `amount` chooses what and how
    much. What an account answered is noted with its instant: it must be answered ever after."""

    def __init__(self, alice, bob, boss):
        self.members = [alice, bob]
        self.boss = boss
        self.now = till.NOW
        self.orders = []
        self.refunds = []
        self.parked = []
        self.holds = []
        self.noted = []
        self.count = 0

    def step(self, name, amount):
        self.count += 1
        # A moment passes, so that no two answers are of one instant.
        self.now += timedelta(seconds=1)
        getattr(self, name)(amount)
        for member in self.members:
            self.noted.append((member.pk, self.now, self._answer(member)))

    def sell(self, amount, *, points_amount=0, when=None, number=None, **options):
        number = number or f"o-{self.count}"
        lines = (line("1", amount), line("2", amount // 3))
        sent = {"when": when or self.now, "points_amount": points_amount, **options}
        sent["phone"] = PHONES[amount % len(self.members)]
        answer = till.sell(number, *lines, now=self.now, **sent)
        self.orders.append((number, lines, sent, answer))

    def sell_for_points(self, amount):
        member = self.members[amount % len(self.members)]
        held = accounts.account(member_id=member.pk, at=self.now).available
        self.sell(amount, points_amount=min(held, amount + amount // 3))

    def sell_late(self, amount):
        self.sell(amount, when=self.now - timedelta(days=amount % 50))

    def sell_with_hold(self, amount):
        hold = self.holds[-1]["id"] if self.holds else "none"
        self.sell(amount, points_amount=min(amount, 50), points_hold=hold)

    def refund(self, amount):
        if self.orders:
            self._refund(self.orders[amount % len(self.orders)][3], amount)

    def refund_all(self, amount):
        if self.orders:
            self._refund(self.orders[amount % len(self.orders)][3], None)

    def refund_first(self, amount):
        """A refund that comes before its order, and then the order."""
        number = f"late-{self.count}"
        self.parked.append(
            msgspec.convert(
                {
                    "external_id": f"p-{self.count}",
                    "order_external_id": number,
                    "occurred_at": self.now.isoformat(),
                    "amount": amount // 2 + 1,
                },
                OrderRefundDocument,
            )
        )
        first = refunds.record_by_number(refund=self.parked[-1], source=TILL, at=self.now)
        again = refunds.record_by_number(refund=self.parked[-1], source=TILL, at=self.now)
        assert again.answer == first.answer
        self.sell(amount, number=number)
        assert len(self.orders[-1][3]["refunds_applied"]) == 1

    def hold(self, amount):
        sent = {
            "external_id": f"h-{self.count}",
            "member": {"type": "phone", "value": PHONES[amount % len(self.members)]},
            "points": amount % 200 + 1,
            "minutes": amount % 3_000 + 1,
        }
        try:
            self.holds.append(
                holds.create(hold=msgspec.convert(sent, HoldDocument), source=TILL, at=self.now)
            )
        except InsufficientPoints:
            return

    def capture(self, amount):
        self._resolve(amount, points=amount % 200 + 1)

    def capture_all(self, amount):
        self._resolve(amount, points=None)

    def release(self, amount):
        if self.holds:
            uid = UUID(self.holds[amount % len(self.holds)]["id"])
            try:
                holds.release(hold_uid=uid, source=TILL, at=self.now)
            except AlreadyResolved:
                assert Hold.objects.get(uid=uid).state == "CAPTURED"

    def adjust(self, amount):
        member = self.members[amount % len(self.members)]
        try:
            points.adjust(
                member_id=member.pk,
                points=amount if amount % 3 else -amount,
                reason="hand",
                actor=self.boss,
                at=self.now,
                may_owe=amount % 2 == 0,
            )
        except InsufficientPoints:
            return

    def transfer(self, amount):
        """Between the two, and once they are one it is refused."""
        giver, taker = PHONES if amount % 2 else reversed(PHONES)
        sent = {
            "external_id": f"t-{self.count}",
            "from": {"type": "phone", "value": giver},
            "to": {"type": "phone", "value": taker},
            "points": amount % 300 + 1,
        }
        document = msgspec.convert(sent, TransferDocument)
        try:
            first = transfers.transfer(transfer=document, source=TILL, at=self.now)
        except (InsufficientPoints, TransferToSelf):
            return
        assert transfers.transfer(transfer=document, source=TILL, at=self.now).answer == (
            first.answer
        )

    def repeat(self, amount):
        for number, lines, sent, answer in self.orders[-2:]:
            again = till.sell(number, *lines, now=self.now, **sent)
            assert again == answer
        for order, number, value, now, answer in self.refunds[-2:]:
            assert till.give_back(order, number, value, when=now, now=self.now) == answer

    def settle(self, amount):
        points.settle(member_ids=[member.pk for member in self.members], at=self.now)

    def days(self, amount):
        self.now += timedelta(days=amount % 40 + 1)

    def merge(self, amount):
        """Bob turns out to be Alice; his phone leads to her from now on."""
        if len(self.members) == 2:
            alice, bob = self.members
            merges.merge(
                survivor_id=alice.pk, retired_id=bob.pk, actor_id=self.boss.pk, at=self.now
            )
            self.members = [alice]

    def _refund(self, order, amount):
        number, now = f"r-{self.count}", self.now
        try:
            answer = till.give_back(order, number, amount, when=now)
        except RefundExceedsOrder:
            return
        self.refunds.append((order, number, amount, now, answer))

    def _resolve(self, amount, points):
        if not self.holds:
            return
        uid = UUID(self.holds[amount % len(self.holds)]["id"])
        try:
            first = holds.capture(hold_uid=uid, points=points, source=TILL, at=self.now)
        except (HoldExpired, AlreadyResolved, MoreThanHeld, NotFound):
            return
        again = holds.capture(hold_uid=uid, points=points, source=TILL, at=self.now)
        assert again == first

    def _answer(self, member):
        return figures(accounts.account(member_id=member.pk, at=self.now))

    def return_all(self, order):
        self.count += 1
        self.now += timedelta(seconds=1)
        self._refund(order, None)

    def forgotten(self):
        """Answers that the past would give otherwise today."""
        return [
            (instant, told, now)
            for member_id, instant, told in self.noted
            if (now := figures(as_of.account_as_of(member_id=member_id, at=instant))) != told
        ]


def figures(account):
    return (
        account.pending, account.active, account.held, account.available, account.debt,
        account.earned, account.redeemed, account.expired,
    )  # fmt: skip
