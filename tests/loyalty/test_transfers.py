"""Points that one member gives to another."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from loyalty.errors import (
    InsufficientPoints,
    TransferConflict,
    TransferLimitReached,
    TransfersNotAllowed,
    TransferToSelf,
)
from loyalty.models import LedgerEntry, Lot, Program, Transfer
from loyalty.selectors import as_of, ledger_checks
from loyalty.services import holds, points, transfers
from loyalty.services.documents import HoldDocument, TransferDocument
from members.errors import NotFound
from members.models import Event
from members.services import merges
from tests.loyalty import till
from tests.loyalty.till import NOW, line

pytestmark = pytest.mark.django_db
ALICE, BOB = "13800138000", "13900139000"


@pytest.fixture(autouse=True)
def _allowed(shop):
    Program.objects.update(transfers_allowed=True)
    yield
    assert ledger_checks.findings() == []


def send(
    count: int, external_id: str = "t-1", giver: str = ALICE, taker: str = BOB, at: Any = NOW
) -> transfers.Transferred:
    sent = {
        "external_id": external_id,
        "from": {"type": "phone", "value": giver},
        "to": {"type": "phone", "value": taker},
        "points": count,
    }
    document = msgspec.convert(sent, TransferDocument)
    return transfers.transfer(transfer=document, source=till.TILL, at=at)


def grant(member: Any, count: int, key: str, **options: Any) -> None:
    points.grant(member_id=member.pk, points=count, key=key, reason="gift", at=NOW, **options)


def test_lots_keep_their_expiry_on_the_other_side(alice, bob):
    soon, later = NOW + timedelta(days=10), NOW + timedelta(days=90)
    grant(alice, 100, "a", expires_at=later)
    grant(alice, 80, "b", expires_at=soon)
    answer = send(100).answer
    assert (answer["from"], answer["to"], answer["points"]) == (str(alice.uid), str(bob.uid), 100)
    assert answer["account"]["available"] == 80
    came = Lot.objects.filter(member=bob).order_by("pk")
    assert [(lot.remaining_points, lot.expires_at) for lot in came] == [(80, soon), (20, later)]
    kinds = LedgerEntry.objects.filter(source_type="TRANSFER").order_by("pk")
    assert [(entry.member_id, entry.kind, entry.points) for entry in kinds] == [
        (alice.pk, "TRANSFER_OUT", -100),
        (bob.pk, "TRANSFER_IN", 80),
        (bob.pk, "TRANSFER_IN", 20),
    ]
    told = Event.objects.filter(type="loyalty.points.transferred").order_by("pk")
    assert [(event.member_id, event.payload["points"]) for event in told] == [
        (alice.pk, -100),
        (bob.pk, 100),
    ]


def test_the_same_transfer_again_gives_the_same_answer_and_moves_nothing(alice, bob):
    grant(alice, 100, "a")
    first = send(60)
    again = send(60)
    assert (again.answer, again.is_replayed) == (first.answer, True)
    with pytest.raises(TransferConflict):
        send(61)
    assert (till.balances(alice), till.balances(bob)) == ((0, 40, 0), (0, 60, 0))


def test_where_the_programme_does_not_allow_it_nothing_moves(alice, bob):
    grant(alice, 100, "a")
    Program.objects.update(transfers_allowed=False)
    with pytest.raises(TransfersNotAllowed):
        send(60)
    assert Transfer.objects.count() == 0


def test_pending_and_held_points_stay(alice, bob):
    grant(alice, 50, "a", activates_at=NOW + timedelta(days=1))
    grant(alice, 40, "b", expires_at=NOW + timedelta(hours=1))
    grant(alice, 30, "c")
    hold = msgspec.convert(
        {"external_id": "h", "member": {"type": "phone", "value": ALICE}, "points": 45},
        HoldDocument,
    )
    holds.create(hold=hold, source=till.TILL, at=NOW)
    with pytest.raises(InsufficientPoints) as refused:
        send(26)
    assert refused.value.details == {"asked_points": 26, "available_points": 25}
    send(25)
    assert till.balances(alice) == (50, 45, 0)


def test_lapsed_points_are_not_given(alice, bob):
    grant(alice, 40, "b", expires_at=NOW + timedelta(hours=1))
    with pytest.raises(InsufficientPoints):
        send(1, at=NOW + timedelta(hours=1))
    assert send(40, at=NOW + timedelta(minutes=59)).answer["points"] == 40


def test_somebody_with_a_debt_gives_nothing(alice, bob):
    order = till.sell("o-1", line("1", 10_000))
    points.redeem(member_id=alice.pk, points=100, key="x", reason="gift", at=NOW)
    till.give_back(order, "r-1")
    with pytest.raises(InsufficientPoints):
        send(1)


def test_the_receivers_debt_is_repaid_first(alice, bob):
    order = till.sell("o-1", line("1", 10_000), phone=BOB)
    points.redeem(member_id=bob.pk, points=100, key="x", reason="gift", at=NOW)
    till.give_back(order, "r-1", {"1": 3_000})
    grant(alice, 100, "a")
    send(50)
    assert till.balances(bob) == (0, 20, 0)


def test_the_days_limit_counts_the_local_day(alice, bob):
    Program.objects.update(transfer_day_points=100)
    grant(alice, 500, "a")
    send(60)
    with pytest.raises(TransferLimitReached) as refused:
        send(41, "t-2")
    assert refused.value.details == {"asked_points": 41, "left_points": 40}
    send(40, "t-3", at=till.at("2026-11-21 23:59"))
    send(100, "t-4", at=till.at("2026-11-22 00:00"))
    assert till.balances(bob) == (0, 200, 0)


def test_nobody_gives_to_themselves_or_to_somebody_unknown(alice, bob):
    grant(alice, 100, "a")
    with pytest.raises(TransferToSelf):
        send(1, taker=ALICE)
    for number in ("13600136000", "123"):
        with pytest.raises(NotFound):
            send(1, taker=number)


def test_a_refund_of_the_givers_order_takes_what_is_left_and_then_a_debt(alice, bob):
    order = till.sell("o-1", line("1", 10_000))
    grant(alice, 30, "a")
    send(90)
    answer = till.give_back(order, "r-1")
    assert (answer["points"]["clawed_back"], answer["points"]["debt"]) == (40, 60)
    assert till.balances(bob) == (0, 90, 0)


def test_points_given_away_stay_given_after_a_merge_of_both(alice, bob):
    grant(alice, 100, "a")
    first = send(60)
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW + timedelta(hours=1))
    assert till.balances(alice) == (0, 100, 0)
    assert send(60).answer == first.answer


def test_the_balances_of_both_as_of_before_stay(alice, bob):
    grant(alice, 100, "a")
    before = NOW + timedelta(minutes=1)
    send(60, at=NOW + timedelta(minutes=2))
    for member, active in ((alice, 100), (bob, 0)):
        view = as_of.account_as_of(member_id=member.pk, at=before)
        assert view is not None
        assert view.active == active
    assert UUID(str(Transfer.objects.get().uid))
