"""What `manage.py doctor` looks at: each check tells what it saw and how to mend it."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http.request import validate_host
from django.utils import timezone, translation

from campaigns.selectors import media
from campaigns.transports.registry import TRANSPORTS
from config import health
from members.models import Heartbeat
from members.sealing import canary
from members.services import database_roles

QUIET_AFTER = timedelta(minutes=3)
CLOCK_LIMIT = timedelta(seconds=2)
SCARCE_BYTES = 1 * 1024**3
FULL_BYTES = 200 * 1024**2
# Written by the tasks that beat sends and the worker runs.
HEARTBEATS = ("worker", "beat")


class Verdict(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One line of the doctor. `mend` says what to do; it is empty when all is well."""

    name: str
    verdict: Verdict
    seen: str
    mend: str = ""


def examine(*, before_start: bool) -> Iterator[Finding]:
    """Every check, in the order in which to mend. `before_start` leaves out the heartbeats,
    which nothing can have sent yet."""
    database = _database()
    yield database
    if database.verdict is not Verdict.FAIL:
        for check in (
            _migrations,
            _rights,
            _keys,
            _clock,
            _time_zone,
            _messages,
            _links,
            *(() if before_start else _LIVING),
        ):
            yield _guarded(check)
    yield _broker()
    yield _disk()


def _guarded(check: Callable[[], Finding]) -> Finding:
    """A missing table is a finding too, not a crash of the doctor."""
    try:
        return check()
    except DatabaseError as error:
        first = str(error).splitlines()[0]
        name = check.__name__.strip("_").replace("_", " ")
        return Finding(name, Verdict.FAIL, first, "Apply the migrations first.")


def _database() -> Finding:
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_user, current_database(), current_setting('server_version')"
            )
            user, name, version = cursor.fetchone()
    except DatabaseError as error:
        return Finding(
            "database",
            Verdict.FAIL,
            str(error).splitlines()[0],
            "Is PostgreSQL running, and does DATABASE_URL name it, its database and its role?",
        )
    return Finding("database", Verdict.OK, f"PostgreSQL {version}, {name} as {user}")


def _migrations() -> Finding:
    pending = health.pending_migrations()
    if not pending:
        return Finding("migrations", Verdict.OK, "none pending")
    return Finding(
        "migrations",
        Verdict.FAIL,
        f"{len(pending)} pending, the first is {pending[0]}",
        "DATABASE_URL=$DATABASE_OWNER_URL manage.py migrate, then the same with grant_app_role.",
    )


# Rows of removable tables may go, and nothing in them may be changed.
_RIGHTS = """
SELECT count(*) FILTER (WHERE has_table_privilege(name, 'UPDATE, TRUNCATE')
        OR has_table_privilege(name, 'DELETE') AND NOT is_removable),
    count(*) FILTER (WHERE has_table_privilege(name, 'SELECT')
        AND has_table_privilege(name, 'INSERT')
        AND (has_table_privilege(name, 'DELETE') OR NOT is_removable))
FROM (
    SELECT name, name = ANY(%(removable)s::text[]) AS is_removable
    FROM unnest(%(tables)s::text[]) AS name
) tables
"""


def _rights() -> Finding:
    """The product's own connection must not be able to change history."""
    tables = [model._meta.db_table for model in database_roles.append_only_models()]
    with connection.cursor() as cursor:
        cursor.execute(_RIGHTS, {"tables": tables, "removable": database_roles.removable_tables()})
        changeable, usable = cursor.fetchone()
    mend = "As the owner: DATABASE_URL=$DATABASE_OWNER_URL manage.py grant_app_role."
    if usable < len(tables):
        return Finding("rights", Verdict.FAIL, "this role can't use all tables", mend)
    if changeable:
        return Finding(
            "rights",
            Verdict.WARN,
            f"this role could change {changeable} append-only tables",
            f"Let DATABASE_URL name the role {settings.DATABASE_APP_ROLE}, not the owner. {mend}",
        )
    return Finding("rights", Verdict.OK, f"{len(tables)} append-only tables are protected")


def _keys() -> Finding:
    try:
        canary.check()
    except canary.KeysUnusable as error:
        return Finding("keys", Verdict.FAIL, "personal data can't be opened", str(error))
    return Finding("keys", Verdict.OK, "the canary opens")


def _clock() -> Finding:
    before = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (there,) = cursor.fetchone()
    apart = abs(there - (before + (timezone.now() - before) / 2))
    seen = f"{apart.total_seconds():.3f} s from the database's"
    if apart > CLOCK_LIMIT:
        mend = "Let both machines follow a time server (NTP): points expire by the clock."
        return Finding("clock", Verdict.FAIL, seen, mend)
    return Finding("clock", Verdict.OK, seen)


