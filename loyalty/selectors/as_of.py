"""What a member held as of an earlier instant: exactly what was answered then.

Entries and movements that were recorded by then rebuild the lots; what falls due by itself is
computed at that instant, as every read does. Facts that were recorded later, also back-dated
ones, change nothing. Source: docs/algorithms/expiry.md, "As of an earlier instant".
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q

from loyalty.models import Hold, HoldPart, Lot, LotExtension, Tier, TierChange
from loyalty.rules import calendar
from loyalty.rules import holds as hold_rules
from loyalty.rules import lots as lot_rules
from loyalty.rules.entries import Balances
from loyalty.rules.ledger import Ledger
from loyalty.selectors import accounts
from loyalty.selectors.accounts import Expiring
from loyalty.services import programs
from members.errors import NotFound
from members.models import Member
from members.selectors import members, merges


@dataclass(frozen=True)
class AccountAsOf:
    """Balances in points as of `at`, and the tier that was recorded by then."""

    member_id: int
    at: datetime
    pending: int
    active: int
    held: int
    available: int
    debt: int
    earned: int
    redeemed: int
    expired: int
    expiring: tuple[Expiring, ...]
    tier: Tier
    tier_since_at: datetime
    tier_until_at: datetime | None
    is_in_grace: bool
    currency: str


@dataclass(frozen=True)
class _Entry:
    id: int
    member_id: int
    kind: str
    points: int
    pending: int
    active: int
    debt: int
    key: str
    recorded_at: datetime


# Lot ids and signed points by entry.
Movements = dict[int, list[tuple[int, int]]]


@dataclass(frozen=True)
class Found:
    """Whom an id led to then, and what they held."""

    member_uid: str
    account: AccountAsOf


def by_uid(*, uid: UUID, at: datetime) -> Found:
    """The account that this member's id led to at `at`: before a merge, their own.

    Raises: NotFound, also where there was no account yet.
    """
    member = Member.objects.filter(uid=uid).first()
    if member is None:
        raise NotFound
    member = merges.survivor_at(member=member, at=at)
    account = account_as_of(member_id=member.pk, at=at)
    if account is None:
        raise NotFound
    return Found(str(member.uid), account)


def account_as_of(*, member_id: int, at: datetime) -> AccountAsOf | None:
    """What was answered at `at`; None when the member had no account by then. Some ten queries
    over the member's whole history.

    Where the server's clock was once set back, an instant that came twice means the second time.
    """
    change = (
        TierChange.objects.filter(member_id=member_id, recorded_at__lte=at)
        .select_related("to_tier")
        .order_by("-pk")
        .first()
    )
    if change is None:
        return None
    ledger = ledger_as_of(member_id=member_id, at=at)
    balances = ledger.balances
    return AccountAsOf(
        member_id=member_id,
        at=at,
        pending=balances.pending,
        active=balances.active,
        held=balances.held,
        available=balances.available,
        debt=balances.debt,
        earned=balances.earned,
        redeemed=balances.redeemed,
        expired=balances.expired,
        expiring=accounts.expiring(ledger, at),
        tier=change.to_tier,
        tier_since_at=change.occurred_at,
        tier_until_at=change.until_at,
        is_in_grace=change.reason == TierChange.Reason.GRACE,
        currency=programs.current().currency,
    )


def ledger_as_of(*, member_id: int, at: datetime) -> Ledger:
    """The member's ledger as it was at `at`, settled at that instant."""
    everyone = _everyone(member_id)
    person = merges.one_person(member_id=member_id, at=at)
    entries = _entries(everyone)
    known = _known(entries, person, at)
    movements = _movements(everyone)
    lots = _lots(everyone, entries, known, movements, at)
    ledger = Ledger(member_id, _balances(known.values(), member_id), lots)
    _hold(ledger, everyone, at)
    ledger.note_next_change()
    ledger.settle(at)
    return ledger


def _everyone(member_id: int) -> list[int]:
    """All ids of the person as of today, and of whoever was taken for the same person once:
    facts of later times are theirs too."""
    last = members.survivor(Member.objects.get(pk=member_id)).pk
    retired = Member.objects.filter(merged_into_id=last).values_list("pk", flat=True)
    return [last, *retired, *merges.ever_one_with(member_id=member_id)]


def _entries(everyone: Collection[int]) -> dict[int, _Entry]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, member_id, kind, points, pending_change, active_change, debt_change, key,"
            " recorded_at FROM loyalty_ledgerentry WHERE member_id = ANY(%s) ORDER BY id",
            [list(everyone)],
        )
        return {row[0]: _Entry(*row) for row in cursor.fetchall()}


def _known(entries: dict[int, _Entry], person: Collection[int], at: datetime) -> dict[int, _Entry]:
    """Entries of this person that were there: of each member all up to the last one recorded by
    then. Ids follow each other as the account's lock let them."""
    last: dict[int, int] = {}
    for entry in entries.values():
        if entry.recorded_at <= at:
            last[entry.member_id] = entry.id
    return {
        entry.id: entry
        for entry in entries.values()
        if entry.member_id in person and entry.id <= last.get(entry.member_id, 0)
    }


