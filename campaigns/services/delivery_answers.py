"""Providers' answers that came in together, written together.

While one is written others come in: so they wait no longer than if each were written alone, and
behind a quick provider there is one commit for several.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import connection, transaction

from campaigns.models import Delivery
from campaigns.services import delivery_outcomes
from campaigns.services.delivery_claims import Claim

logger = structlog.get_logger(__name__)
Told = tuple[Claim, str | Exception]


def settle(*, answers: Sequence[Told], at: datetime) -> None:
    """Writes what became of each. Where they can't be written together each is tried by itself:
    one of them must not cost the others."""
    taken = [(claim.delivery, told) for claim, told in answers if isinstance(told, str)]
    is_written = len(taken) > 1 and _write(taken, at)
    for claim, told in answers:
        if not (is_written and isinstance(told, str)):
            delivery_outcomes.settle(claim=claim, told=told, at=at)


def _write(taken: Sequence[tuple[Delivery, str]], at: datetime) -> bool:
    try:
        _sent(taken, at)
    except Exception as error:
        if not connection.is_usable():
            raise
        told_of = {"count": len(taken), "error": type(error).__name__}
        logger.warning("outcomes_not_written_together", **told_of)
        return False
    return True


@transaction.atomic
def _sent(taken: Sequence[tuple[Delivery, str]], at: datetime) -> None:
    references = {row.pk: delivery_outcomes.plain(told) for row, told in taken}
    attempts = [row.attempts for row, _told in taken]
    with connection.cursor() as cursor:
        cursor.execute(_SENT, [list(references), attempts, list(references.values()), at])
        ours = {pk for (pk,) in cursor.fetchall()}
    delivery_outcomes.record_sent([row for row, _told in taken if row.pk in ours], at)
    for row, _told in taken:
        if row.pk not in ours:
            delivery_outcomes.note_reference(row, references[row.pk])


# Locked in the order of their numbers, as everybody locks several.
_SENT = """
WITH held AS MATERIALIZED (
    SELECT d.id, told.reference
      FROM unnest(%s::bigint[], %s::int[], %s::text[]) AS told(id, attempts, reference)
      JOIN campaigns_delivery d ON d.id = told.id AND d.attempts = told.attempts
     WHERE d.state IN ('CLAIMED', 'UNKNOWN')
     ORDER BY d.id FOR UPDATE OF d
)
UPDATE campaigns_delivery d
   SET state = 'SENT', sent_at = %s, provider_ref = held.reference, reason = ''
  FROM held WHERE d.id = held.id
RETURNING d.id
"""
