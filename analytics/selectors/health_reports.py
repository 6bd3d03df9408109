"""How well the warning of health has foretold silence, on a page: read once a day, or not at all.

It scores everybody as of some weeks ago, which takes seconds where there are a million members: the
night reads it for the pages of the day. Before the first night it is read for the page itself, but
who waits for that waits no longer than `MOST_SECONDS` for it.
"""

import hashlib
from datetime import date, timedelta

from django.core.cache import cache
from django.db import OperationalError

from analytics.rules.policies import Policy
from analytics.selectors import asking, class_moves, health_checks, policies, spans
from analytics.selectors.health_checks import HealthCheck

HORIZON_DAYS = 30
MOST_SECONDS, MOST_NIGHT_SECONDS = 1, 600
# Longer than from one night to the next.
_KEPT_SECONDS = 2 * 86_400
# The past of a night doesn't change much within an hour.
_RETRY_SECONDS = 3_600
_TIMED_OUT = "too long"


def prepare() -> HealthCheck | None:
    """Reads it for the pages of the day, however long that takes; None before the first night."""
    return _read(MOST_NIGHT_SECONDS, is_fresh=True)


def latest() -> HealthCheck | None:
    """As of the last day whose `HORIZON_DAYS` have passed; None before the first night, or where
    it would take too long."""
    return _read(MOST_SECONDS)


def _read(most_seconds: int, *, is_fresh: bool = False) -> HealthCheck | None:
    nights = class_moves.known()
    if nights is None:
        return None
    as_of, policy = nights.to_on - timedelta(days=HORIZON_DAYS), policies.current()
    key = _key(as_of, policy)
    found = None if is_fresh else cache.get(key)
    if found is None:
        found = _check(as_of, policy, most_seconds) or _TIMED_OUT
        kept_seconds = _RETRY_SECONDS if found == _TIMED_OUT else _KEPT_SECONDS
        cache.set(key, found, kept_seconds)
    return found if isinstance(found, HealthCheck) else None


def _check(as_of: date, policy: Policy, most_seconds: int) -> HealthCheck | None:
    try:
        with asking.at_most(most_seconds):
            return health_checks.check(
                as_of=as_of, horizon_days=HORIZON_DAYS, policy=policy, zone=spans.zone()
            )
    except OperationalError as error:
        # Where the page's own time is up it says nothing of how long this takes.
        if not asking.is_out_of_time(error) or asking.is_over():
            raise
        return None


def _key(as_of: date, policy: Policy) -> str:
    said = repr((as_of, HORIZON_DAYS, policy))
    return f"health-report:{hashlib.sha256(said.encode()).hexdigest()}"