def _movements(everyone: Collection[int]) -> Movements:
    found: Movements = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.entry_id, m.lot_id, m.points FROM loyalty_ledgerentry e"
            " JOIN loyalty_lotmovement m ON m.entry_id = e.id WHERE e.member_id = ANY(%s)",
            [list(everyone)],
        )
        for entry_id, lot_id, points in cursor.fetchall():
            found[entry_id].append((lot_id, points))
    return found


def _balances(known: Iterable[_Entry], member_id: int) -> Balances:
    """Sums of the entries: what is held now from the member's own chain, the lifetime sums also
    from those who were merged into them."""
    sums = Balances()
    for entry in known:
        if entry.member_id == member_id:
            sums.pending += entry.pending
            sums.active += entry.active
            sums.debt += entry.debt
        sums.earned += entry.points if entry.kind == "EARN" else 0
        sums.redeemed -= entry.points if entry.kind in ("REDEEM", "RESTORE") else 0
        sums.expired -= entry.points if entry.kind == "EXPIRE" else 0
    return sums


def _lots(
    everyone: list[int],
    entries: dict[int, _Entry],
    known: dict[int, _Entry],
    movements: Movements,
    at: datetime,
) -> list[lot_rules.Lot]:
    """The lots that held points then. A lot is open today, or some entry used it up."""
    used = {lot_id for moved in movements.values() for lot_id, _ in moved}
    moved_by_then: dict[int, int] = defaultdict(int)
    for entry_id in known:
        for lot_id, points in movements.get(entry_id, ()):
            moved_by_then[lot_id] += points
    expiries = _expiries(everyone, at)
    activated = {entry.key for entry in known.values() if entry.kind == "ACTIVATE"}
    completed = _completed(known.values())
    completed_later = _completed(entries.values()) - completed
    found = []
    rows = Lot.objects.filter(Q(pk__in=used) | Q(member_id__in=everyone, is_open=True))
    for row in rows.order_by("pk"):
        opening = known.get(row.entry_id)
        remaining = row.earned_points + moved_by_then[row.pk]
        if opening is None or remaining == 0:
            continue
        waits = row.pk in completed_later
        found.append(
            lot_rules.Lot(
                id=row.pk,
                earned=row.earned_points,
                remaining=remaining,
                activates_at=calendar.UNTIL_COMPLETED if waits else row.activates_at,
                expires_at=expiries.get(row.pk, row.expires_at),
                is_pending=opening.pending > 0
                and row.pk not in completed
                and not _keys(row.pk, opening) & activated,
            )
        )
    return found


def _keys(lot_id: int, opening: _Entry) -> set[str]:
    """What the entry that activated this lot may be called: by the lot, or, where it was earned
    and became usable in one posting, by the entry that opened it."""
    return {f"lot:{lot_id}:activate", f"{opening.key}:activate"}


def _completed(entries: Iterable[_Entry]) -> set[int]:
    """Lots that an order's completion activated; the entry's key names the lot."""
    return {
        int(entry.key.rsplit(":", 1)[1])
        for entry in entries
        if entry.kind == "ACTIVATE" and ":activate:" in entry.key
    }


def _expiries(everyone: Collection[int], at: datetime) -> dict[int, datetime | None]:
    """Where a lot's expiry moved later: what it was before the first of those moves."""
    moves = LotExtension.objects.filter(member_id__in=everyone, recorded_at__gt=at).order_by("pk")
    found: dict[int, datetime | None] = {}
    for move in moves:
        found.setdefault(move.lot_id, move.before_at)
    return found


def _hold(ledger: Ledger, everyone: Collection[int], at: datetime) -> None:
    """Pins what was held. A hold whose time was over may have been written off by then or not;
    one that still finds all its points is let go by settling, with the same outcome."""
    rows = Hold.objects.filter(member_id__in=everyone, created_at__lte=at).exclude(
        state__in=(Hold.State.CAPTURED, Hold.State.RELEASED), resolved_at__lte=at
    )
    parts: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for part in HoldPart.objects.filter(hold__in=rows).order_by("pk"):
        parts[part.hold_id].append((part.lot_id, part.points))
    here = {lot.id: lot for lot in ledger.lots}
    # Those that surely held first: they must not be crowded out.
    for row in sorted(rows, key=lambda row: (row.expires_at <= at, row.pk)):
        pinned = parts[row.pk]
        if any(lot_id not in here or here[lot_id].free < points for lot_id, points in pinned):
            continue
        for lot_id, points in pinned:
            here[lot_id].held += points
        ledger.balances.held += row.points
        ledger.holds.append(hold_rules.Hold(row.pk, row.points, row.expires_at, pinned))
