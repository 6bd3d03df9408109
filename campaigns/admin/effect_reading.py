"""Reads the effect of a campaign: at once where that is quick, else as it was last read.

A million members take seconds; the page is there before, with what was read last and the time of
it, or with a bar while the figures are read. As analytics/admin/dashboards/reading.py does.
"""

import hashlib
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError, connection

from analytics.admin.dashboards.reading import TooHeavy
from analytics.selectors import asking
from campaigns.models import Campaign
from campaigns.selectors import effects
from campaigns.selectors.effect_scopes import Asked
from campaigns.selectors.effects import Effect

# A test's machine may be busier than any shop's server.
FIRST_SECONDS = 10.0 if settings.REGULARS_ENV == "test" else 1.3
TIMEOUT_SECONDS = 60
KEPT_SECONDS = 26 * 3_600
FRESH = timedelta(minutes=10)
# Counts up when what is kept changes its form.
_FORM = 2


@dataclass(frozen=True)
class Read:
    effect: Effect

    def is_old(self, at: datetime) -> bool:
        """Whether newer figures are worth asking for."""
        return at - self.effect.at > FRESH


def at_once(campaign: Campaign, asked: Asked, *, at: datetime) -> Read:
    """As of now where that can be read in `FIRST_SECONDS`, else as it was last read.

    Raises: TooHeavy: nobody has read it yet.
    """
    kept: Effect | None = cache.get(_key(campaign, asked))
    return Read(kept) if kept is not None else read(campaign, asked, at=at, seconds=FIRST_SECONDS)


def read(campaign: Campaign, asked: Asked, *, at: datetime, seconds: float) -> Read:
    """As of now, within so many seconds; kept where it took long.

    Raises: TooHeavy.
    """
    begun = time.monotonic()
    try:
        with asking.together(timeout_seconds=seconds, is_snapshot=True, is_for_all=True):
            _plan_plainly()
            found = effects.effect(campaign=campaign, asked=asked, at=at)
    except OperationalError as error:
        if not asking.is_out_of_time(error):
            raise
        raise TooHeavy from None
    if time.monotonic() - begun > FIRST_SECONDS / 2:
        cache.set(_key(campaign, asked), found, KEPT_SECONDS)
    else:
        cache.delete(_key(campaign, asked))
    return Read(found)


def _plan_plainly() -> None:
    """To compile these statements takes longer than they then save."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")


def _key(campaign: Campaign, asked: Asked) -> str:
    said = repr((_FORM, campaign.pk, campaign.version_id, asked))
    return f"effect:{hashlib.sha256(said.encode()).hexdigest()}"
