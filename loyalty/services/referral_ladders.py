"""The ladder: so many friends that stand bring a step; a step that is lost is earned again by the
next friend, once. Behind the lock of the member's code."""

from datetime import datetime

from django.db.models import Max

from loyalty.events import ReferralStepReached, ReferralStepUndone
from loyalty.models import ReferralPrize, ReferralProgram, ReferralStep
from loyalty.rules import referrals as rules
from loyalty.selectors import referrals as selector
from loyalty.services import referral_prizes as prizes
from members.selectors import living
from members.services import events


def settle(*, program: ReferralProgram, member_id: int, at: datetime) -> None:
    """Steps as the number of friends says, and their prizes. Again it changes nothing."""
    ladder = _ladder(program)
    if not ladder:
        return
    rows = ReferralStep.objects.filter(program=program, member_id=member_id, undone_at=None)
    standing = {row.step: row for row in rows}
    is_there = living.id_of(member_id=member_id) == member_id
    friends = selector.friends_counted(program=program, referrer_id=member_id)
    due = rules.steps(friends, ladder)
    for step in sorted(set(standing) - due, reverse=True):
        _unwind(standing[step], ladder.get(step, []), at)
    for step in sorted(due):
        row = standing.get(step)
        if row is None and is_there:
            row = _reach(program, member_id, step, at)
            _keep(row, ladder[step], at)
        elif row is not None and row.is_owed:
            _keep(row, ladder[step], at)


def unwind(*, row: ReferralStep, at: datetime) -> None:
    """Takes one step back, whatever the number of friends says."""
    _unwind(row, _ladder(row.program).get(row.step, []), at)


def _ladder(program: ReferralProgram) -> dict[int, list[ReferralPrize]]:
    found: dict[int, list[ReferralPrize]] = {}
    for prize in program.prizes.filter(moment=ReferralPrize.Moment.LADDER).order_by("pk"):
        found.setdefault(prize.step or 0, []).append(prize)
    return found


def _reach(program: ReferralProgram, member_id: int, step: int, at: datetime) -> ReferralStep:
    before = ReferralStep.objects.filter(program=program, member_id=member_id, step=step)
    last = before.aggregate(last=Max("round"))["last"] or 0
    row: ReferralStep = ReferralStep.objects.create(
        program=program, member_id=member_id, step=step, round=last + 1, reached_at=at
    )
    told = ReferralStepReached(step=step, round=row.round)
    events.record(fact=told, member_id=member_id, occurred_at=at, at=at)
    return row


def _keep(row: ReferralStep, promised: list[ReferralPrize], at: datetime) -> None:
    kept = [
        prizes.keep(_promise(row, prize, at), member_id=row.member_id, boosts=row.program)
        for prize in promised
    ]
    if row.is_owed == all(kept):
        row.is_owed = not all(kept)
        row.save(update_fields=["is_owed"])


def _unwind(row: ReferralStep, promised: list[ReferralPrize], at: datetime) -> None:
    for prize in promised:
        prizes.take_back(_promise(row, prize, at), reason="referral_step_lost")
    row.undone_at, row.is_owed = at, False
    row.save(update_fields=["undone_at", "is_owed"])
    told = ReferralStepUndone(step=row.step, round=row.round)
    events.record(fact=told, member_id=row.member_id, occurred_at=at, at=at)


def _promise(row: ReferralStep, prize: ReferralPrize, at: datetime) -> prizes.Promise:
    return prizes.Promise(f"referral-step:{row.pk}:{prize.pk}", prize, at)
