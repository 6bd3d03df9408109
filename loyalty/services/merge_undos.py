"""Gives back what a merge of two members moved here. The ledger is append-only: reversing entries
say it, so that sums before the merge are the sums after its undoing.

Registered as the undo of a step of `members.services.merges`. Source:
docs/algorithms/transfers-and-merges.md.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F, Model

from loyalty.models import (
    Account,
    Hold,
    LedgerEntry,
    Lot,
    LotMovement,
    Order,
    Refund,
    RuleUse,
    TierChange,
)
from members.services.merge_undos import NotUndoable
from members.services.merges import Merge

STEP = "loyalty.accounts"
_BALANCES = ("pending", "active", "debt")
_ROWS: dict[str, type[Model]] = {
    "lots": Lot,
    "orders": Order,
    "refunds": Refund,
    "holds": Hold,
    "rule_uses": RuleUse,
}


def give_back(done: Merge, moved: dict[str, Any]) -> None:
    """Both accounts are what they were, with their lots, holds, orders, tiers and sums.

    Raises: NotUndoable, when something was posted while the locks were waited for.
    """
    accounts = _lock(done)
    if reason := obstacle(done, moved):
        raise NotUndoable(obstacles=[{"step": STEP, "reason": reason}], reason=reason)
    survivor, retired = accounts[done.survivor_id], accounts[done.retired_id]
    own, theirs = moved["before"]
    chains = _Chain(survivor, done, moved["key"]), _Chain(retired, done, moved["key"])
    _owe_again(*chains)
    _return_points(*chains, theirs)
    for chain, before in zip(chains, (own, theirs), strict=True):
        chain.check(before)
    for name, model in _ROWS.items():
        rows = model._default_manager.filter(pk__in=moved["rows"][name], member_id=done.survivor_id)
        rows.update(member_id=done.retired_id)
    _tell_tier(survivor, own, done)
    Account.objects.filter(pk=survivor.pk).update(**own, version=F("version") + 1)
    # Above zero again, and above all that it ever was.
    Account.objects.filter(pk=retired.pk).update(**theirs, version=-F("version"))


def obstacle(done: Merge, moved: dict[str, Any]) -> str:
    """`points_moved`: whatever is posted for a member (an order, a refund, a hold, points that
    lapse) raises the version of their account."""
    found = dict(
        Account.objects.filter(pk__in=(done.survivor_id, done.retired_id)).values_list(
            "pk", "version"
        )
    )
    now = [found.get(done.survivor_id), found.get(done.retired_id)]
    return "" if now == moved["versions"] else "points_moved"


def _lock(done: Merge) -> dict[int, Account]:
    both = Account.objects.filter(pk__in=(done.survivor_id, done.retired_id))
    return {row.pk: row for row in both.order_by("pk").select_for_update(of=("self",))}


@dataclass
class _Chain:
    """A member's entries, each following from the one before."""

    account: Account
    done: Merge
    key: str
    balances: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.balances = {name: getattr(self.account, f"{name}_points") for name in _BALANCES}

    def enter(self, kind: str, points: int, suffix: str, **changes: int) -> LedgerEntry:
        for name, change in changes.items():
            self.balances[name] += change
        other = (
            self.done.retired_id
            if self.account.pk == self.done.survivor_id
            else self.done.survivor_id
        )
        return LedgerEntry.objects.create(
            member_id=self.account.pk,
            kind=kind,
            points=points,
            reason="merge_undone",
            source_type=LedgerEntry.Source.MERGE,
            source_id=other,
            key=f"{self.key}:undo:{suffix}",
            actor_id=self.done.actor_id,
            occurred_at=self.done.at,
            recorded_at=self.done.at,
            **{f"{name}_change": change for name, change in changes.items()},
            **{f"{name}_after": value for name, value in self.balances.items()},
        )

    def check(self, before: dict[str, Any]) -> None:
        wanted = {name: before[f"{name}_points"] for name in _BALANCES}
        if self.balances != wanted:
            raise AssertionError(f"account {self.account.pk}: {self.balances}, not {wanted}")


def _owe_again(survivor: _Chain, retired: _Chain) -> None:
    """What the other card's points repaid is owed again, and the points are in their lots."""
    repaid = LedgerEntry.objects.filter(
        member_id=survivor.account.pk,
        kind=LedgerEntry.Kind.REPAY,
        key__startswith=f"{survivor.key}:repay",
    )
    for number, entry in enumerate(repaid.order_by("-pk")):
        points = -entry.points
        again = survivor.enter("REPAY", points, f"repay:{number}", active=points, debt=points)
        for movement in LotMovement.objects.filter(entry_id=entry.pk).order_by("pk"):
            LotMovement.objects.create(
                entry_id=again.pk,
                lot_id=movement.lot_id,
                member_id=survivor.account.pk,
                points=-movement.points,
            )
            Lot.objects.filter(pk=movement.lot_id).update(
                remaining_points=F("remaining_points") - movement.points, is_open=True
            )


def _return_points(survivor: _Chain, retired: _Chain, theirs: dict[str, Any]) -> None:
    """The two entries of the merge the other way round; lots go with their ids."""
    changes = {name: theirs[f"{name}_points"] for name in _BALANCES}
    if not any(changes.values()):
        return
    points = changes["pending"] + changes["active"]
    back = {name: -change for name, change in changes.items()}
    survivor.enter("TRANSFER_OUT", -points, "transfer_out", **back)
    retired.enter("TRANSFER_IN", points, "transfer_in", **changes)


def _tell_tier(survivor: Account, own: dict[str, Any], done: Merge) -> None:
    """The survivor's own tier again, where the other card's was higher or lasted longer."""
    until_at = own["tier_until_at"] and datetime.fromisoformat(own["tier_until_at"])
    if (survivor.tier_id, survivor.tier_until_at) == (own["tier_id"], until_at):
        return
    TierChange.objects.create(
        member_id=survivor.pk,
        from_tier_id=survivor.tier_id,
        to_tier_id=own["tier_id"],
        reason=TierChange.Reason.UNMERGED,
        actor_id=done.actor_id,
        occurred_at=done.at,
        recorded_at=done.at,
        until_at=until_at,
    )
