"""What is spent to bring members in: imported from a file, row by row, each of them once.

A row is known by the operator's own number: sent again it changes nothing; a number that another
spend bears is refused. Rows that are wrong are told one by one; the others are taken.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from analytics.models import ChannelSpend
from analytics.rules import spend_rows
from analytics.rules.spend_rows import BadRow, Row
from loyalty.rules import money
from loyalty.services import programs
from members.errors import DomainError
from members.models import Channel, Job, Store
from members.services import jobs
from members.services.jobs import RunningJob

KIND = "analytics.import_channel_spends"
MOST_ROWS = 2_000
CHUNK = 200

# What is wrong with a row, and how to mend it. A job keeps the code's text; pages translate it.
MESSAGES: Mapping[str, str] = {
    "number_missing": gettext_noop("The row has no number: give each spend one of its own."),
    "text_too_long": gettext_noop("A number has at most 60 signs, a placement 80, a note 200."),
    "day_wrong": gettext_noop("A day is no day: write it as 2026-03-31."),
    "days_not_in_order": gettext_noop("The last day is before the first one."),
    "days_too_many": gettext_noop("A spend covers at most ten years."),
    "amount_wrong": gettext_noop("The amount is no amount: write it as 1234.50."),
    "amount_out_of_bounds": gettext_noop("The amount is below zero or too large."),
    "channel_unknown": gettext_noop("No channel has this code: see Settings, Channels."),
    "store_unknown": gettext_noop("No store of yours has this code: see Settings, Stores."),
    "number_taken": gettext_noop(
        "Another spend bears this number: change that one in the list, or give this one a new "
        "number."
    ),
}


class ColumnsMissing(DomainError):
    """The first row must name the columns: number, channel, from, to, amount."""

    code = "columns_missing"


class TooManySpends(DomainError):
    """A file of spends holds at most 2,000 rows: split it."""

    code = "too_many_rows"


class NoRows(DomainError):
    """The file has no row below its headings."""

    code = "no_rows"


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What rows may name: ids by code. `has_every_store`: whether a row may name none."""

    channels: Mapping[str, int]
    stores: Mapping[str, int]
    has_every_store: bool


def begin_import(
    *,
    rows: Sequence[Sequence[str]],
    store_ids: Collection[int] | None,
    actor_id: int,
    at: datetime,
) -> Job:
    """The job that takes the rows, the first of which names the columns. `store_ids` are those
    that the actor works for, None: all.

    Raises: ColumnsMissing, NoRows, TooManySpends.
    """
    if len(rows) > MOST_ROWS + 1:
        raise TooManySpends
    if not rows or spend_rows.missing(spend_rows.columns(rows[0])):
        raise ColumnsMissing
    if not any(rows[1:]):
        raise NoRows
    params = {
        "rows": [list(row) for row in rows],
        "stores": None if store_ids is None else sorted(store_ids),
    }
    return jobs.enqueue(
        kind=KIND, params=params, at=at, requested_by_id=actor_id, total=len(rows) - 1
    )


def run(job: RunningJob, at: datetime) -> None:
    """The job: rows in chunks, each of them committed; it goes on where it stopped."""
    lines = job.params["rows"]
    places = spend_rows.columns(lines[0])
    known = _known(job.params["stores"])
    counts = {"new": 0, "known": 0, "refused": 0, **job.cursor.get("counts", {})}
    for start in range(job.cursor.get("line", 1), len(lines), CHUNK):
        job.go_on()
        part = lines[start : start + CHUNK]
        with transaction.atomic():
            for number, cells in enumerate(part, start=start + 1):
                if cells:
                    counts[_take(job, number, _Sent(cells, places), known)] += 1
            job.progress(cursor={"line": start + CHUNK, "counts": counts}, done=len(part))
    job.result(**counts)


@dataclass(frozen=True)
class _Sent:
    cells: Sequence[str]
    places: Mapping[str, int]


def _take(job: RunningJob, line: int, sent: _Sent, known: _Known) -> str:
    """What became of the row: "new", "known" or "refused"."""
    digits = money.digits(programs.current().currency)
    try:
        row = spend_rows.row(sent.cells, sent.places, digits=digits)
        return _record(job, row, known)
    except BadRow as bad:
        job.error(row=line, code=bad.code, message=MESSAGES[bad.code])
        return "refused"


def _record(job: RunningJob, row: Row, known: _Known) -> str:
    said = _said(row, known)
    entered = {"created_by_id": job.requested_by_id, "created_at": job.instant()}
    found, is_new = ChannelSpend.objects.get_or_create(
        number=row.number, defaults={**said, **entered}
    )
    if is_new:
        return "new"
    if any(getattr(found, name) != value for name, value in said.items()):
        raise BadRow("number_taken")
    return "known"


def _said(row: Row, known: _Known) -> dict[str, Any]:
    if row.channel not in known.channels:
        raise BadRow("channel_unknown")
    is_missing = not row.store and not known.has_every_store
    if is_missing or (row.store and row.store not in known.stores):
        raise BadRow("store_unknown")
    return {
        "channel_id": known.channels[row.channel],
        "store_id": known.stores[row.store] if row.store else None,
        "placement": row.placement,
        "from_on": row.from_on,
        "to_on": row.to_on,
        "amount": row.amount,
        "note": row.note,
    }


def _known(store_ids: Collection[int] | None) -> _Known:
    stores = Store.objects.all() if store_ids is None else Store.objects.filter(pk__in=store_ids)
    return _Known(
        channels=dict(Channel.objects.values_list("code", "pk")),
        stores=dict(stores.values_list("code", "pk")),
        has_every_store=store_ids is None,
    )
