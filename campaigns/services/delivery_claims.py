"""The last check before sending, and the claim of what passes.

In one transaction: rows are locked, then their members (so that two senders count one member's
messages one after the other) and the campaign's budget, then texts are written that are not there
yet, the gate is asked anew, and credit and budget are taken: of what can't go nothing is taken.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from campaigns.models import Campaign, Delivery, Enrollment
from campaigns.rules import gate as rules
from campaigns.selectors import gate_facts
from campaigns.selectors.gate_facts import MARKETING, Asked, Facts
from campaigns.services import (
    campaign_locks,
    delivery_rows,
    delivery_takings,
    delivery_texts,
    enrollment_rows,
    gate,
    member_pools,
    members_at_work,
    message_prices,
    message_steps,
    queue_order,
)
from campaigns.services.delivery_texts import Texts
from campaigns.services.gate import Choice, Sending
from campaigns.transports.contract import Message
from campaigns.transports.registry import TRANSPORTS

_State = Delivery.State
_MEMBER_LOCK = 5_217_208  # class of the advisory locks of members who are being written to
_MINUTE = timedelta(minutes=1)
# For each thread that a transport may be called from: with time-outs of 20 s what is claimed at
# once is handed over well within the lease.
PER_THREAD = 20


@dataclass(frozen=True)
class Claim:
    """A message that is ours to hand over."""

    delivery: Delivery
    message: Message


def claim(
    *, campaign_id: int, at: datetime, limit: int, only: int | None = None
) -> tuple[int, list[Delivery], list[Claim]]:
    """How many messages were looked at; those that stay in our own database and are sent by now;
    and those that are claimed for a provider. With `only`, that message alone."""
    campaign = _running(campaign_id)
    if campaign is None:
        return 0, [], []
    due = _at_once(_lock_due(campaign, at, _room(campaign, at, limit), only))
    if not due:
        return 0, [], []
    _lock_members(campaign, due)
    facts = _facts(campaign, due, at)
    texts = _texts(due, facts, at)
    # All take credits in one order, also those that lock no members.
    by_member = sorted(due, key=lambda one: one.member_id)
    passed = [one for one in by_member if _passes(one, facts, texts, at)]
    written = {one.pk: texts.put(one) for one in passed}
    here, away = [], []
    for one in passed:
        one.claimed_at = at
        if TRANSPORTS[one.medium].send is None:
            one.state, one.sent_at = _State.SENT, at
            here.append(one)
        else:
            one.state = _State.CLAIMED
            one.attempts += 1
            away.append(one)
    delivery_rows.write(due)
    messages = [
        Claim(one, delivery_texts.message(one, written[one.pk], facts.reach[one.member_id]))
        for one in away
    ]
    return len(due), here, messages


def _running(campaign_id: int) -> Campaign | None:
    """With a rate the campaign is locked: senders count what went out one after the other. One
    that is over sends what a person has sent again. Who stops it waits until we are through."""
    campaign_locks.hold(campaign_id)
    rows = Campaign.objects.filter(pk=campaign_id, state__in=Campaign.SENDING)
    campaign = rows.first()
    if campaign is not None and campaign.rate_per_minute:
        return rows.select_for_update().first()
    return campaign


def _room(campaign: Campaign, at: datetime, limit: int) -> int:
    if not campaign.rate_per_minute:
        return limit
    gone = Delivery.objects.filter(campaign=campaign, claimed_at__gt=at - _MINUTE).count()
    return max(0, min(limit, campaign.rate_per_minute - gone))


def _lock_due(campaign: Campaign, at: datetime, limit: int, only: int | None) -> list[Delivery]:
    rows = (
        Delivery.objects.select_for_update(skip_locked=True)
        .filter(campaign=campaign, state=_State.QUEUED, not_before_at__lte=at)
        .order_by("not_before_at")
    )
    with queue_order.kept():
        found = list((rows if only is None else rows.filter(pk=only))[:limit])
    # Who is being merged or erased at this moment has to wait for the next turn: not for us, while
    # we hold what they wait for.
    free = members_at_work.free(member_ids={one.member_id for one in found})
    found = [one for one in found if one.member_id in free]
    enrollment_rows.attach(found, campaign=campaign)
    return found


def _at_once(due: Sequence[Delivery]) -> list[Delivery]:
    """As many of them, from the first on, as their transports take within the lease, by whichever
    of its media each goes; the others are free again when the claim is committed."""
    counts: Counter[str] = Counter()
    for place, one in enumerate(due):
        counts.update(message_steps.media_of(one))
        if any(counts[medium] > _most(medium) for medium in counts):
            return list(due[:place])
    return list(due)


def _most(medium: str) -> float:
    transport = TRANSPORTS.get(medium)
    if transport is None or transport.send is None:
        return float("inf")
    return PER_THREAD * transport.concurrency


def _lock_members(campaign: Campaign, due: Sequence[Delivery]) -> None:
    if campaign.purpose != MARKETING:
        return
    member_ids = sorted({one.member_id % 2_147_483_647 for one in due})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, one) FROM unnest(%s::int[]) one",
            [_MEMBER_LOCK, member_ids],
        )


def _facts(campaign: Campaign, due: Sequence[Delivery], at: datetime) -> Facts:
    """A statement of its own behind the locks: it sees what others sent meanwhile."""
    asked = []
    for one in due:
        media = message_steps.media_of(one)
        asked.append(
            Asked(
                campaign=campaign,
                media=media,
                credit_templates=message_steps.credit_templates_of(one),
            )
        )
    facts = gate_facts.facts_of(asked=asked, member_ids={one.member_id for one in due}, at=at)
    for one in due:
        # With the key that opens and seals its text.
        one.member = facts.reach[one.member_id].member
    if campaign.budget_amount is not None:
        facts.budget_left = member_pools.hold_cost(campaign_id=campaign.pk)
    return facts


def _texts(due: Sequence[Delivery], facts: Facts, at: datetime) -> Texts:
    """Of all that would go as things stand, many at once; the few whose medium turns out to be
    another one are written one by one."""
    texts = Texts(reach=facts.reach, at=at)
    chosen = [(one, _choose(one, facts, texts, at)) for one in due]
    texts.prepare((one, choice.medium) for one, choice in chosen if choice.verdict.reason is None)
    return texts


def _choose(delivery: Delivery, facts: Facts, texts: Texts, at: datetime) -> Choice:
    sending = _sending(delivery, unwritten=texts.unwritten(delivery))
    media = message_steps.media_of(delivery)
    return gate.choose(sending=sending, media=media, facts=facts, at=at)


def _passes(delivery: Delivery, facts: Facts, texts: Texts, at: datetime) -> bool:
    """Whether it may go now; if so its credit and its cost are taken."""
    before = delivery.tried
    tried = [(one["medium"], one["reason"]) for one in before]
    # Each turn goes, ends, or finds one medium that has no text or no credit.
    for _ in range(2 * len(TRANSPORTS)):
        choice = _choose(delivery, facts, texts, at)
        if choice.verdict.reason is None and texts.of(delivery, choice.medium) is None:
            continue
        tried += [pair for pair in choice.tried if pair not in tried]
        delivery.medium = choice.medium
        delivery.tried = [{"medium": medium, "reason": reason} for medium, reason in tried]
        gate.apply(delivery=delivery, verdict=choice.verdict)
        if choice.verdict.reason is not None:
            _tell_first(delivery, before, choice.verdict)
            return False
        sending = _sending(delivery)
        text = texts.of(delivery, delivery.medium)
        cost = facts.cost_of(delivery.medium) * message_prices.parts(delivery.medium, text)
        refused = delivery_takings.take(delivery, sending=sending, cost=cost, at=at)
        if refused is None:
            gate.count_on(facts=facts, sending=sending, medium=delivery.medium, cost=cost, at=at)
            return True
        if refused is rules.Reason.BUDGET:
            gate.apply(delivery=delivery, verdict=rules.Verdict(refused))
            return False
        # Somebody else took the last credit: as if it had not been there.
        template = (sending.credit_templates or {})[delivery.medium]
        facts.credits[delivery.member_id, delivery.medium, template] = 0
    return False


def _tell_first(
    delivery: Delivery, before: Sequence[Mapping[str, str]], verdict: rules.Verdict
) -> None:
    """Where the last media are refused for themselves, and others were `before`, the very first
    one's reason is told: as if all had been asked now."""
    if verdict.reason not in rules.BY_MEDIUM or not before:
        return
    first = before[0]
    if first["reason"] in set(rules.BY_MEDIUM):
        told = {"medium": delivery.medium, "reason": verdict.reason.value}
        delivery.medium, delivery.reason = first["medium"], first["reason"]
        others = [told, *delivery.tried]
        delivery.tried = [one for one in others if one["medium"] != delivery.medium]


def _sending(delivery: Delivery, *, unwritten: Collection[str] = ()) -> Sending:
    row = delivery.enrollment
    has_left = row is not None and row.state in (
        Enrollment.State.EXITED,
        Enrollment.State.EXCLUDED,
    )
    is_through = (
        row is not None and row.converted_at is not None and delivery.campaign.is_over_at_goal
    )
    return Sending(
        campaign=delivery.campaign,
        member_id=delivery.member_id,
        expires_at=delivery.expires_at,
        has_exited=has_left and not is_through,
        has_converted=is_through,
        has_text=row is not None or delivery.has_text,
        unwritten=unwritten,
        is_again=delivery.sent_again_at is not None,
        credit_templates=message_steps.credit_templates_of(delivery),
    )
