"""How long every dashboard takes to open, whole and narrowed, in the console's own page.

As a part of `make bench ARGS='--only analytics'`, or against a database that is filled already:

    DATABASE_URL=postgres://… python -m tests.benchmarks.dashboards --rounds 3
    DATABASE_URL=postgres://… python -m tests.benchmarks.dashboards --page rfm --queries 0.2

Before each opening a minute passes for the facts, so that no page of now is kept; what the night
prepares for the day's pages is prepared first. The least of the rounds counts, since what disturbs
only adds. A page that comes without figures is opened once more as its script does, which waits.
A night's scores must have been made (`--nights 2` makes them).
"""

import argparse
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import django

# The limit of a page, in seconds.
LIMIT = 2.0
_CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
_OPERATOR, _SEGMENT = "bench-dashboards", "bench_regulars"
_PERIODS = ("last_90", "last_month", "this_year", "last_year")


@dataclass(frozen=True)
class Opened:
    """One page: by what it was narrowed, the least seconds of its rounds, those of the processor
    (ours and our database process's), and its status; `waited` are the seconds until figures are
    there that it came without."""

    page: str
    narrowed: str
    seconds: float
    processor: float
    status: int
    waited: float | None = None


def measure(
    rounds: int, *, pages: Sequence[str] = (), slow_seconds: float | None = None
) -> list[Opened]:
    """Every page with each filter, in so many rounds. Statements that took more than
    `slow_seconds` of the database's processor are printed as they end."""
    from django.test import override_settings

    from analytics.admin.dashboards.listed import DASHBOARDS

    with override_settings(CACHES=_CACHES, ALLOWED_HOSTS=["testserver"]), _told(slow_seconds):
        _prepare()
        browser = _browser()
        return [
            _open(browser, code, narrowed, query, rounds)
            for code in (one.code for one in DASHBOARDS)
            if not pages or code in pages
            for narrowed, query in _filters()
        ]


def nights(count: int, *, at: datetime) -> None:
    """Everybody's scores as of the last so many days, one night after the other."""
    from analytics.services import member_scores
    from tests.benchmarks import report

    for back in range(count - 1, -1, -1):
        begun = time.monotonic()
        done_at = at - timedelta(days=back)
        scored = sum(member_scores.score(as_of=member_scores.last_day(done_at), at=done_at))
        report.say(f"  a night of {scored:,} scores {time.monotonic() - begun:>10,.1f} s")


def _prepare() -> None:
    """As the last steps of a night do, into the cache of this process."""
    from django.utils import timezone

    from analytics.admin.dashboards import prepared
    from analytics.services import facts, member_scores, page_answers
    from members.services import heartbeats
    from tests.benchmarks import report

    begun, now = time.monotonic(), timezone.now()
    heartbeats.beat(names=(facts.HEARTBEAT,), at=now)
    page_answers.prepare(today=member_scores.last_day(now) + timedelta(days=1))
    report.say(f"  the night's preparation of answers {time.monotonic() - begun:>10,.1f} s")
    begun = time.monotonic()
    pages = sum(prepared.night(now))
    report.say(f"  the night's reading of {pages} pages {time.monotonic() - begun:>10,.1f} s")


def show(found: Sequence[Opened]) -> None:
    from tests.benchmarks import report

    for one in found:
        failed = "" if one.status == 200 else f"  status {one.status}"
        mark = "  above the limit" if one.seconds > LIMIT else ""
        if one.waited is not None:
            mark += f"  figures after {one.waited:.1f} s"
        report.say(
            f"  {one.page:<12} {one.narrowed:<12} {one.seconds:>8.2f} s"
            f"  processor {one.processor:>6.2f} s{mark}{failed}"
        )
    worst = max(found, key=lambda one: one.seconds)
    name = f"the slowest dashboard: {worst.page}, {worst.narrowed}"
    report.goal("A7", name, worst.seconds, LIMIT, most=True)


def segment(*, at: datetime) -> None:
    """A segment of who bought often, built, to narrow by."""
    from analytics.models import Segment
    from analytics.services import segment_builds, segments
    from members.services import jobs

    if Segment.objects.filter(code=_SEGMENT, build_id__isnull=False).exists():
        return
    condition = {"field": "member.joined_days", "op": "gte", "value": 365}
    draft = segments.Draft(code=_SEGMENT, name_en="Bench", condition=condition)
    made = Segment.objects.filter(code=_SEGMENT).first() or segments.define(draft=draft, at=at)
    build = segment_builds.start(segment_id=made.pk, at=at)
    if build.job is not None:
        jobs.run(job_id=build.job.pk, clock=lambda: at)


