"""Messages that members grant one by one: each by one of the provider's templates.

Each change is one guarded statement in the caller's transaction, so that two campaigns and one
credit are one message. Whoever takes for many members in one transaction takes in the order of
their ids.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, QuerySet

from campaigns.models import ContactCredit, CreditReport
from members.errors import DomainError
from members.selectors import living

# Nobody taps more often at once, and no provider lets one hoard more.
MOST_AT_ONCE = 20
MOST_LEFT = 1_000
MOST_TEMPLATE = 80
_MOST_KEY = 120
# Nobody repeats a report after so long.
KEPT = timedelta(days=30)


class NotACount(DomainError):
    """A grant is of 1 to 20 messages."""

    code = "not_a_count"


@dataclass(frozen=True, kw_only=True)
class Grant:
    """`count` messages by one of the provider's templates; 0 takes back all that are left.
    (`source`, `key`) tells a repeat; without a key each one counts."""

    member_id: int
    medium: str
    template: str
    count: int
    source: str
    key: str


_ADD = """
INSERT INTO campaigns_contactcredit
    (member_id, medium, template, left_count, granted_count, changed_at)
VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (member_id, medium, template) DO UPDATE SET
    left_count = LEAST(campaigns_contactcredit.left_count + EXCLUDED.left_count, %s),
    granted_count = campaigns_contactcredit.granted_count + EXCLUDED.granted_count,
    changed_at = EXCLUDED.changed_at
RETURNING left_count
"""


@transaction.atomic
def grant(*, grant: Grant, at: datetime) -> int:
    """Notes what a member granted, and gives how many are left; a repeat changes nothing.

    More than 1,000 by one template aren't kept.

    Raises: NotACount; MemberMerged; MemberErased.
    """
    if not 0 <= grant.count <= MOST_AT_ONCE:
        raise NotACount
    living.refuse_gone(member_ids=[grant.member_id])
    if grant.key and not is_first(source=grant.source, key=grant.key, at=at):
        return left(member_id=grant.member_id, medium=grant.medium, template=grant.template)
    if not grant.count:
        _rows(grant.member_id, grant.medium, grant.template).update(left_count=0, changed_at=at)
        return 0
    row: list[Any] = [grant.member_id, grant.medium, grant.template, grant.count, grant.count, at]
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [*row, MOST_LEFT])
        return int(cursor.fetchone()[0])


def take(*, member_id: int, medium: str, template: str, at: datetime) -> bool:
    """Uses one credit for a message that is being claimed; False where none is left.

    One statement in the caller's transaction: of two at once for the last credit one gets it.
    """
    rows = _rows(member_id, medium, template).filter(left_count__gt=0)
    return bool(rows.update(left_count=F("left_count") - 1, changed_at=at))


def give_back(*, member_id: int, medium: str, template: str, at: datetime) -> bool:
    """Returns the credit of a message that the provider surely has not taken.

    In the transaction that notes so, which must see that the claim was still its own: that is what
    makes it once. Where the card was merged since, it is the survivor's: a merge moves rows, and
    one that it took away while we waited for it has led on by now.
    """
    asked: int | None = None
    owner_id = living.id_of(member_id=member_id)
    while owner_id is not None and owner_id != asked:
        rows = _rows(owner_id, medium, template)
        if rows.update(left_count=F("left_count") + 1, changed_at=at):
            return True
        asked, owner_id = owner_id, living.id_of(member_id=owner_id)
    return False


def use_up(*, member_id: int, medium: str, template: str, at: datetime) -> None:
    """The provider says that the member granted nothing: whatever we counted, none is left."""
    _rows(member_id, medium, template).update(left_count=0, changed_at=at)


def left(*, member_id: int, medium: str, template: str) -> int:
    rows = _rows(member_id, medium, template).values_list("left_count", flat=True)
    return rows.first() or 0


def is_first(*, source: str, key: str, at: datetime) -> bool:
    """Whether a report that names no message of ours is heard for the first time; it is noted.

    In the caller's transaction. Of two at once the second waits for the first, and then sees it.
    """
    _row, is_new = CreditReport.objects.get_or_create(
        source=source[:40], external_id=_mark(key), defaults={"recorded_at": at}
    )
    return is_new


def forget_old(*, at: datetime) -> int:
    """Removes the marks of reports that nobody repeats any more; how many."""
    return CreditReport.objects.filter(recorded_at__lte=at - KEPT).delete()[0]


def _mark(key: str) -> str:
    """The key, or what stands for a longer one."""
    return key if len(key) <= _MOST_KEY else hashlib.sha256(key.encode()).hexdigest()


def _rows(member_id: int, medium: str, template: str) -> QuerySet[ContactCredit]:
    return ContactCredit.objects.filter(member_id=member_id, medium=medium, template=template)
