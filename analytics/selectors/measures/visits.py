"""How long members stay: sessions of the channels' behavior events."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from analytics.registry.measures import Measure, Value
from analytics.rules import ratios
from analytics.selectors import asking, narrowing, spans
from analytics.selectors.figures import Unit
from analytics.selectors.filters import Filters


@dataclass(frozen=True, kw_only=True)
class Sessions:
    """Sessions that began in the period, and the seconds that they lasted together."""

    count: int
    total_seconds: int


def sessions(filters: Filters) -> Sessions:
    """Of the events that name their session; one query.

    A session lasts from its first event to the end of its last one, which is that event's instant
    and its dwell. Events without a session belong to none.
    """
    events = narrowing.of_events(filters, rows="e")
    count, seconds = asking.row(
        _SESSIONS.format(events=events.sql), events.params | spans.of(filters)
    )
    return Sessions(count=count, total_seconds=int(seconds))


_SESSIONS = """
SELECT count(*), coalesce(floor(sum(extract(epoch FROM ends_at - begins_at))), 0)
FROM (
    SELECT min(e.occurred_at) AS begins_at,
        max(e.occurred_at + make_interval(secs => coalesce(e.dwell_seconds, 0))) AS ends_at
    FROM members_behaviorevent e
    WHERE e.occurred_at >= %(from_at)s AND e.occurred_at < %(until_at)s
        AND e.attributes ? 'session' AND {events}
    GROUP BY e.source, e.attributes ->> 'session'
) s
"""


def _length(filters: Filters) -> Value:
    found = sessions(filters)
    return Value(
        value=ratios.each(found.total_seconds, found.count),
        numerator=found.total_seconds,
        denominator=found.count,
    )


MEASURES = (
    Measure(
        code="session_length",
        label=_("Length of a session"),
        definition=_(
            "From the first event of a session to the end of its last one: the mean over the "
            "sessions of the period whose events name them."
        ),
        unit=Unit.SECONDS,
        read=_length,
        numerator=_("seconds together"),
        denominator=_("sessions"),
        narrowed_by=frozenset({"store", "channel", "tier", "segment"}),
    ),
)
