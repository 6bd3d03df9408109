"""Messages that failed, or of which nobody knows: sent once more, because a person says so.

What is unknown may have arrived, so it is never sent twice by itself; whoever has it sent again
says that they know. Of two people at once one does it, and the other hears so.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from campaigns.models import Campaign, Delivery
from members.errors import DomainError, ReasonRequired
from members.services import audit, bell

ACTION = "delivery.send_again"
MOST_AT_ONCE = 1_000
_SEND_DUE = "campaigns.tasks.send_due"
_State = Delivery.State
DEAD = (_State.FAILED, _State.UNKNOWN)
# Of a paused campaign they wait; of one that was stopped nothing goes any more.
MAY_SEND = (*Campaign.SENDING, Campaign.State.PAUSED)


class NotDead(DomainError):
    """This message is no longer failed or unknown: somebody else may have sent it again."""

    code = "not_dead"
    status = 409


class MayHaveArrived(DomainError):
    """Nobody knows whether this message arrived: confirm that the member may get it twice."""

    code = "may_have_arrived"
    status = 409


class CampaignIsStopped(DomainError):
    """The message's campaign was stopped: nothing of it is sent any more."""

    code = "campaign_is_stopped"
    status = 409


class TextIsGone(DomainError):
    """The message's text is no longer kept."""

    code = "text_is_gone"
    status = 409


class TooManyAgain(DomainError):
    """At most 1,000 messages are sent again at once."""

    code = "too_many_again"


class NothingToSend(DomainError):
    """There are no such messages."""

    code = "nothing_to_send"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which messages, why, and whether those that may have arrived are meant too."""

    delivery_ids: Collection[int]
    reason: str
    is_doubling_accepted: bool = False


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How many go out again, and how many don't, by the refusal's code."""

    count: int
    refused: Mapping[str, int]


@transaction.atomic
def send_again(*, asked: Asked, actor_id: int, at: datetime) -> Outcome:
    """Puts the messages back into the queue; the gate judges each once more before it goes.

    Raises: ReasonRequired; TooManyAgain. If there is but one and it can't be sent again, what
    keeps it: NotDead, MayHaveArrived, CampaignIsStopped, TextIsGone.
    """
    reason = asked.reason.strip()[:200]
    if not reason:
        raise ReasonRequired
    if len(asked.delivery_ids) > MOST_AT_ONCE:
        raise TooManyAgain
    rows = _locked(asked.delivery_ids)
    obstacles = {row.pk: _obstacle(row, asked.is_doubling_accepted) for row in rows}
    free = [row for row in rows if obstacles[row.pk] is None]
    found = [one for one in obstacles.values() if one is not None]
    if len(asked.delivery_ids) == 1 and not free:
        raise found[0] if found else NotDead
    if free:
        _audit(free, reason, actor_id, at)
        _queue(free, at)
    return Outcome(count=len(free), refused=Counter(one.code for one in found))


def _locked(delivery_ids: Collection[int]) -> list[Delivery]:
    rows = Delivery.objects.select_for_update(of=("self",)).filter(pk__in=delivery_ids)
    return list(rows.select_related("campaign").order_by("pk"))


def _obstacle(delivery: Delivery, is_doubling_accepted: bool) -> type[DomainError] | None:
    if delivery.state not in DEAD:
        return NotDead
    if delivery.campaign.state not in MAY_SEND:
        return CampaignIsStopped
    if delivery.enrollment_id is None and not delivery.has_text:
        # What a journey says is written anew, from the texts that were approved.
        return TextIsGone
    if delivery.state == _State.UNKNOWN and not is_doubling_accepted:
        return MayHaveArrived
    return None


def _queue(rows: Collection[Delivery], at: datetime) -> None:
    """`attempts` goes on counting: it tells the claims of this message apart."""
    for row in rows:
        row.state, row.reason = _State.QUEUED, ""
        row.not_before_at = row.sent_again_at = at
        row.expires_at = at + timedelta(hours=row.campaign.expires_hours)
    changed = ["state", "reason", "not_before_at", "expires_at", "sent_again_at"]
    Delivery.objects.bulk_update(rows, changed, batch_size=500)
    bell.start_on_commit(_SEND_DUE)


def _audit(rows: Collection[Delivery], reason: str, actor_id: int, at: datetime) -> None:
    unknown = [row for row in rows if row.state == _State.UNKNOWN]
    (member_id,) = {row.member_id for row in rows} if len(rows) == 1 else (None,)
    audit.record(
        action=ACTION,
        at=at,
        actor_id=actor_id,
        member_id=member_id,
        reason=reason,
        details={
            "deliveries": [row.pk for row in rows],
            "unknown_count": len(unknown),
        },
    )
