"""A form that is sent twice has its effect once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from django.db import transaction

from members.errors import NotFound
from members.models import Submission

R = TypeVar("R")


@dataclass(frozen=True)
class Sent(Generic[R]):
    """`result` is None for a repeat; `member_id` is what the first one worked on."""

    is_first: bool
    member_id: int | None
    result: R | None


def run_once(
    *,
    uid: UUID,
    action: str,
    actor_id: int,
    at: datetime,
    do: Callable[[], R],
    member_of: Callable[[R], int | None],
) -> Sent[R]:
    """Calls `do` unless the form `uid` had its effect already; both in one transaction.

    A parallel repeat waits for the first one. If `do` refuses, the form may be sent again.

    Raises: NotFound, for a form of another operator; whatever `do` raises.
    """
    with transaction.atomic():
        submission, is_first = Submission.objects.get_or_create(
            uid=uid, defaults={"action": action, "actor_id": actor_id, "created_at": at}
        )
        if submission.actor_id != actor_id or submission.action != action:
            raise NotFound
        if not is_first:
            return Sent(False, submission.member_id, None)
        result = do()
        submission.member_id = member_of(result)
        submission.save(update_fields=["member"])
    return Sent(True, submission.member_id, result)
