"""What a referral brings now, and what it no longer does: judged by the facts as they stand, so
that late, repeated and reordered events end in the same prizes.

One member's friends are settled behind the lock of that member's code. Source:
docs/algorithms/referral.md; docs/decisions/0099-a-referral-is-judged-by-what-stands.md.
"""

from collections.abc import Collection, Iterator
from datetime import datetime

from django.db import connection, transaction

from loyalty.events import ReferralChanged
from loyalty.models import Referral, ReferralPrize, ReferralProgram, ReferralStep
from loyalty.rules import referrals as rules
from loyalty.rules.referrals import OrderFact, Standing
from loyalty.selectors import referrals as selector
from loyalty.services import programs, referral_codes, referral_guards, referral_ladders
from loyalty.services import referral_prizes as prizes
from members.selectors import merges
from members.services import events

_State = Referral.State
_Moment, _Side = ReferralPrize.Moment, ReferralPrize.Side


def settle(*, referral_id: int, at: datetime, is_decided: bool = False) -> Referral:
    """The referral as it stands at `at`, its prizes given or taken back, and the referrer's
    ladder with it. Again it changes nothing. `is_decided`: its state was set a moment ago, and
    nobody was told.

    Raises: Referral.DoesNotExist.
    """
    with transaction.atomic():
        referral = lock(referral_id=referral_id, at=at)
        before = (referral.state, _is_counted(referral))
        _judge(referral, at)
        _limit(referral, at)
        referral.is_owed = _keep_promises(referral, at)
        referral.save()
        if is_decided or (referral.state, _is_counted(referral)) != before:
            tell(referral, at)
        referral_ladders.settle(program=referral.program, member_id=referral.referrer_id, at=at)
    return referral


def settle_friends(*, member_ids: Collection[int], at: datetime) -> int:
    """Settles how these members were recommended; gives how many were."""
    rows = Referral.objects.filter(friend_id__in=member_ids).order_by("referrer_id", "pk")
    found = list(rows.values_list("pk", "referrer_id", "friend_id"))
    with transaction.atomic():
        _hold({one for _pk, *both in found for one in both})
        for referral_id, _referrer_id, _friend_id in found:
            settle(referral_id=referral_id, at=at)
    return len(found)


def settle_referrers(*, member_ids: Collection[int], at: datetime) -> None:
    """Settles the ladders of these members, under every programme that they climb."""
    by_friends = Referral.objects.filter(referrer_id__in=member_ids).order_by()
    by_steps = ReferralStep.objects.filter(member_id__in=member_ids, undone_at=None).order_by()
    pairs = {*by_friends.values_list("referrer_id", "program_id").distinct()}
    pairs |= {*by_steps.values_list("member_id", "program_id").distinct()}
    for member_id, program_id in sorted(pairs):
        with transaction.atomic():
            _hold({member_id})
            referral_codes.lock(member_id=member_id, at=at)
            program = ReferralProgram.objects.get(pk=program_id)
            referral_ladders.settle(program=program, member_id=member_id, at=at)


def settle_due(*, at: datetime, member_id: int | None = None) -> Iterator[int]:
    """What time has brought: first orders that matured, phones whose proof nobody told of, prizes
    that were owed. All of it, or what one member recommended; one at a time."""
    for referral_id in selector.due_ids(at=at, referrer_id=member_id):
        settle(referral_id=referral_id, at=at)
        yield 1
    for owner_id in selector.owed_ladders(referrer_id=member_id):
        settle_referrers(member_ids=[owner_id], at=at)
        yield 1


def lock(*, referral_id: int, at: datetime) -> Referral:
    """Behind the lock of whoever recommended: a merge may have given them another card.

    Raises: Referral.DoesNotExist.
    """
    while True:
        both = Referral.objects.values_list("referrer_id", "friend_id").get(pk=referral_id)
        _hold(both)
        referral_codes.lock(member_id=both[0], at=at)
        rows = Referral.objects.select_related("program").select_for_update(of=("self",))
        referral: Referral = rows.get(pk=referral_id)
        if (referral.referrer_id, referral.friend_id) == both:
            return referral


