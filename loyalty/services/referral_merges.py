"""What a merge moves of recommending: a person's friends come together, and of two claims of one
person the older one counts. Prizes follow afterwards, from the worker.

Registered as a step of `members.services.merges`. Source: docs/algorithms/referral.md.
"""

from datetime import datetime
from typing import Any

from django.db.models import Max

from loyalty.models import Referral, ReferralStep
from loyalty.services import referral_settling
from members.models import Member
from members.services import attributions
from members.services.merges import Merge

MERGED = "merged"
_State = Referral.State
# What the merge may change of a claim, to be given back.
_COLUMNS = ("friend_id", "referrer_id", "state", "decision", "decided_at")


def move(done: Merge) -> dict[str, Any]:
    """Friends and steps of the retired member are the survivor's; gives what was where."""
    claims = list(
        Referral.objects.select_for_update()
        .filter(friend_id__in=(done.survivor_id, done.retired_id))
        .order_by("pk")
    )
    before = {str(one.pk): _row(one) for one in claims}
    winner = _winner(claims, done)
    for one in claims:
        if one is not winner:
            _step_aside(one, done)
    if winner is not None:
        Referral.objects.filter(pk=winner.pk).update(friend_id=done.survivor_id)
    _tell_changed(before, done)
    friends = Referral.objects.filter(referrer_id=done.retired_id)
    moved = list(friends.order_by("pk").values_list("pk", flat=True))
    friends.update(referrer_id=done.survivor_id)
    return {
        "claims": before,
        "referrer": _agree(winner, done),
        "friends": moved,
        "steps": _move_steps(done),
    }


def give_back(done: Merge, moved: dict[str, Any]) -> None:
    """Each card's friends, steps, and its own claim as it was."""
    friends = Referral.objects.filter(pk__in=moved["friends"], referrer_id=done.survivor_id)
    friends.update(referrer_id=done.retired_id)
    claims = Referral.objects.filter(pk__in=[int(pk) for pk in moved["claims"]])
    merged = {str(one.pk): _row(one) for one in claims}
    for pk in moved["claims"]:
        # Out of the way of the other one.
        Referral.objects.filter(pk=int(pk)).update(friend_id=-int(pk))
    for pk, row in moved["claims"].items():
        Referral.objects.filter(pk=int(pk)).update(**_read(row, done))
    _tell_changed(merged, done)
    if moved["referrer"] is not None:
        referrer_id = moved["referrer"]["was"]
        attributions.set_referrer(member_id=done.survivor_id, referrer_id=referrer_id)
    for pk, number in moved["steps"]:
        ReferralStep.objects.filter(pk=pk).update(member_id=done.retired_id, round=number)


def obstacle(done: Merge, moved: dict[str, Any]) -> str:
    """`referrals_changed`, when the person was recommended, or their claim was decided, since."""
    now = {
        str(one.pk): one
        for one in Referral.objects.filter(friend_id__in=(done.survivor_id, done.retired_id))
    }
    if now.keys() != moved["claims"].keys():
        return "referrals_changed"
    decided = [one.decided_at for one in now.values() if one.decided_by_id is not None]
    return "referrals_changed" if any(at and at > done.at for at in decided) else ""


def _row(one: Referral) -> dict[str, Any]:
    row = {name: getattr(one, name) for name in _COLUMNS}
    return {**row, "decided_at": one.decided_at.isoformat() if one.decided_at else None}


def _read(row: dict[str, Any], done: Merge) -> dict[str, Any]:
    instant = row["decided_at"]
    found = {**row, "decided_at": datetime.fromisoformat(instant) if instant else None}
    if row["referrer_id"] not in (done.survivor_id, done.retired_id):
        # Another merge may have given, or taken, who recommended a card since.
        del found["referrer_id"]
    return found


def _tell_changed(before: dict[str, dict[str, Any]], done: Merge) -> None:
    """Those that count no more, or again: the worker only sees how they are by then."""
    claims = Referral.objects.filter(pk__in=[int(pk) for pk in before])
    for one in claims.select_related("program").order_by("pk"):
        if one.state != before[str(one.pk)]["state"]:
            referral_settling.tell(one, done.at)


def _winner(claims: list[Referral], done: Merge) -> Referral | None:
    """The claim that counts for the person: by somebody else, not refused if there is one, the
    older one."""
    both = (done.survivor_id, done.retired_id)
    others = [one for one in claims if one.referrer_id not in both]
    return min(
        others,
        key=lambda one: (one.state == _State.REFUSED, one.claimed_at, one.pk),
        default=None,
    )


def _step_aside(one: Referral, done: Merge) -> None:
    """It stays with the card that goes, refused; who recommended themselves by two cards stands
    there as the survivor."""
    referrer_id = one.referrer_id
    if referrer_id == done.retired_id:
        referrer_id = done.survivor_id
    # The other one may have this card still.
    Referral.objects.filter(friend_id=done.retired_id).exclude(pk=one.pk).update(friend_id=-one.pk)
    Referral.objects.filter(pk=one.pk).update(friend_id=done.retired_id, referrer_id=referrer_id)
    if one.state != _State.REFUSED:
        Referral.objects.filter(pk=one.pk).update(
            state=_State.REFUSED, decision=MERGED, decided_at=done.at
        )


def _agree(winner: Referral | None, done: Merge) -> dict[str, int | None] | None:
    """The survivor's card names whoever recommended the person."""
    was = Member.objects.values_list("referrer_id", flat=True).get(pk=done.survivor_id)
    if winner is None or winner.state == _State.REFUSED or was == winner.referrer_id:
        return None
    attributions.set_referrer(member_id=done.survivor_id, referrer_id=winner.referrer_id)
    return {"was": was}


def _move_steps(done: Merge) -> list[list[int]]:
    """Steps that stand, after the survivor's rounds. One that the survivor stands on too stays
    behind, and is taken back: a person reaches it once."""
    moved = []
    own = ReferralStep.objects.filter(member_id=done.survivor_id)
    theirs = ReferralStep.objects.filter(member_id=done.retired_id, undone_at=None)
    for row in theirs.order_by("pk"):
        same = own.filter(program_id=row.program_id, step=row.step)
        if same.filter(undone_at=None).exists():
            continue
        last = same.aggregate(last=Max("round"))["last"] or 0
        moved.append([row.pk, row.round])
        ReferralStep.objects.filter(pk=row.pk).update(
            member_id=done.survivor_id, round=max(last + 1, row.round)
        )
    return moved
