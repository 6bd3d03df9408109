"""What challenges count beside orders: behaviors, the first time a tier is reached, friends."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from loyalty.models import BehaviorAward, Referral, ReferralProgram, TierChange
from loyalty.rules import calendar, referrals
from loyalty.rules import challenges as rules
from loyalty.rules.challenges import Rule
from loyalty.services import challenge_members
from loyalty.services.challenge_steps import Told
from loyalty.services.programs import Terms

_Reason = TierChange.Reason
# The member had that tier already, on this card or another.
_NOT_REACHED = frozenset({_Reason.MERGED, _Reason.UNMERGED})


def behaviors(
    member_ids: Collection[int], moments: Collection[datetime] | None, known: Iterable[Rule]
) -> list[Told]:
    """What these members did at these moments (None: ever), as far as some challenge counts it.
    Two queries."""
    by_code: dict[str, list[int]] = {}
    for rule in known:
        if rule.counts == rules.BEHAVIORS:
            by_code.setdefault(rule.behavior, []).append(rule.id)
    owner = challenge_members.cards(member_ids) if by_code else {}
    rows = BehaviorAward.objects.filter(member_id__in=list(owner), rule__code__in=list(by_code))
    if moments is not None:
        rows = rows.filter(occurred_at__in=list(moments))
    columns = ("pk", "member_id", "rule__code", "business_date", "occurred_at")
    return [
        Told(f"behavior:{pk}", owner[card], day, when, dict.fromkeys(by_code[code], 1))
        for pk, card, code, day, when in rows.order_by("pk").values_list(*columns)
    ]


def tiers(member_ids: Collection[int], known: Iterable[Rule], terms: Terms) -> list[Told]:
    """Of each member and challenge the change with which the tier was reached for the first time
    ever; the others add nothing. Two queries."""
    wanted = [rule for rule in known if rule.counts == rules.TIER]
    owner = challenge_members.cards(member_ids) if wanted else {}
    changes: dict[int, list[TierChange]] = {}
    for change in TierChange.objects.filter(member_id__in=list(owner)).order_by("pk"):
        changes.setdefault(owner[change.member_id], []).append(change)
    ranks = {level.id: level.rank for level in terms.levels}
    return [
        one
        for member_id, theirs in changes.items()
        for one in _reached(member_id, theirs, wanted, ranks, terms)
    ]


def _reached(
    member_id: int,
    changes: Sequence[TierChange],
    wanted: Sequence[Rule],
    ranks: Mapping[int, int],
    terms: Terms,
) -> Iterable[Told]:
    ups = sorted(
        (one for one in changes if one.reason not in _NOT_REACHED),
        key=lambda one: (one.occurred_at, one.pk),
    )
    first = {rule.id: _first(ups, changes, rule, ranks) for rule in wanted}
    for one in ups:
        values = {rule.id: int(first[rule.id] == one.pk) for rule in wanted}
        day = calendar.local_day(one.occurred_at, terms.zone)
        yield Told(f"tier:{one.pk}", member_id, day, one.occurred_at, values)


def _first(
    ups: Sequence[TierChange],
    changes: Sequence[TierChange],
    rule: Rule,
    ranks: Mapping[int, int],
) -> int:
    """0 where it was never reached."""
    lifts = (one for one in ups if _lifts(one, rule, ranks))
    return next((one.pk for one in lifts if not _was_returned(one, changes, rule, ranks)), 0)


def _lifts(change: TierChange, rule: Rule, ranks: Mapping[int, int]) -> bool:
    below = -1 if change.from_tier_id is None else ranks.get(change.from_tier_id, 0)
    assert rule.tier_rank is not None
    return below < rule.tier_rank <= ranks.get(change.to_tier_id, 0)


def _was_returned(
    change: TierChange, changes: Sequence[TierChange], rule: Rule, ranks: Mapping[int, int]
) -> bool:
    """Whether returns of goods led below the tier again, before anything but rises happened."""
    assert rule.tier_rank is not None
    for one in changes:
        if one.pk <= change.pk or one.member_id != change.member_id:
            continue
        if one.reason not in (_Reason.RETURN, _Reason.UPGRADE):
            return False
        if ranks.get(one.to_tier_id, 0) < rule.tier_rank:
            return one.reason == _Reason.RETURN
    return False


def friends(
    member_ids: Collection[int], referral_ids: Collection[int], known: Iterable[Rule], terms: Terms
) -> list[Told]:
    """These recommendations by these members, as they stand. One query."""
    wanted = [rule.id for rule in known if rule.counts == rules.FRIENDS]
    rows = Referral.objects.filter(pk__in=list(referral_ids), referrer_id__in=list(member_ids))
    return [
        Told(
            ref=f"friend:{one.pk}",
            member_id=one.referrer_id,
            business_date=calendar.local_day(_since(one), terms.zone),
            occurred_at=_since(one),
            values=dict.fromkeys(wanted, int(_stands(one))),
        )
        for one in rows.select_related("program").order_by("pk")
    ]


def _stands(referral: Referral) -> bool:
    """As the ladder counts friends."""
    return referrals.counts(
        referral.program.ladder_basis,
        state=referral.state,
        is_verified=referral.verified_at is not None,
        is_rewarded=referral.is_rewarded,
    )


def _since(referral: Referral) -> datetime:
    """When the friend began to count."""
    is_order = referral.program.ladder_basis == ReferralProgram.Basis.FIRST_ORDER
    begun = referral.ordered_at if is_order else referral.verified_at
    # Nobody is a friend of somebody before they name them.
    return max(begun or referral.claimed_at, referral.claimed_at)
