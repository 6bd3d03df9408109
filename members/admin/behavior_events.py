"""What a member did in channels, on their page: thirty days at a glance, then one by one."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.admin import behavior_places, behavior_words
from members.models import BehaviorEvent, Member
from members.registry import behavior_events as registry
from members.registry import panels
from members.registry.panels import Panel
from members.rules import behavior_runs
from members.rules.behavior_runs import Deed, Run
from members.selectors import behavior_events

PAGE = 100
DAYS = 30
_SHADES = 4


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_member_panel(
        Panel(
            "behavior_events",
            _("Behavior"),
            "console/panels/behavior_events.html",
            _panel,
            47,
            "members.view_behaviorevent",
        )
    )


def _panel(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    place = behavior_places.read(request.GET.get("before", ""))
    page = behavior_events.history(member_id=member.pk, before=place, limit=PAGE)
    names = registry.names_of({row.object for row in page.rows if row.object})
    row_of = {row.pk: row for row in page.rows}
    runs = behavior_runs.fold(_deed(row) for row in page.rows)
    channels = behavior_words.channels()
    return {
        "runs": [_shown(run, row_of, names, channels) for run in runs],
        "following": behavior_places.address(page.following),
        "strip": _strip(member.pk, at),
    }


def _deed(row: BehaviorEvent) -> Deed:
    return Deed(row.pk, row.kind, row.object, row.channel, row.occurred_at, row.dwell_seconds)


def _shown(
    run: Run,
    row_of: Mapping[int, BehaviorEvent],
    names: Mapping[str, str],
    channels: Mapping[str, str],
) -> dict[str, Any]:
    rows = [row_of[deed.id] for deed in run.deeds]
    return {
        "text": behavior_words.run_text(run),
        "icon": behavior_words.words(run.kind).icon,
        "duration": behavior_words.duration(run.seconds),
        "begins_at": run.begins_at,
        "channel": channels.get(rows[0].channel, rows[0].channel),
        "is_one": len(rows) == 1,
        "rows": [_line(row, names) for row in rows],
    }


def _line(row: BehaviorEvent, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "event": row,
        "name": names.get(row.object) or row.object or row.attributes.get("query", ""),
        "code": row.object if row.object in names else "",
        "duration": behavior_words.duration(row.dwell_seconds or 0),
    }


def _strip(member_id: int, at: datetime) -> dict[str, Any] | None:
    """Thirty days up to today by kind, most first; None where there is nothing in them."""
    zone = timezone.get_current_timezone()
    assert isinstance(zone, ZoneInfo)
    last = at.astimezone(zone).date()
    days = [last - timedelta(days=ago) for ago in reversed(range(DAYS))]
    since = datetime.combine(days[0], time.min, zone)
    counts = behavior_events.days(member_id=member_id, since=since, zone=zone)
    if not counts:
        return None
    most = max(max(by_day.values()) for by_day in counts.values())
    rows = [_kind_row(kind, by_day, days, most) for kind, by_day in counts.items()]
    rows.sort(key=lambda row: (-row["total"], str(row["label"])))
    return {"rows": rows, "first": days[0], "last": last}


def _kind_row(kind: str, by_day: Mapping[date, int], days: list[date], most: int) -> dict[str, Any]:
    cells = [
        {"day": day, "count": count, "shade": -(-count * _SHADES // most)}
        for day in days
        for count in [by_day.get(day, 0)]
    ]
    words = behavior_words.words(kind)
    # A clock that is ahead may have put some into tomorrow, which the strip doesn't show.
    total = sum(cell["count"] for cell in cells)
    return {"label": words.label, "icon": words.icon, "cells": cells, "total": total}
