"""Tasks for people in stores: which are theirs, and what is to be done first."""

from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from campaigns.models import ClerkTask
from members.models import Member
from members.selectors.scopes import Scope

# How long closed ones are shown, and can be taken back.
CLOSED_FOR = timedelta(days=7)


def visible(*, scope: Scope) -> "QuerySet[ClerkTask]":
    """Those of the viewer's stores; one without a store belongs to the whole chain."""
    return scope.narrow(ClerkTask.objects.all())


def to_do(rows: "QuerySet[ClerkTask]") -> "QuerySet[ClerkTask]":
    """Open ones, the longest overdue first."""
    return rows.filter(state=ClerkTask.State.OPEN).order_by("due_on", "pk")


def closed(rows: "QuerySet[ClerkTask]", *, at: datetime) -> "QuerySet[ClerkTask]":
    """Done or not needed lately, the last one first."""
    ended = rows.exclude(state=ClerkTask.State.OPEN)
    return ended.filter(done_at__gt=at - CLOSED_FOR).order_by("-done_at", "-pk")


def due(rows: "QuerySet[ClerkTask]", *, today: date) -> "QuerySet[ClerkTask]":
    """Open ones that should be done by the end of this day."""
    return to_do(rows).filter(due_on__lte=today)


def of_member(*, member: Member, scope: Scope) -> "QuerySet[ClerkTask]":
    """All of a member that the viewer may see, the newest first."""
    rows = visible(scope=scope).filter(member=member)
    return rows.order_by("-pk")
