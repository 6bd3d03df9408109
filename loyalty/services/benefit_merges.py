"""What a merge of two members moves of benefits: uses, grants and claims, the counts of periods.

The sums before are the sums after: the survivor's quota minus what both cards used.
"""

from typing import Any

from django.db.models import Sum

from loyalty.models import BenefitGrant, BenefitHolder, BenefitPeriod, BenefitUse
from members.services.merges import Merge

STEP = "loyalty.benefits"
_PERIOD = ("pk", "benefit_id", "period_on", "allowed_count", "used_count", "given_count")


def move(done: Merge) -> dict[str, Any]:
    """The retired member's uses and grants are the survivor's; gives which, the periods of both
    as they were, and what the survivor has used afterwards."""
    own, theirs = _periods(done.survivor_id), _periods(done.retired_id)
    before = [[_told(row) for row in rows.values()] for rows in (own, theirs)]
    for row in theirs.values():
        _add(row, own.get((row.benefit_id, row.period_on)), done)
    moved = {
        "uses": _move(BenefitUse, done),
        "grants": _move(BenefitGrant, done),
        "own_periods": before[0],
        "periods": before[1],
    }
    held = BenefitHolder.objects.filter(member_id=done.survivor_id).values("benefit_id")
    drawn = BenefitHolder.objects.filter(member_id=done.retired_id)
    drawn.filter(benefit_id__in=held).delete()
    moved["drawn"] = list(drawn.values_list("benefit_id", flat=True))
    drawn.update(member_id=done.survivor_id)
    return {**moved, "after": _after(done)}


def _periods(member_id: int) -> dict[tuple[int, Any], BenefitPeriod]:
    rows = BenefitPeriod.objects.select_for_update().filter(member_id=member_id)
    return {(row.benefit_id, row.period_on): row for row in rows.order_by("pk")}


def _told(row: BenefitPeriod) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in _PERIOD}
    uses = list(BenefitUse.objects.filter(period=row).values_list("pk", flat=True))
    return {**told, "period_on": row.period_on.isoformat(), "uses": uses}


def _add(row: BenefitPeriod, own: BenefitPeriod | None, done: Merge) -> None:
    """The counts of both cards add up, also above one card's quota."""
    if own is None:
        BenefitPeriod.objects.filter(pk=row.pk).update(member_id=done.survivor_id)
        return
    used, given = own.used_count + row.used_count, own.given_count + row.given_count
    allowed = None
    if own.allowed_count is not None and row.allowed_count is not None:
        allowed = max(own.allowed_count, row.allowed_count, used, given)
    BenefitPeriod.objects.filter(pk=own.pk).update(
        used_count=used, given_count=given, allowed_count=allowed
    )
    # A use that is taken back lowers the count that it is in now.
    BenefitUse.objects.filter(period=row).update(period=own)
    BenefitPeriod.objects.filter(pk=row.pk).update(used_count=0, given_count=0)


def _move(model: Any, done: Merge) -> list[int]:
    rows = model._default_manager.filter(member_id=done.retired_id)
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    rows.update(member_id=done.survivor_id)
    return ids


def _after(done: Merge) -> list[int]:
    """What changes with each use, void, claim, grant and coupon of the survivor."""
    sums = BenefitPeriod.objects.filter(member_id=done.survivor_id).aggregate(
        used=Sum("used_count"), given=Sum("given_count")
    )
    uses = BenefitUse.objects.filter(member_id=done.survivor_id)
    grants = BenefitGrant.objects.filter(member_id=done.survivor_id)
    return [
        sums["used"] or 0,
        sums["given"] or 0,
        uses.count(),
        uses.filter(state=BenefitUse.State.VOID).count(),
        grants.count(),
    ]


def obstacle(done: Merge, moved: dict[str, Any]) -> str:
    """`benefits_used`, when one was used, taken back, claimed or given since."""
    return "" if _after(done) == moved["after"] else "benefits_used"


def give_back(done: Merge, moved: dict[str, Any]) -> None:
    """Each card's own uses, grants and counts."""
    for model, name in ((BenefitUse, "uses"), (BenefitGrant, "grants")):
        rows: Any = model._default_manager.filter(pk__in=moved[name])
        rows.update(member_id=done.retired_id)
    for member_id, name in ((done.survivor_id, "own_periods"), (done.retired_id, "periods")):
        for told in moved[name]:
            BenefitPeriod.objects.filter(pk=told["pk"]).update(
                member_id=member_id,
                allowed_count=told["allowed_count"],
                used_count=told["used_count"],
                given_count=told["given_count"],
            )
            BenefitUse.objects.filter(pk__in=told["uses"]).update(period_id=told["pk"])
    drawn = BenefitHolder.objects.filter(member_id=done.survivor_id, benefit_id__in=moved["drawn"])
    drawn.update(member_id=done.retired_id)