def _hold(member_ids: Collection[int]) -> None:
    """A merge or an erasure of these waits from now on, or is over. They lock members first and
    accounts and referrals afterwards: so must who settles, or each waits for the other."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [sorted(member_ids)])


def _judge(referral: Referral, at: datetime) -> None:
    """State, verification and first order, from the facts."""
    referral.verified_at = referral.verified_at or selector.phone_verified_at(
        member_id=referral.friend_id
    )
    if referral.state in rules.STILL:
        return
    found = _standing(referral, at)
    _look_again(referral, found, at)
    if referral.state in rules.STILL:
        return
    if referral.state == _State.MATURED and not found.has_matured:
        referral.round += 1
    first = found.first
    referral.state = _State(found.state)
    referral.order_id = first.order_id if first else None
    referral.ordered_at = first.ordered_at if first else None
    referral.matures_at = first.matures_at if first else None


def _standing(referral: Referral, at: datetime) -> Standing:
    program = referral.program
    orders = [
        OrderFact(pk, occurred_at, net)
        for pk, occurred_at, net in selector.orders_of_friend(member_id=referral.friend_id)
    ]
    first = rules.first_order(
        orders,
        min_amount=program.min_order_amount,
        maturity_days=program.maturity_days,
        zone=programs.current().zone,
    )
    return rules.standing(first, is_verified=referral.verified_at is not None, at=at)


def _look_again(referral: Referral, found: Standing, at: datetime) -> None:
    """What only later facts tell: a ring that a merge, or a claim at the same moment, closed, one
    payment card behind both, orders of before the friend joined. Who was accepted once isn't
    asked about again."""
    if referral.decided_at is not None:
        return
    reasons = ["ring"] if _closes_ring(referral) else []
    # Until it has matured once; also an order that is so late that it matures at once.
    if found.first is not None and referral.state != _State.MATURED:
        ids = [referral.referrer_id, referral.friend_id]
        theirs, own = (merges.one_person(member_id=one, at=at) for one in ids)
        reasons += referral_guards.reasons_of_orders(referrer_ids=theirs, friend_ids=own)
    if reasons:
        referral.state, referral.reasons = _State.REVIEW, reasons


def _closes_ring(referral: Referral) -> bool:
    """Whether this is the last claimed one of a ring; the others were there before it."""
    around = referral_guards.ring(friend_id=referral.friend_id, referrer_id=referral.referrer_id)
    if not around:
        return False
    rows = Referral.objects.filter(friend_id__in=around).exclude(state__in=rules.STILL)
    last = rows.order_by("-claimed_at", "-pk").values_list("pk", flat=True).first()
    return last == referral.pk


def _limit(referral: Referral, at: datetime) -> None:
    """In which month a friend counts, and whether that month's limit leaves room for it: decided
    when it first brings something."""
    due_at = _first_due(referral)
    if due_at is None:
        referral.rewarded_at = None
        return
    if referral.rewarded_at is not None or not referral.is_rewarded:
        return
    most = referral.program.limit_month
    if most is not None:
        begin, end = rules.month_of(due_at, programs.current().zone)
        others = Referral.objects.filter(
            program=referral.program,
            referrer_id=referral.referrer_id,
            is_rewarded=True,
            rewarded_at__gte=begin,
            rewarded_at__lt=end,
        )
        if others.exclude(pk=referral.pk).count() >= most:
            referral.is_rewarded = False
            return
    referral.rewarded_at = due_at


def _first_due(referral: Referral) -> datetime | None:
    """When this friend first brought the referrer anything, the ladder included, and not before
    they named them; None: nothing yet, or nothing any more."""
    if referral.state in rules.STILL:
        return None
    moments = set(
        referral.program.prizes.filter(side=_Side.REFERRER).values_list("moment", flat=True)
    )
    if _Moment.LADDER in moments:
        moments.add(_Moment(referral.program.ladder_basis))
    instants = [
        instant
        for moment, instant, is_so in (
            (_Moment.REGISTRATION, referral.verified_at, referral.verified_at is not None),
            (_Moment.FIRST_ORDER, referral.matures_at, referral.state == _State.MATURED),
        )
        if is_so and instant is not None and moment in moments
    ]
    return max(min(instants), referral.claimed_at) if instants else None


def _keep_promises(referral: Referral, at: datetime) -> bool:
    """Gives what is due and takes back what isn't any more; whether something is owed."""
    due = {} if referral.state in rules.STILL else _due(referral)
    reason = "referral_refused" if referral.state in rules.STILL else "order_returned"
    stem = f"referral:{referral.pk}"
    is_owed = False
    for prize in referral.program.prizes.exclude(moment=_Moment.LADDER).order_by("pk"):
        promise = prizes.Promise(f"{stem}:{prize.pk}", prize, at)
        if prize.pk in due:
            is_owed |= not prizes.keep(promise, member_id=due[prize.pk], boosts=referral.program)
        else:
            prizes.take_back(promise, reason=reason)
    return is_owed


def _due(referral: Referral) -> dict[int, int]:
    """By prize to whom it is due."""
    reached = {
        _Moment.REGISTRATION: referral.verified_at is not None,
        _Moment.FIRST_ORDER: referral.state == _State.MATURED,
    }
    return {
        prize.pk: referral.referrer_id if prize.side == _Side.REFERRER else referral.friend_id
        for prize in referral.program.prizes.exclude(moment=_Moment.LADDER)
        if reached[_Moment(prize.moment)]
        # Above the month's limit the friend gets theirs all the same.
        and (referral.is_rewarded or prize.side == _Side.FRIEND)
    }


def _is_counted(referral: Referral) -> bool:
    return rules.counts(
        referral.program.ladder_basis,
        state=referral.state,
        is_verified=referral.verified_at is not None,
        is_rewarded=referral.is_rewarded,
    )


def tell(referral: Referral, at: datetime) -> None:
    """That it has come further, or counts no more: the ladder's challenges hear of it."""
    told = ReferralChanged(
        referral=str(referral.uid),
        referral_id=referral.pk,
        state=referral.state,
        is_counted=_is_counted(referral),
    )
    events.record(fact=told, member_id=referral.referrer_id, occurred_at=at, at=at)


_HELD = "SELECT FROM members_member WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE"
