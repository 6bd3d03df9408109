"""The nightly run: the steps that apps registered, in their documented order.

Nothing depends on it for being right: every read settles by itself. Run twice, or by two workers
at once, it does no harm; after days of standstill it catches up.
"""

from datetime import datetime

import structlog
from django.db import connection

from members.registry import panels

logger = structlog.get_logger(__name__)
# Any number, the same in every process.
_LOCK = 7_302_611_094


def run(*, at: datetime) -> dict[str, int] | None:
    """How many rows each step touched; None when another worker is at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return None
        try:
            return {step.code: _run(step, at) for step in panels.night_steps()}
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _run(step: panels.NightStep, at: datetime) -> int:
    count = step.run(at)
    logger.info("night_step", step=step.code, count=count)
    return count
