"""Reads where the members of a journey stand: at once where that is quick, else as last read.

As campaigns/admin/effect_reading.py does: of a million members it takes seconds, and the page is
there before.
"""

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError, connection

from analytics.admin.dashboards.reading import TooHeavy
from analytics.selectors import asking
from campaigns.models import CampaignVersion
from campaigns.selectors import journey_counts
from campaigns.selectors.journey_counts import Counts

# A test's machine may be busier than any shop's server.
FIRST_SECONDS = 10.0 if settings.REGULARS_ENV == "test" else 1.3
TIMEOUT_SECONDS = 60
# However many look at it, it is counted once in so many seconds.
FRESH = timedelta(seconds=15)
KEPT_SECONDS = 26 * 3_600
# Counts up when what is kept changes its form.
_FORM = 2


def at_once(version: CampaignVersion, *, at: datetime) -> Counts:
    """As of now where that can be read in `FIRST_SECONDS`, else as it was last read.

    Raises: TooHeavy: nobody has read it yet.
    """
    kept: Counts | None = cache.get(_key(version))
    if kept is not None and not is_old(kept, at):
        return kept
    if kept is not None and cache.get(_key(version, "slow")):
        return kept
    try:
        return read(version, at=at, seconds=FIRST_SECONDS)
    except TooHeavy:
        if kept is None:
            raise
        return kept


def read(version: CampaignVersion, *, at: datetime, seconds: float) -> Counts:
    """As of now, within so many seconds.

    Raises: TooHeavy.
    """
    begun = time.monotonic()
    try:
        with asking.together(timeout_seconds=seconds, is_snapshot=True, is_for_all=True):
            with connection.cursor() as cursor:
                # To compile these statements takes longer than they then save.
                cursor.execute("SET LOCAL jit = off")
            found = journey_counts.counts(version, at=at)
    except OperationalError as error:
        if not asking.is_out_of_time(error):
            raise
        raise TooHeavy from None
    cache.set(_key(version), found, KEPT_SECONDS)
    # What took long is not tried at once again: the page asks for it itself.
    is_slow = time.monotonic() - begun > FIRST_SECONDS / 2
    cache.set(_key(version, "slow"), is_slow, KEPT_SECONDS)
    return found


def is_old(found: Counts, at: datetime) -> bool:
    """Whether newer figures are worth asking for."""
    return at - found.at > FRESH


def _key(version: CampaignVersion, what: str = "counts") -> str:
    return f"journey:{_FORM}:{version.pk}:{what}"