def _open(browser: Any, page: str, narrowed: str, query: dict[str, str], rounds: int) -> Opened:
    from django.utils import timezone

    from analytics.services import facts
    from members.services import heartbeats

    least, spent, status, has_figures = float("inf"), float("inf"), 0, True
    for _ in range(rounds):
        heartbeats.beat(names=(facts.HEARTBEAT,), at=timezone.now())
        begun, before = time.perf_counter(), _processor_seconds() + time.process_time()
        shown = browser.get(f"/console/dashboards/{page}/", query)
        least = min(least, time.perf_counter() - begun)
        spent = min(spent, _processor_seconds() + time.process_time() - before)
        status, has_figures = shown.status_code, b"data-dash-waits" not in shown.content
    waited = None if has_figures else _wait(browser, page, query)
    return Opened(page, narrowed, least, spent, status, waited)


def _wait(browser: Any, page: str, query: dict[str, str]) -> float:
    """The seconds until the figures are there, as the page's script asks for them."""
    from analytics.admin.dashboards import frame

    begun = time.perf_counter()
    browser.get(f"/console/dashboards/{page}/", query, headers={frame.WAITS: "1"})
    return time.perf_counter() - begun


def _filters() -> list[tuple[str, dict[str, str]]]:
    """None; another period; the busiest store and channel, the lowest tier, a segment."""
    from analytics.selectors import filter_choices

    choices = filter_choices.choices()
    narrowed: list[tuple[str, dict[str, str]]] = [("", {})]
    narrowed += [(period, {"period": period}) for period in _PERIODS]
    for kind in (filter_choices.STORE, filter_choices.CHANNEL):
        if busiest := _busiest(kind):
            narrowed.append((kind, {kind: next(c.code for c in choices[kind] if c.id == busiest)}))
    for kind in (filter_choices.TIER, filter_choices.SEGMENT):
        if choices[kind]:
            narrowed.append((kind, {kind: choices[kind][0].code}))
    return narrowed


def _busiest(kind: str) -> int | None:
    from django.db.models import Sum

    from analytics.models import KpiDay

    sums = KpiDay.objects.exclude(**{kind: None}).values(kind).annotate(n=Sum("orders_count"))
    first = sums.order_by("-n").first()
    return None if first is None else first[kind]


def _browser() -> Any:
    from django.test import Client

    from members.models import User

    operator, _made = User.objects.get_or_create(
        username=_OPERATOR, defaults={"is_staff": True, "is_superuser": True}
    )
    browser = Client(headers={"Accept-Language": "en"})
    browser.force_login(operator, backend="django.contrib.auth.backends.ModelBackend")
    return browser


@contextmanager
def _told(slow_seconds: float | None) -> Iterator[None]:
    from django.db import connection

    from tests.benchmarks import report

    def told(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        begun, spent = time.perf_counter(), _processor_seconds()
        try:
            return execute(sql, params, many, context)
        finally:
            seconds, spent = time.perf_counter() - begun, _processor_seconds() - spent
            if slow_seconds is not None and spent > slow_seconds:
                said = " ".join(sql.split())[:240]
                report.say(f"    {spent:.2f} s of {seconds:.2f} s  {said}")

    with connection.execute_wrapper(told):
        yield


def _processor_seconds() -> float:
    """Of our database process, on this machine: what parallel workers took isn't in it, so set
    `PGOPTIONS='-c max_parallel_workers_per_gather=0'` to see all of a statement."""
    from django.db import connection

    if connection.connection is None:
        return 0
    path = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
    figures = path.read_text().rsplit(")", 1)[1].split()
    return (int(figures[11]) + int(figures[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.utils import timezone

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--page", action="append", default=[])
    parser.add_argument("--queries", type=float, help="print statements of more processor seconds")
    parser.add_argument("--nights", type=int, default=0, help="score so many nights first")
    parser.add_argument("--segment", action="store_true", help="build a segment to narrow by first")
    options = parser.parse_args()
    at = timezone.now()
    if options.nights:
        nights(options.nights, at=at)
    if options.segment:
        segment(at=at)
    show(measure(options.rounds, pages=options.page, slow_seconds=options.queries))


if __name__ == "__main__":
    main()
