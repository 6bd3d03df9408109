"""What of ways through campaigns grows old: who was in, their steps, receipts and calls.

Messages stay, with their states. Whose rows are removed leaves the funnel of that campaign, which
says how many are gone (campaigns/selectors/effects.py).
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Q, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from campaigns.models import (
    Campaign,
    ClerkTask,
    Delivery,
    Enrollment,
    Receipt,
    Run,
    StepCall,
    StepRecord,
)
from members.registry.privacy import RetentionCategory
from members.services.retention_categories import unheld

_State = Enrollment.State
_ENDED = (_State.DONE, _State.EXITED, _State.EXCLUDED)
_OVER = (Campaign.State.FINISHED, Campaign.State.KILLED)
_RUN_OVER = (Run.State.FINISHED, Run.State.KILLED)
_CALLED = (StepCall.State.SENT, StepCall.State.DEAD, StepCall.State.KILLED)


def categories() -> list[RetentionCategory]:
    """Called by `apps.ready`."""
    return [
        _category("enrollments", _("Members of campaigns that are over"), (1095, 365), _members),
        _category("step_records", _("Steps of members in campaigns"), (730, 90), _steps),
        _category("receipts", _("Receipts of messages"), (730, 90), _receipts),
        _category("step_calls", _("Calls of steps to other systems"), (90, 7), _calls),
    ]


def _category(
    code: str, label: Any, days: tuple[int, int], rows_of: Callable[[datetime], QuerySet[Any]]
) -> RetentionCategory:
    """`days`: by default, and at least."""

    def remove(before: datetime, limit: int) -> int:
        ids = list(rows_of(before).order_by("pk").values_list("pk", flat=True)[:limit])
        _REMOVERS.get(code, _remove)(rows_of(before).model, ids)
        return len(ids)

    return RetentionCategory(
        code=f"campaigns.{code}",
        label=label,
        default_days=days[0],
        minimum_days=days[1],
        count=lambda before: rows_of(before).count(),
        remove=remove,
    )


def _members(before: datetime) -> QuerySet[Enrollment]:
    """Ended long ago, and nothing asks any more whether they were in: the campaign is over, or
    its run is and they may come in again anyway."""
    again = ExpressionWrapper(
        F("entered_at")
        + ExpressionWrapper(
            F("campaign__re_entry_days") * Value(timedelta(days=1)), output_field=DurationField()
        ),
        output_field=DateTimeField(),
    )
    old = Enrollment.objects.filter(state__in=_ENDED, ended_at__lt=before).annotate(again_at=again)
    free = Q(campaign__state__in=_OVER) | Q(run__state__in=_RUN_OVER, again_at__lt=before)
    return unheld(old.filter(free))


def _steps(before: datetime) -> QuerySet[StepRecord]:
    """Of who has ended: a step is known to be done as long as its member is on the way."""
    old = StepRecord.objects.filter(recorded_at__lt=before, enrollment__state__in=_ENDED)
    return unheld(old, "enrollment__member_id")


def _receipts(before: datetime) -> QuerySet[Receipt]:
    """When a message was delivered, opened and clicked stays with the message."""
    return unheld(Receipt.objects.filter(recorded_at__lt=before), "delivery__member_id")


def _calls(before: datetime) -> QuerySet[StepCall]:
    old = StepCall.objects.filter(
        created_at__lt=before, state__in=_CALLED, enrollment__state__in=_ENDED
    )
    return unheld(old, "enrollment__member_id")


def _remove(model: Any, ids: list[int]) -> None:
    model._default_manager.filter(pk__in=ids).delete()


def _remove_members(model: Any, ids: list[int]) -> None:
    """With what hangs on them; messages stay, as messages of the run, which counts who is gone."""
    gone = Counter(Enrollment.objects.filter(pk__in=ids).values_list("run_id", flat=True))
    for run_id, count in sorted(gone.items()):
        Run.objects.filter(pk=run_id).update(removed_count=F("removed_count") + count)
    Delivery.objects.filter(enrollment_id__in=ids).update(enrollment=None)
    for part in (ClerkTask, StepCall, StepRecord, Enrollment):
        key = "pk__in" if part is Enrollment else "enrollment_id__in"
        part._default_manager.filter(**{key: ids}).delete()


_REMOVERS: dict[str, Callable[[Any, list[int]], None]] = {"enrollments": _remove_members}
