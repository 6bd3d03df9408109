"""Privacy requests with their clocks: how many days are left, which are late."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from members.models import Erasure, PrivacyFile, PrivacyRequest, RecipientNotice
from members.rules import working_days
from members.rules.working_days import Calendar
from members.selectors import working_days as calendars
from members.selectors.scopes import Scope

OPEN = (
    PrivacyRequest.State.RECEIVED,
    PrivacyRequest.State.VERIFIED,
    PrivacyRequest.State.RUNNING,
)
OVERDUE, SOON, CALM, CLOSED = "overdue", "soon", "calm", "closed"


@dataclass(frozen=True)
class Countdown:
    """`left` days of the request's unit (below zero: so many days late), and how it looks."""

    left: int
    is_working_days: bool
    tone: str


class Clocks:
    """Counts down many requests with one reading of calendar and clocks."""

    def __init__(self, at: datetime) -> None:
        self.today: date = calendars.local_day(at)
        self.calendar: Calendar = calendars.calendar()
        self._warn = calendars.warnings()

    def of(self, request: PrivacyRequest) -> Countdown:
        """Of a closed request nothing is left to count."""
        unit = working_days.clock_of(request.clock).unit
        is_working = unit == working_days.WORKING_DAYS
        if request.state not in OPEN:
            return Countdown(0, is_working, CLOSED)
        left = working_days.days_left(self.today, request.due_on, unit, self.calendar)
        tone = OVERDUE if left < 0 else SOON if left <= self._warn[request.kind] else CALM
        return Countdown(left, is_working, tone)


def visible(*, scope: Scope) -> QuerySet[PrivacyRequest]:
    """Requests of the members of one's stores."""
    return scope.narrow(PrivacyRequest.objects.all(), path="member__store")


def open_requests(rows: QuerySet[PrivacyRequest]) -> QuerySet[PrivacyRequest]:
    """Those that wait for an answer, the most urgent first."""
    return rows.filter(state__in=OPEN).order_by("due_on", "pk")


def unknown_years(*, at: datetime) -> list[int]:
    """This year and the next, where the calendar has no entry: only weekends would be free."""
    year = calendars.local_day(at).year
    calendar = calendars.calendar()
    # The next one counts from autumn on, when requests begin to reach into it.
    ahead = [year, year + 1] if calendars.local_day(at).month >= 11 else [year]
    return [one for one in ahead if not calendar.knows(one)]


def file_of(request: PrivacyRequest, *, at: datetime) -> PrivacyFile | None:
    """The package that can be fetched still; its content isn't read."""
    rows = PrivacyFile.objects.filter(request=request, size_bytes__gt=0, expires_at__gt=at)
    return rows.defer("content").order_by("-pk").first()


def erasure_of(request: PrivacyRequest) -> Erasure | None:
    return Erasure.objects.filter(request=request).select_related("request").first()


def notices_of(request: PrivacyRequest) -> Iterable[RecipientNotice]:
    rows = RecipientNotice.objects.filter(request=request)
    return rows.select_related("recipient", "actor").order_by("pk")


def of_member(*, member_id: int, before_id: int | None, limit: int) -> list[PrivacyRequest]:
    """At most `limit` requests of this member, newest first, older than `before_id`."""
    rows = PrivacyRequest.objects.filter(member_id=member_id)
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    return list(rows.order_by("-pk")[:limit])
