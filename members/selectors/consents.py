"""What a member allows now: the last row per purpose and channel; no row is a no."""

from collections.abc import Collection

from django.db.models import QuerySet

from members.models import Consent


def current(*, member_id: int) -> list[Consent]:
    """The last answer per purpose and channel, grants and withdrawals alike."""
    return list(_last().filter(member_id=member_id))


def is_granted(*, member_id: int, purpose: str, medium: str) -> bool:
    """Whether the last answer is a yes."""
    answers = Consent.objects.filter(member_id=member_id, purpose=purpose, medium=medium)
    return bool(answers.order_by("-id").values_list("is_granted", flat=True).first())


def granting(*, member_ids: Collection[int], purpose: str, medium: str) -> set[int]:
    """Those of the members whose last answer is a yes: one query for a whole audience."""
    last = _last().filter(member_id__in=member_ids, purpose=purpose, medium=medium)
    answers = last.values_list("member_id", "is_granted")
    return {member_id for member_id, granted in answers if granted}


def _last() -> QuerySet[Consent]:
    ordered = Consent.objects.order_by("member_id", "purpose", "medium", "-id")
    return ordered.distinct("member_id", "purpose", "medium")
