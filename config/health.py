"""`/livez`: this process answers. `/readyz`: it can serve.

Both are open to anyone, so they name what is wrong in fixed words only: no address, no message of
a driver, no version.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from members.models import Dispatch
from members.sealing import canary

logger = structlog.get_logger(__name__)

LATE_AFTER = timedelta(minutes=5)


class Unready(Exception):
    """A part can't serve; the message is one of our own fixed words."""


@require_safe
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """Without any input or output: a database that is away must not restart the web servers."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when orders can be taken, else 503.

    Late messages are reported but don't make it 503: a worker that is down must not also take the
    tills down.
    """
    checks: dict[str, str] = {}
    ready = True
    for name, check in (("database", database), ("migrations", migrations), ("keys", keys)):
        checks[name], passed = _outcome(name, check)
        ready = ready and passed
    if ready:
        checks["dispatch"] = dispatch(at=timezone.now())
    status = "ready" if ready else "unready"
    return JsonResponse({"status": status, "checks": checks}, status=200 if ready else 503)


def _outcome(name: str, check: Callable[[], None]) -> tuple[str, bool]:
    try:
        check()
    except Unready as reason:
        return str(reason), False
    except (DatabaseError, canary.KeysUnusable) as error:
        logger.error("not_ready", check=name, error=type(error).__name__)
        return "failed", False
    return "ok", True


def database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def migrations() -> None:
    """Reading all migrations takes a tenth of a second; once applied, they stay applied for the
    code that this process has loaded."""
    if _seen_migrated:
        return
    if pending_migrations():
        raise Unready("pending")
    _seen_migrated.add(True)


_seen_migrated: set[bool] = set()


def pending_migrations() -> list[str]:
    """Names of the migrations that the code has and the database has not."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def keys() -> None:
    canary.check()


def dispatch(*, at: datetime) -> str:
    late = oldest_late_dispatch(at=at)
    return "ok" if late is None else f"late by {int(late.total_seconds())} s"


def oldest_late_dispatch(*, at: datetime) -> timedelta | None:
    """How long the longest-waiting dispatch is overdue, None when it is within five minutes."""
    due = Dispatch.objects.filter(state=Dispatch.State.PENDING, next_at__lt=at - LATE_AFTER)
    oldest = due.order_by("next_at").values_list("next_at", flat=True).first()
    return None if oldest is None else at - oldest
