"""A member's data may be kept but not used: restricted on their wish, and free again.

What a restriction stops: messages (the gate), tags and measures that are computed, changes of the
profile, being served as a member at the counter. What goes on: orders and refunds are recorded
with their points, and the member's own requests.
"""

from datetime import datetime

from django.db import transaction

from members.errors import MemberErased, MemberMerged, NotFound
from members.events import MemberRestricted
from members.models import Member
from members.services import audit, events

_State = Member.State


def restrict(*, member_id: int, at: datetime, actor_id: int | None = None) -> Member:
    """The member, restricted. Again it changes nothing.

    Raises: NotFound; MemberErased; MemberMerged.
    """
    return _set(member_id, _State.RESTRICTED, at, actor_id)


def lift(*, member_id: int, at: datetime, actor_id: int | None = None) -> Member:
    """The member, active again. Again it changes nothing.

    Raises: as `restrict`.
    """
    return _set(member_id, _State.ACTIVE, at, actor_id)


def _set(member_id: int, state: str, at: datetime, actor_id: int | None) -> Member:
    with transaction.atomic():
        rows = Member.objects.select_for_update(of=("self",)).filter(pk=member_id)
        member: Member | None = rows.first()
        if member is None:
            raise NotFound
        if member.state == _State.ERASED:
            raise MemberErased
        if member.state == _State.MERGED:
            raise MemberMerged
        if member.state == state:
            return member
        member.state = state
        member.version += 1
        member.save(update_fields=["state", "version"])
        is_restricted = state == _State.RESTRICTED
        events.record(
            fact=MemberRestricted(member=str(member.uid), is_restricted=is_restricted),
            member_id=member.pk,
            occurred_at=at,
            at=at,
            actor_id=actor_id,
        )
        audit.record(
            action="privacy.restrict" if is_restricted else "privacy.lift_restriction",
            at=at,
            actor_id=actor_id,
            member_id=member.pk,
        )
    return member
