"""Members who want no more messages: their consent for the message's purpose and channel ends."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from campaigns.events import MessageUnsubscribed
from campaigns.models import Delivery
from members.errors import MemberErased
from members.models import Consent, Member
from members.selectors import living
from members.services import consents, events
from members.services.consents import ConsentGiven, Occasion

# How it was said; also the consent's source.
LINK, ONE_CLICK, COMPLAINT, PROVIDER = "link", "one_click", "complaint", "provider"
REPLY = "reply"


def withdraw(*, delivery: Delivery, how: str, occurred_at: datetime, at: datetime) -> bool:
    """Withdraws the consent that `delivery` was sent by, of whoever its member is now; says
    whether anything changed.

    Bears a repeat. What the member allowed after `occurred_at` stays allowed: a complaint may be
    told late. A member who was erased has nothing to withdraw.
    """
    try:
        with transaction.atomic():
            member_id = living.id_of(member_id=delivery.member_id)
            if member_id is None:
                return False
            return _withdraw(member_id, delivery, how, occurred_at, at)
    except MemberErased:
        return False


def refuse(
    *, member_id: int, purpose: str, medium: str, how: str, occurred_at: datetime, at: datetime
) -> bool:
    """Withdraws one consent of a member who is there; says whether anything changed. Bears a
    repeat, and what was allowed after `occurred_at` stays. In the caller's transaction.

    Raises: MemberErased; MemberMerged.
    """
    # Two at once write one row: an update by this member waits for the other.
    member = Member.objects.select_for_update(no_key=True, of=("self",)).get(pk=member_id)
    answers = Consent.objects.filter(member_id=member_id, purpose=purpose, medium=medium)
    last = answers.order_by("-id").first()
    if last is not None and (not last.is_granted or last.occurred_at > occurred_at):
        return False
    no = ConsentGiven(
        purpose=purpose,
        medium=medium,
        is_granted=False,
        policy_version=last.policy_version if last else settings.POLICY_VERSION,
    )
    occasion = Occasion(occurred_at=occurred_at, source=_source(how))
    consents.record(member=member, given=[no], occasion=occasion, at=at)
    return True


def _withdraw(
    member_id: int, delivery: Delivery, how: str, occurred_at: datetime, at: datetime
) -> bool:
    if not refuse(
        member_id=member_id,
        purpose=delivery.campaign.purpose,
        medium=delivery.medium,
        how=how,
        occurred_at=occurred_at,
        at=at,
    ):
        return False
    fact = MessageUnsubscribed(
        delivery=str(delivery.uid),
        campaign=delivery.campaign.code,
        medium=delivery.medium,
        how=how,
    )
    source = _source(how)
    events.record(fact=fact, member_id=member_id, occurred_at=occurred_at, at=at, source=source)
    return True


def _source(how: str) -> str:
    return f"message:{how}"
