"""Personal data that API clients read in clear: one line in the trail per client, member, hour."""

from datetime import datetime

from django.core.cache import cache
from redis import RedisError

from members.models import Member
from members.services import audit

ACTION = "members.member.read_in_clear"
# A shop app shows a member many times a day; that it did so in this hour is what one wants to know.
NOTED_FOR_SECONDS = 3_600


def note(*, client_id: int, member: Member, at: datetime) -> None:
    """Says in the audit trail that this client saw this member in clear. At most one statement;
    without the cache, each read is noted."""
    try:
        is_first = cache.add(f"pii-read:{client_id}:{member.uid}", 1, NOTED_FOR_SECONDS)
    except (RedisError, OSError):
        is_first = True
    if is_first:
        audit.record(action=ACTION, at=at, client_id=client_id, member_id=member.pk)
