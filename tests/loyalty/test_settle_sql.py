"""The night's settlement as sets says what the rules of one member say, entry by entry."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty.errors import InsufficientPoints
from loyalty.models import Account, Hold, LedgerEntry, Lot, LotMovement, Program
from loyalty.selectors import ledger_checks
from loyalty.services import holds, night, points, programs
from loyalty.services.documents import HoldDocument, MemberReference
from members.models import Dispatch, Event
from members.registry import subscriptions
from tests.loyalty import till
from tests.loyalty.till import line

pytestmark = pytest.mark.django_db

TELLS = '{"ACTIVATE": ["loyalty.points.activated", []], "EXPIRE": ["loyalty.points.expired", []]}'
PHONES = ("13800138000", "13900139000", "13700137000")
WHO = st.integers(0, 2)
DAYS = st.integers(-5, 30)
STEP = st.one_of(
    st.tuples(st.just("grant"), WHO, st.integers(1, 300), DAYS, DAYS),
    st.tuples(st.just("grant_for_ever"), WHO, st.integers(1, 300), DAYS, DAYS),
    st.tuples(st.just("redeem"), WHO, st.integers(1, 200), DAYS, DAYS),
    st.tuples(st.just("hold"), WHO, st.integers(1, 200), DAYS, DAYS),
    st.tuples(st.just("sell"), WHO, st.integers(100, 30_000), DAYS, DAYS),
    st.tuples(st.just("refund"), WHO, st.integers(100, 30_000), DAYS, DAYS),
    st.tuples(st.just("days"), WHO, st.integers(0, 9), DAYS, DAYS),
)


class Shop:
    """Three members to whom things happen; the days of the lots lie around now."""

    def __init__(self):
        self.members = [till.register(phone) for phone in PHONES]
        self.now = till.NOW
        self.orders = []

    def take(self, number, name, who, amount, first, second):
        begin = self.now + timedelta(days=min(first, second))
        end = begin + timedelta(days=abs(first - second))
        getattr(self, name)(f"s-{number}", who, amount, begin, end)

    def grant(self, key, who, amount, begin, end):
        self._grant(key, who, amount, begin, end)

    def grant_for_ever(self, key, who, amount, begin, end):
        self._grant(key, who, amount, begin, None)

    def _grant(self, key, who, amount, begin, end):
        points.grant(
            member_id=self.members[who].pk, points=amount, key=key, reason="opening",
            at=self.now, activates_at=begin, expires_at=end,
        )  # fmt: skip

    def redeem(self, key, who, amount, begin, end):
        try:
            points.redeem(
                member_id=self.members[who].pk, points=amount, key=key, reason="x", at=self.now
            )
        except InsufficientPoints:
            pass

    def hold(self, key, who, amount, begin, end):
        minutes = 1 + (end - begin).days * 24 * 60
        document = HoldDocument(
            external_id=key,
            member=MemberReference(type="phone", value=PHONES[who]),
            points=amount,
            minutes=minutes,
        )
        try:
            holds.create(hold=document, source=till.TILL, at=self.now)
        except InsufficientPoints:
            pass

    def sell(self, key, who, amount, begin, end):
        self.orders.append(till.sell(key, line("1", amount), phone=PHONES[who], when=self.now))

    def refund(self, key, who, amount, begin, end):
        if self.orders:
            till.give_back(self.orders.pop(amount % len(self.orders)), key, when=self.now)

    def days(self, key, who, amount, begin, end):
        self.now += timedelta(days=amount)


ENTRY = (
    "kind", "points", "pending_change", "active_change", "debt_change", "pending_after",
    "active_after", "debt_after", "reason", "source_type", "source_id", "key", "actor_id", "note",
    "occurred_at", "recorded_at",
)  # fmt: skip


def picture(member):
    """All that the database says of a member's points; ids that a run chose are places."""
    entries = list(LedgerEntry.objects.filter(member_id=member.pk).order_by("pk"))
    places = {entry.pk: number for number, entry in enumerate(entries)}
    moved = LotMovement.objects.filter(member_id=member.pk).order_by("entry_id", "lot_id")
    events = Event.objects.filter(member_id=member.pk).order_by("pk")
    return {
        "entries": [tuple(getattr(entry, name) for name in ENTRY) for entry in entries],
        "movements": [(places[one.entry_id], one.lot_id, one.points) for one in moved],
        "lots": list(Lot.objects.filter(member_id=member.pk).order_by("pk").values()),
        "account": Account.objects.filter(member_id=member.pk).values().get(),
        "events": list(
            events.values_list("type", "occurred_at", "recorded_at", "payload", "source", "actor")
        ),
        "dispatches": [
            list(Dispatch.objects.filter(event=one).values_list("subscriber", "state", "next_at"))
            for one in events
        ],
    }


