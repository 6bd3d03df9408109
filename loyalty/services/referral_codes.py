"""A member's own code for recommending: made when it is first asked for, and never another's."""

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import IntegrityError, transaction

from loyalty.models import ReferralCode
from loyalty.rules import coupons
from loyalty.rules import referrals as rules
from members.errors import MemberRestricted, NotFound
from members.models import Member

_TRIES = 5


def of_member(*, member_id: int, at: datetime) -> ReferralCode:
    """The member's code; again it is the same one.

    Raises: NotFound, for somebody who is gone; MemberRestricted, where there is none yet.
    """
    found = ReferralCode.objects.filter(member_id=member_id).first()
    if found is not None and found.stopped_at is None:
        return found
    state = Member.objects.filter(pk=member_id).values_list("state", flat=True).first()
    if state == Member.State.RESTRICTED:
        raise MemberRestricted
    if state != Member.State.ACTIVE:
        raise NotFound
    return _make(member_id, at)


def make_missing(*, member_ids: Collection[int], at: datetime) -> int:
    """Codes for those of these members who have none, such as before they are written to; gives
    how many were made. Two queries. Bears repeats, and others who do the same."""
    active = Member.objects.filter(pk__in=member_ids, state=Member.State.ACTIVE)
    lacking = active.filter(referral_code=None).order_by().values_list("pk", flat=True)
    made = [
        ReferralCode(
            member_id=pk, code=rules.code_of(secrets.randbelow(rules.CODES)), created_at=at
        )
        for pk in lacking
    ]
    # Somebody else's code, one in a trillion, leaves a member out until the next time.
    ReferralCode.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def lock(*, member_id: int, at: datetime) -> ReferralCode:
    """The member's row, behind its lock: what one member's friends bring is counted by one at a
    time. Also of somebody who is gone."""
    rows = ReferralCode.objects.select_for_update().filter(member_id=member_id)
    found: ReferralCode | None = rows.first()
    if found is None:
        _make(member_id, at)
        found = rows.get()
    return found


def find(texts: Collection[str]) -> Mapping[str, int]:
    """Whom these codes lead to now, by code as it was typed: after a merge the survivor. Codes of
    members who are gone, or whose data are restricted, lead to nobody."""
    typed = {text: coupons.normalize(text) for text in texts}
    rows = ReferralCode.objects.filter(code__in=set(typed.values()), stopped_at=None)
    owners = dict(rows.values_list("code", "member_id"))
    led = _led(owners.values())
    return {text: led[owners[code]] for text, code in typed.items() if owners.get(code) in led}


def _led(member_ids: Collection[int]) -> dict[int, int]:
    """By member id the active one that it leads to. A card leads straight to its survivor."""
    rows = Member.objects.filter(pk__in=list(member_ids)).order_by()
    into = {pk: merged_into or pk for pk, merged_into in rows.values_list("pk", "merged_into_id")}
    active = Member.objects.filter(pk__in=set(into.values()), state=Member.State.ACTIVE).order_by()
    alive = set(active.values_list("pk", flat=True))
    return {pk: to for pk, to in into.items() if to in alive}


def _make(member_id: int, at: datetime) -> ReferralCode:
    for _ in range(_TRIES):
        code = rules.code_of(secrets.randbelow(rules.CODES))
        try:
            with transaction.atomic():
                made, _is_new = ReferralCode.objects.get_or_create(
                    member_id=member_id, defaults={"code": code, "created_at": at}
                )
        except IntegrityError:
            # One in a trillion: somebody has this code.
            continue
        return made
    raise AssertionError("no free code")
