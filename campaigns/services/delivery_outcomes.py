"""What became of a message that was handed over, written if the claim is still ours."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction

from campaigns.events import MessageSent
from campaigns.models import Campaign, Delivery
from campaigns.services import (
    contact_credits,
    delivery_takings,
    message_steps,
    suppressions,
    webhook_endpoints,
)
from campaigns.services.delivery_claims import Claim
from campaigns.transports.contract import (
    AddressClosed,
    CalledBack,
    EndpointGone,
    NotGranted,
    NotSent,
    Refused,
)
from members.services import events

logger = structlog.get_logger(__name__)

MAX_ATTEMPTS = 5
FIRST_RETRY = timedelta(minutes=1)
_State = Delivery.State
_Reason = Delivery.Reason


def settle(*, claim: Claim, told: str | Exception, at: datetime) -> None:
    """As `_settle`, and once more where it fails, since two waited for each other; what still can't
    be written stays claimed, and is unknown behind its lease. The other answers of the batch must
    not be lost for it."""
    for is_last in (False, True):
        try:
            _settle(claim, told, at)
        except Exception as error:
            if not connection.is_usable():
                raise
            told_of = {"message": str(claim.delivery.uid), "error": type(error).__name__}
            logger.error("outcome_not_written", is_last=is_last, **told_of)
        else:
            return


def _settle(claim: Claim, told: str | Exception, at: datetime) -> None:
    """Writes the provider's reference, or what went wrong: surely not taken is tried again;
    refused goes on by the next medium of its step, or has failed; anything else is unknown."""
    delivery = claim.delivery
    if isinstance(told, str):
        _sent(delivery, plain(told), at)
    elif isinstance(told, CalledBack):
        _call_back(delivery, at)
    elif isinstance(told, NotSent):
        _log(delivery, "message_not_taken", told)
        _retry(delivery, at)
    elif isinstance(told, NotGranted):
        _not_granted(delivery, at)
    elif isinstance(told, Refused):
        _log(delivery, "message_refused", told)
        _refused(delivery, _Reason.REFUSED, at)
        _follow(delivery, told, at)
    else:
        # Its text may hold the address.
        logger.error("message_unknown", message=str(delivery.uid), error=type(told).__name__)
        _write(delivery, state=_State.UNKNOWN, reason=_Reason.NO_ANSWER)


def _follow(delivery: Delivery, told: Refused, at: datetime) -> None:
    """What a refusal says beyond this message."""
    if isinstance(told, EndpointGone):
        webhook_endpoints.note_gone(endpoint_id=told.endpoint_id, at=at)
    if isinstance(told, AddressClosed):
        why = suppressions.Reason
        reason = why.UNSUBSCRIBED if told.has_opted_out else why.BOUNCED
        with transaction.atomic():
            suppressions.suppress(delivery=delivery, reason=reason, at=at)


@transaction.atomic
def put_off(*, delivery_id: int, at: datetime) -> None:
    """A message that we can't even hand over, by a fault of ours: tried again as one whose
    provider is away, and given up as often."""
    waiting = Delivery.objects.select_for_update().filter(pk=delivery_id, state=_State.QUEUED)
    for delivery in waiting:
        delivery.attempts += 1
        delivery.reason = _Reason.FAULT
        delivery.not_before_at = at + FIRST_RETRY * 2 ** (delivery.attempts - 1)
        if delivery.attempts >= MAX_ATTEMPTS:
            delivery.state = _State.FAILED
        elif delivery.not_before_at >= delivery.expires_at:
            delivery.state, delivery.reason = _State.EXPIRED, _Reason.EXPIRED
        delivery.save(update_fields=["attempts", "reason", "not_before_at", "state"])


def record_sent(sent: Sequence[Delivery], at: datetime) -> None:
    """Tells that these messages went out, in the transaction that says so."""
    happenings = [
        events.Happening(
            fact=MessageSent(
                delivery=str(delivery.uid), campaign=delivery.campaign.code, medium=delivery.medium
            ),
            member_id=delivery.member_id,
            occurred_at=at,
        )
        for delivery in sent
    ]
    if happenings:
        events.record_many(happenings=happenings, at=at)


def note_reference(delivery: Delivery, reference: str) -> None:
    """A report was quicker, and told that it went out; later ones name it by the reference."""
    same = Delivery.objects.filter(pk=delivery.pk, attempts=delivery.attempts, provider_ref="")
    same.update(provider_ref=reference)


def plain(reference: str) -> str:
    """Without signs that no text of the database can have."""
    return reference.replace("\x00", "").encode(errors="ignore").decode()[:120]


@transaction.atomic
def _sent(delivery: Delivery, reference: str, at: datetime) -> None:
    if _write(delivery, state=_State.SENT, sent_at=at, provider_ref=reference, reason=""):
        record_sent([delivery], at)
    else:
        note_reference(delivery, reference)


@transaction.atomic
def _retry(delivery: Delivery, at: datetime) -> None:
    again_at = at + FIRST_RETRY * 2 ** (delivery.attempts - 1)
    is_too_late = again_at >= delivery.expires_at
    is_last = len(message_steps.media_of(delivery)) == 1
    if delivery.attempts >= MAX_ATTEMPTS or (is_too_late and not is_last):
        # By its next channel it may still be in time.
        _refused(delivery, _Reason.UNREACHABLE, at)
    elif is_too_late:
        _end(delivery, at, state=_State.EXPIRED, reason=_Reason.EXPIRED)
    else:
        why = _Reason.UNREACHABLE
        _end(delivery, at, state=_State.QUEUED, reason=why, not_before_at=again_at)


@transaction.atomic
def _call_back(delivery: Delivery, at: datetime) -> None:
    """As if it had never been claimed; of a campaign that is stopped it is stopped, too."""
    rows = Campaign.objects.filter(pk=delivery.campaign_id, state=Campaign.State.KILLED)
    is_killed = rows.exists()
    _end(
        delivery,
        at,
        state=_State.KILLED if is_killed else _State.QUEUED,
        reason=_Reason.KILLED if is_killed else "",
        # An earlier attempt may have arrived: news of it are still heard.
        claimed_at=None if delivery.attempts == 1 else delivery.claimed_at,
    )


@transaction.atomic
def _not_granted(delivery: Delivery, at: datetime) -> None:
    """Whatever we counted: the provider says that the member has granted none."""
    _refused(delivery, _Reason.REFUSED, at)
    template = _credit_template(delivery)
    if template is not None:
        contact_credits.use_up(
            member_id=delivery.member_id, medium=delivery.medium, template=template, at=at
        )


@transaction.atomic
def _refused(delivery: Delivery, reason: str, at: datetime) -> None:
    media = message_steps.media_of(delivery)
    following = media[1] if len(media) > 1 else ""
    if not following:
        _end(delivery, at, state=_State.FAILED, reason=reason)
        return
    _end(
        delivery,
        at,
        state=_State.QUEUED,
        reason="",
        medium=following,
        tried=[*delivery.tried, {"medium": delivery.medium, "reason": str(reason)}],
        not_before_at=at,
        claimed_at=None,
        subject="",
        body="",
    )


def _end(delivery: Delivery, at: datetime, **changes: object) -> None:
    """The end of a claim whose message surely went nowhere: what it used up is given back."""
    if _write(delivery, cost_amount=0, **changes):
        _give_back(delivery, at)


def _log(delivery: Delivery, what: str, told: Exception) -> None:
    """By which of the provider's codes, so that a person finds what to mend."""
    logger.info(what, message=str(delivery.uid), medium=delivery.medium, code=str(told))


def _give_back(delivery: Delivery, at: datetime) -> None:
    delivery_takings.give_back(delivery, template=_credit_template(delivery), at=at)


def _credit_template(delivery: Delivery) -> str | None:
    return message_steps.credit_templates_of(delivery).get(delivery.medium)


def _write(delivery: Delivery, **changes: object) -> bool:
    """Whether the claim was still ours. `attempts` tells claims apart; one that lapsed meanwhile
    is UNKNOWN, and what we know now is better than that."""
    ours = Delivery.objects.filter(
        pk=delivery.pk,
        attempts=delivery.attempts,
        state__in=(_State.CLAIMED, _State.UNKNOWN),
    )
    return bool(ours.update(**changes))
