"""What became of messages: reports stored once, and the state that follows from all of them.

They may come twice, late, in any order, and before the sender has noted that the message went
out: who proves that it arrived settles what was unknown. Source: docs/algorithms/receipts.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from campaigns.models import Delivery, Receipt
from campaigns.rules import receipts as rules
from campaigns.services import receipt_facts, suppressions, unsubscribes

# One transaction's worth; doors cut longer lists.
MOST_AT_ONCE = 500
Kind = Receipt.Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One report about one message, by our id. (`source`, `external_id`) is its key; `detail` a
    code: of a bounce `rules.bounce_detail`, of a click the link, never a text or an address."""

    delivery_id: int
    kind: str
    source: str
    external_id: str
    occurred_at: datetime
    detail: str = ""
    is_machine: bool = False
    # Of an unsubscription, how it was said: `campaigns.services.unsubscribes`.
    how: str = unsubscribes.PROVIDER


class Result(StrEnum):
    RECORDED = "recorded"
    REPEATED = "repeated"
    # The key was used for another message, or for another kind of report.
    CONFLICT = "conflict"
    # The message never left: whoever reports on it means another one.
    NOT_SENT = "not_sent"


_Key = tuple[str, str]


@transaction.atomic
def record(*, told: Sequence[Told], at: datetime) -> list[Result]:
    """What became of each report, in order; at most `MOST_AT_ONCE`.

    Complaints and unsubscriptions withdraw the consent that the message was sent by; complaints
    and bounces for good suppress the address. Of an instant ahead of `at` nothing is believed:
    it counts as `at`.
    """
    assert len(told) <= MOST_AT_ONCE
    # Members before messages: as erasures and merges lock them.
    _withdraw(told, at)
    rows = _locked(told)
    known = _known(told)
    fresh: list[Told] = []
    results = []
    for one in told:
        result = _result(one, rows[one.delivery_id], known)
        if result is Result.RECORDED:
            fresh.append(one)
            known[_key(one)] = (one.delivery_id, one.kind)
        results.append(result)
    if fresh:
        _store(fresh, at)
        _follow([rows[pk] for pk in sorted({one.delivery_id for one in fresh})], at)
        _suppress(fresh, rows, at)
    return results


def _withdraw(told: Sequence[Told], at: datetime) -> None:
    """Each bears a repeat by itself: also a report that we had is heard, but changes nothing."""
    against = [one for one in told if one.kind in (Kind.COMPLAINED, Kind.UNSUBSCRIBED)]
    if not against:
        return
    ids = {one.delivery_id for one in against}
    rows = Delivery.objects.select_related("campaign").in_bulk(ids)
    for one in sorted(against, key=lambda one: rows[one.delivery_id].member_id):
        delivery = rows[one.delivery_id]
        if _has_left(delivery):
            how = unsubscribes.COMPLAINT if one.kind == Kind.COMPLAINED else one.how
            unsubscribes.withdraw(
                delivery=delivery,
                how=how,
                occurred_at=rules.believed(one.occurred_at, at),
                at=at,
            )


def _locked(told: Sequence[Told]) -> dict[int, Delivery]:
    """The messages, each locked, in the order of their ids."""
    rows = Delivery.objects.select_for_update(of=("self",)).select_related("campaign")
    ids = {one.delivery_id for one in told}
    return {row.pk: row for row in rows.filter(pk__in=ids).order_by("pk")}


def _known(told: Sequence[Told]) -> dict[_Key, tuple[int, str]]:
    rows = Receipt.objects.filter(
        source__in={one.source for one in told}, external_id__in={one.external_id for one in told}
    )
    return {
        (source, external_id): (delivery_id, kind)
        for source, external_id, delivery_id, kind in rows.values_list(
            "source", "external_id", "delivery_id", "kind"
        )
    }


def _result(one: Told, delivery: Delivery, known: dict[_Key, tuple[int, str]]) -> Result:
    held = known.get(_key(one))
    if held is not None:
        is_same = held == (one.delivery_id, one.kind)
        return Result.REPEATED if is_same else Result.CONFLICT
    return Result.RECORDED if _has_left(delivery) else Result.NOT_SENT


def _has_left(delivery: Delivery) -> bool:
    """Whether it was handed over at least once, whatever came of it."""
    return delivery.claimed_at is not None or delivery.sent_at is not None


def _store(fresh: Iterable[Told], at: datetime) -> None:
    """A key that two transactions use at once for two messages stays the first one's."""
    Receipt.objects.bulk_create(
        [
            Receipt(
                delivery_id=one.delivery_id,
                kind=one.kind,
                is_machine=one.is_machine,
                source=one.source,
                external_id=one.external_id,
                detail=one.detail,
                occurred_at=rules.believed(one.occurred_at, at),
                recorded_at=at,
            )
            for one in fresh
        ],
        ignore_conflicts=True,
    )


def _follow(deliveries: Sequence[Delivery], at: datetime) -> None:
    """Brings the messages to what follows from all their receipts, and tells what is new."""
    reports = _reports(deliveries)
    told = []
    for delivery in deliveries:
        before = receipt_facts.Before.of(delivery)
        after = rules.outcome(delivery.state, reports[delivery.pk], _kept(delivery))
        _apply(delivery, after)
        told += receipt_facts.happenings(delivery, before, reports[delivery.pk])
    changed = ["state", "reason", "sent_at", "delivered_at", "opened_at", "clicked_at"]
    Delivery.objects.bulk_update(deliveries, changed)
    receipt_facts.tell(told, at=at)


def _kept(delivery: Delivery) -> rules.Outcome:
    """What the row says from receipts that may have grown old and gone."""
    return rules.Outcome(
        state=delivery.state,
        delivered_at=delivery.delivered_at,
        opened_at=delivery.opened_at,
        clicked_at=delivery.clicked_at,
    )


def _reports(deliveries: Sequence[Delivery]) -> defaultdict[int, list[rules.Report]]:
    found: defaultdict[int, list[rules.Report]] = defaultdict(list)
    for row in Receipt.objects.filter(delivery__in=deliveries).order_by("pk"):
        found[row.delivery_id].append(
            rules.Report(
                kind=row.kind,
                occurred_at=row.occurred_at,
                is_machine=row.is_machine,
                detail=row.detail,
            )
        )
    return found


def _apply(delivery: Delivery, after: rules.Outcome) -> None:
    if after.state != delivery.state:
        delivery.state = after.state
        is_back = after.state == Delivery.State.BOUNCED
        delivery.reason = Delivery.Reason.BOUNCED if is_back else ""
    if delivery.state in (Delivery.State.DELIVERED, Delivery.State.BOUNCED):
        # The sender's own note was lost, or is still to come: it left when it was claimed.
        delivery.sent_at = delivery.sent_at or delivery.claimed_at
    delivery.delivered_at = after.delivered_at
    delivery.opened_at = after.opened_at
    delivery.clicked_at = after.clicked_at


def _suppress(fresh: Iterable[Told], rows: dict[int, Delivery], at: datetime) -> None:
    # In one order, so that two batches at once don't wait for each other.
    for one in sorted(fresh, key=lambda one: rows[one.delivery_id].member_id):
        is_dead = one.kind == Kind.BOUNCED and rules.is_hard(one.detail)
        if is_dead or one.kind == Kind.COMPLAINED:
            reason = suppressions.Reason.BOUNCED if is_dead else suppressions.Reason.COMPLAINED
            suppressions.suppress(delivery=rows[one.delivery_id], reason=reason, at=at)


def _key(one: Told) -> _Key:
    return one.source, one.external_id
