"""docs/algorithms/transfers-and-merges.md, run row by row."""

from typing import Any

import msgspec
import pytest

from loyalty.errors import InsufficientPoints
from loyalty.models import Account, Lot, Program
from loyalty.selectors import ledger_checks
from loyalty.services import holds, points, transfers
from loyalty.services.documents import HoldDocument, TransferDocument
from members.services import merges
from tests import documented
from tests.documented import Row
from tests.loyalty import till
from tests.loyalty.till import NOW, line

PAGE = "algorithms/transfers-and-merges.md"
PHONES = {"Alice": "13800138000", "Bob": "13900139000"}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_ledger_is_sound_afterwards(db):
    yield
    assert ledger_checks.findings() == []


def rows(heading: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", documented.rows(PAGE, heading), ids=str)


def _owe(member: Any, phone: str, count: int) -> None:
    """A debt: an order whose points were spent comes back."""
    if not count:
        return
    order = till.sell(f"debt-{phone}", line("1", count * 100), phone=phone)
    points.redeem(member_id=member.pk, points=count, key=f"d-{phone}", reason="gift", at=NOW)
    till.give_back(order, f"debt-{phone}")


def _grant(member: Any, count: int, key: str, **options: Any) -> None:
    if count:
        points.grant(
            member_id=member.pk, points=count, key=f"{key}-{member.pk}", reason="gift", at=NOW,
            **options,
        )  # fmt: skip


@rows("A transfer")
def test_points_go_over_with_their_expiry(alice: Any, bob: Any, row: Row) -> None:
    Program.objects.update(transfers_allowed=True)
    soon, later = till.at("2026-12-31"), till.at("2027-01-31")
    _owe(bob, PHONES["Bob"], row.number("Bob's debt"))
    _grant(alice, 100, "a", expires_at=later)
    _grant(alice, 80, "b", expires_at=soon)
    by = {name: {"type": "phone", "value": phone} for name, phone in PHONES.items()}
    if held := row.number("held"):
        hold = {"external_id": "h", "member": by["Alice"], "points": held}
        holds.create(hold=msgspec.convert(hold, HoldDocument), source=till.TILL, at=NOW)
    sent = {"external_id": "t", "from": by["Alice"], "to": by["Bob"], "points": row.number("given")}
    document = msgspec.convert(sent, TransferDocument)
    if row.text("answer") == "refused":
        with pytest.raises(InsufficientPoints):
            transfers.transfer(transfer=document, source=till.TILL, at=NOW)
    else:
        transfers.transfer(transfer=document, source=till.TILL, at=NOW)
    assert till.balances(alice) == (0, row.number("left"), row.number("Alice's debt"))
    came = Lot.objects.filter(member=bob, is_open=True)
    got = {lot.expires_at: lot.remaining_points for lot in came}
    assert got.get(soon, 0) == row.number("Bob gets until 2026-12-31")
    assert got.get(later, 0) == row.number("until 2027-01-31")
    assert Account.objects.get(member=bob).debt_points == row.number("Bob's debt after")


@rows("A merge")
def test_two_accounts_become_one(alice: Any, bob: Any, row: Row) -> None:
    pending_until = till.at("2026-12-24")
    for name, member, phone in (("A", alice, PHONES["Alice"]), ("B", bob, PHONES["Bob"])):
        _grant(member, row.number(f"{name} pending"), "p", activates_at=pending_until)
        _owe(member, phone, row.number(f"{name} debt"))
        _grant(member, row.number(f"{name} active"), "a")
    merges.merge(survivor_id=alice.pk, retired_id=bob.pk, at=NOW)
    assert till.balances(alice) == tuple(row.number(name) for name in ("pending", "active", "debt"))
    assert till.balances(bob) == (0, 0, 0)