def after(work, shop):
    """What is there after `work`, which is then undone."""
    with transaction.atomic():
        work()
        assert ledger_checks.findings() == []
        seen = [picture(member) for member in shop.members]
        transaction.set_rollback(True)
    return seen


@pytest.fixture
def listener(monkeypatch):
    """Somebody hears of both, so that dispatches are compared too."""
    for event_type in ("loyalty.points.activated", "loyalty.points.expired"):
        heard = {"tests.listener": subscriptions.Subscription(event_type, "tests.listener", print)}
        monkeypatch.setitem(subscriptions._later, event_type, heard)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    steps=st.lists(STEP, min_size=4, max_size=16),
    standstill=st.integers(0, 40),
    pending_days=st.sampled_from((0, 4)),
)
def test_any_history_settles_as_a_set_as_it_does_by_the_rules(
    shop, listener, steps, standstill, pending_days
):
    with transaction.atomic():
        Program.objects.update(pending_days=pending_days, validity="DAYS", validity_count=12)
        here = Shop()
        for number, step in enumerate(steps):
            here.take(number, *step)
        at = here.now + timedelta(days=standstill, hours=13)
        ids = list(
            Account.objects.filter(next_change_at__lte=at).values_list("member_id", flat=True)
        )
        by_rules = after(lambda: points.settle(member_ids=ids, at=at), here)
        as_set = after(lambda: list(night.settle_lots(at=at)), here)
        assert as_set == by_rules
        transaction.set_rollback(True)
    programs.forget()


def test_members_whose_hold_timed_out_are_left_to_the_rules_and_settled_by_them(shop):
    here = Shop()
    for who in range(3):
        here.take(who, "grant", who, 100, -1, 5)
    at = here.now + timedelta(days=6)
    # The second one's hold times out with the points, the third one's outlives the night.
    here.hold("h-1", 1, 40, here.now, here.now + timedelta(days=1))
    here.hold("h-2", 2, 40, here.now, here.now + timedelta(days=7))
    first, second, third = (member.pk for member in here.members)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM loyalty_settle(%s, %s, %s::jsonb, true)",
            [[first, second, third], at, TELLS],
        )
        assert cursor.fetchone() == (2, [second])

    assert till.balances(here.members[0]) == (0, 0, 0)
    assert till.balances(here.members[1]) == (0, 100, 0)
    # What is held outlives its lot.
    assert till.balances(here.members[2]) == (0, 40, 0)
    assert list(night.settle_lots(at=at)) == [0, 1]
    assert till.balances(here.members[1]) == (0, 0, 0)
    assert Hold.objects.get(external_id="h-1").state == "EXPIRED"
    assert ledger_checks.findings() == []


def test_an_account_whose_note_of_the_next_change_was_too_early_gets_the_right_one(alice):
    points.grant(
        member_id=alice.pk, points=50, key="g", reason="opening", at=till.NOW,
        expires_at=till.at("2027-03-01"),
    )  # fmt: skip
    Account.objects.update(next_change_at=till.at("2026-01-01"))
    assert sum(night.settle_lots(at=till.NOW)) == 1
    assert Account.objects.get().next_change_at == till.at("2027-03-01")
    assert LedgerEntry.objects.count() == 1
    assert list(night.settle_lots(at=till.NOW)) == []
