"""What an erasure ends of campaigns: ways through them, tasks of clerks, calls of steps, credits.

That somebody was in a campaign stays, as nobody's: its figures are still right. Messages are
`campaigns.services.erasures`'. Source: docs/algorithms/erasure.md.
"""

from collections.abc import Mapping

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from campaigns.models import ClerkTask, ContactCredit, Enrollment, StepCall, Suppression
from members.models import Identity
from members.registry.privacy import Erasing

# Why the way through a campaign ended: stored as the enrollment's reason.
ERASED = "erased"
_FORGOTTEN = "erased:"


def erase(erasing: Erasing) -> Mapping[str, int]:
    """Ends what is on its way; what began it, and products in its key, are forgotten.

    A call of a step that is on the line can't be called back. A suppressed address stays
    suppressed, whoever registers with it: the row says nothing else.
    """
    ids = erasing.member_ids
    enrollments = Enrollment.objects.filter(member_id__in=ids)
    enrollments.filter(state__in=Enrollment.LIVE).update(
        state=Enrollment.State.EXITED,
        reason=ERASED,
        due_at=None,
        waits_for="",
        ended_at=erasing.at,
    )
    tasks = ClerkTask.objects.filter(member_id__in=ids)
    calls = StepCall.objects.filter(enrollment__in=enrollments, state=StepCall.State.QUEUED)
    return {
        "campaigns_enrollment": _forget(enrollments),
        "campaigns_clerktask": tasks.filter(state=ClerkTask.State.OPEN).update(
            state=ClerkTask.State.CANCELED, done_at=erasing.at, outcome=ERASED
        ),
        "campaigns_stepcall": calls.update(state=StepCall.State.KILLED),
        "campaigns_contactcredit": ContactCredit.objects.filter(member_id__in=ids).delete()[0],
        "campaigns_suppression": _suppressions(erasing).update(note="", delivery=None),
    }


def _forget(enrollments: QuerySet[Enrollment]) -> int:
    """The key stays one of its own, and says only which row it is."""
    known = enrollments.exclude(entry_key__startswith=_FORGOTTEN)
    key = Concat(Value(_FORGOTTEN), Cast(F("pk"), TextField()))
    return known.update(context={}, entry_key=key)


def _suppressions(erasing: Erasing) -> QuerySet[Suppression]:
    """Those that a message to them made, and those of their addresses."""
    ids = erasing.member_ids
    digests = Identity.objects.filter(member_id__in=ids).values_list("digest", flat=True)
    rows = Suppression.objects.filter(delivery__member_id__in=ids)
    rows = rows | Suppression.objects.filter(digest__in=[bytes(one) for one in digests])
    return Suppression.objects.filter(pk__in=rows.values("pk"))