def _time_zone() -> Finding:
    """Python and the database must cut the days at the same moment."""
    now = timezone.now()
    here = now.astimezone(ZoneInfo(settings.TIME_ZONE)).replace(tzinfo=None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz AT TIME ZONE %s", [now, settings.TIME_ZONE])
        (there,) = cursor.fetchone()
    if here != there:
        return Finding(
            "time zone",
            Verdict.FAIL,
            f"{settings.TIME_ZONE} is {here:%H:%M} here and {there:%H:%M} in the database",
            "Bring the time zone tables of this machine and of the database's up to date.",
        )
    return Finding("time zone", Verdict.OK, f"{settings.TIME_ZONE}, the database agrees")


def _messages() -> Finding:
    """A medium that isn't set up reaches nobody; nobody may want it to."""
    with translation.override("en"):  # as all that the doctor says
        lacking = media.lacking()
    ready = [medium for medium in TRANSPORTS if medium not in {one.medium for one in lacking}]
    words = [f"{one.medium} lacks {', '.join(one.missing)}" for one in lacking]
    seen = "; ".join([f"ready: {', '.join(ready)}", *words])
    missed = [one.medium for one in lacking if one.is_missed]
    if not missed:
        return Finding("messages", Verdict.OK, seen)
    return Finding(
        "messages",
        Verdict.WARN,
        seen,
        f"Set up {' and '.join(missed)} (docs/messages-providers.md): until then nobody is "
        "written to by it.",
    )


def _links() -> Finding:
    """Links in messages, and providers' reports, need an address that the world reaches."""
    address = settings.PUBLIC_URL
    # Nobody else reads what a demo or a test sends.
    is_production = settings.REGULARS_ENV == "production"
    if not address:
        seen = "messages bear no links of ours"
        mend = (
            "Set PUBLIC_URL (docs/receipts.md): until then members can't unsubscribe by a link, "
            "and opens, clicks and providers' reports aren't heard."
        )
        return (
            Finding("links", Verdict.WARN, seen, mend)
            if is_production
            else Finding("links", Verdict.OK, seen)
        )
    parts = urlsplit(address)
    if not validate_host(parts.hostname or "", settings.ALLOWED_HOSTS):
        mend = f"Name {parts.hostname} in ALLOWED_HOSTS too, or every link is answered with 400."
        return Finding("links", Verdict.FAIL, f"messages lead to {address}", mend)
    if is_production and parts.scheme != "https":
        mend = "Let PUBLIC_URL begin with https: mail programs unsubscribe by nothing else."
        return Finding("links", Verdict.WARN, f"messages lead to {address}", mend)
    return Finding("links", Verdict.OK, f"messages lead to {address}")


def _heartbeats() -> Finding:
    now = timezone.now()
    seen = dict(Heartbeat.objects.values_list("name", "seen_at"))
    quiet = [name for name in HEARTBEATS if not _is_alive(seen.get(name), now)]
    words = ", ".join(f"{name} {_ago(seen.get(name), now)}" for name in HEARTBEATS)
    if not quiet:
        return Finding("heartbeats", Verdict.OK, words)
    return Finding(
        "heartbeats",
        Verdict.FAIL,
        words,
        f"Start {' and '.join(quiet)}: celery -A config worker, celery -A config beat. "
        "Nothing is lost meanwhile; messages and night runs wait.",
    )


def _is_alive(seen_at: datetime | None, now: datetime) -> bool:
    return seen_at is not None and now - seen_at < QUIET_AFTER


def _ago(seen_at: datetime | None, now: datetime) -> str:
    return "never seen" if seen_at is None else f"{int((now - seen_at).total_seconds())} s ago"


def _dispatches() -> Finding:
    late = health.oldest_late_dispatch(at=timezone.now())
    if late is None:
        return Finding("dispatches", Verdict.OK, "none late")
    return Finding(
        "dispatches",
        Verdict.WARN,
        f"the oldest is {int(late.total_seconds())} s late",
        "Look at the worker's log; if the worker is well, start more of it.",
    )


_LIVING = (_heartbeats, _dispatches)


def _broker() -> Finding:
    try:
        server = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=3).info("persistence")
    except (redis.RedisError, OSError, ValueError) as error:
        return Finding(
            "broker", Verdict.FAIL, str(error), "Is Valkey or Redis running, and is REDIS_URL its?"
        )
    if not server.get("aof_enabled"):
        return Finding(
            "broker",
            Verdict.WARN,
            "it answers, but keeps nothing over a crash",
            "Start it with --appendonly yes: tasks under way would have to wait for the sweep.",
        )
    return Finding("broker", Verdict.OK, "it answers and keeps an append-only file")


def _disk() -> Finding:
    folder = Path(settings.MEDIA_ROOT)
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    seen = f"{free / 1024**3:.1f} GiB free for files"
    if not os.access(folder, os.W_OK):
        return Finding(
            "disk",
            Verdict.FAIL,
            f"{folder} can't be written",
            "Mend its rights, or set MEDIA_ROOT.",
        )
    if free < FULL_BYTES:
        return Finding("disk", Verdict.FAIL, seen, "Make room now.")
    if free < SCARCE_BYTES:
        return Finding("disk", Verdict.WARN, seen, "Make room soon.")
    return Finding("disk", Verdict.OK, seen)
