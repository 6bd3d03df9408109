"""The calendar of campaigns: a month or a week of runs, with those that meet the same members."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from campaigns.models import Campaign, Run
from campaigns.selectors import calendar
from campaigns.selectors.calendar import Calendar, Day, Occasion, Span
from loyalty.services import programs
from members.admin.base import ConsoleAdmin

_NAME = "campaigns_campaign_"
SHARES = (10, 20, 30, 50, 80)
_SHARE = 20
# A cell has room for so many; the week and the phone's list show all.
MOST_IN_CELL = 6
_FAR = timedelta(days=3_660)
_BAD = (Run.State.KILLED, Run.State.MISSED)
# Nobody let them run yet: they may come to nothing.
_OPEN = (Campaign.State.DRAFT, Campaign.State.IN_REVIEW)
_TONES = (
    ("past", _("over")),
    ("live", _("running")),
    ("coming", _("to come")),
    ("draft", _("not approved yet")),
    ("bad", _("missed or stopped")),
)


class CampaignCalendar(ConsoleAdmin):
    """For the page of campaigns."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.calendar)
        return [path("calendar/", view, name=f"{_NAME}calendar"), *super().get_urls()]

    @action(description=_("Calendar"), url_path="calendar-link", icon="calendar_month")
    def calendar_link(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse(f"admin:{_NAME}calendar"))

    def calendar(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        zone = programs.current().zone
        with timezone.override(zone):
            today = self.now().astimezone(zone).date()
            on = _day(request.GET.get("on", ""), today)
            is_week = request.GET.get("by") == "week"
            share = _share(request.GET.get("share", ""))
            first, last = _week(on) if is_week else _month(on)
            found = calendar.read(span=Span(first, last, zone), share_percent=share, at=self.now())
            context = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": gettext("Calendar of campaigns"),
                "weekdays": [WEEKDAYS_ABBR[number] for number in range(7)],
                "weeks": _weeks(found, on, today, is_week=is_week),
                **_around(on, is_week=is_week, share=share),
                "standing": found.standing,
                "daily_cap": found.daily_cap,
                "tones": _TONES,
                "is_compared": found.is_compared,
            }
            return render(request, "console/campaign_calendar.html", context)


def _weeks(found: Calendar, on: date, today: date, *, is_week: bool) -> list[list[dict[str, Any]]]:
    names = {
        one.campaign.pk: one.campaign.name or one.campaign.code
        for day in found.days
        for one in day.occasions
    }
    cells = [
        {
            "day": day,
            "is_other": not is_week and day.on.month != on.month,
            "is_today": day.on == today,
            "runs": [_told(one) for one in day.occasions],
            "shown": [_told(one) for one in day.occasions][: 10_000 if is_week else MOST_IN_CELL],
            "more_count": 0 if is_week else max(0, len(day.occasions) - MOST_IN_CELL),
            "warnings": _warnings(day, names, found.daily_cap),
            "week": reverse(f"admin:{_NAME}calendar") + f"?by=week&on={day.on:%Y-%m-%d}",
        }
        for day in found.days
    ]
    return [cells[at : at + 7] for at in range(0, len(cells), 7)]


def _told(one: Occasion) -> dict[str, Any]:
    if one.run is None:
        is_open = one.campaign.state in _OPEN
        state, tone = str(one.campaign.get_state_display()), "draft" if is_open else "coming"
    else:
        state = str(one.run.get_state_display())
        is_bad = one.run.state in _BAD
        tone = "bad" if is_bad else "live" if one.run.state in Run.LIVE else "past"
    address = reverse(f"admin:{_NAME}change", args=[one.campaign.pk])
    return {
        "name": one.campaign.name or one.campaign.code,
        "at": one.at,
        "state": state,
        "tone": tone,
        "members_count": one.run.members_count if one.run else None,
        "url": f"{address}?run={one.run.pk}" if one.run else address,
    }


def _warnings(day: Day, names: dict[int, str], cap: int | None) -> list[str]:
    told = [
        ngettext(
            "“%(first)s” and “%(second)s”: %(count)s member in both, %(percent)s %%",
            "“%(first)s” and “%(second)s”: %(count)s members in both, %(percent)s %%",
            one.both_count,
        )
        % {
            "first": names[one.first_id],
            "second": names[one.second_id],
            "count": f"{one.both_count:,}",
            "percent": f"{one.percent:g}",
        }
        for one in day.collisions
    ]
    if day.over_cap_count:
        text = ngettext(
            "%(count)s member would get more than %(cap)s this day",
            "%(count)s members would get more than %(cap)s this day",
            day.over_cap_count,
        )
        told.append(text % {"count": f"{day.over_cap_count:,}", "cap": cap})
    return told


def _around(on: date, *, is_week: bool, share: int) -> dict[str, Any]:
    """What stands above the days: where one is, and where one can go."""
    first, last = _week(on) if is_week else (on.replace(day=1), on)
    before = first - timedelta(days=1)
    after = last + timedelta(days=1) if is_week else (first + timedelta(days=32)).replace(day=1)
    pattern = gettext("%(first)s to %(last)s")
    days = {"first": date_format(first, "DATE_FORMAT"), "last": date_format(last, "DATE_FORMAT")}
    return {
        "heading": pattern % days if is_week else date_format(on, "YEAR_MONTH_FORMAT"),
        "is_week": is_week,
        "on": on,
        "before": before,
        "after": after,
        "share": share,
        "shares": SHARES,
    }


def _month(on: date) -> tuple[date, date]:
    """Whole weeks, from Monday to Sunday, around the month."""
    first = on.replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return _week(first)[0], _week(last)[1]


def _week(on: date) -> tuple[date, date]:
    first = on - timedelta(days=on.weekday())
    return first, first + timedelta(days=6)


def _day(text: str, today: date) -> date:
    """The asked day, where there is one and it isn't out of the world."""
    try:
        on = date.fromisoformat(text)
    except ValueError:
        return today
    return on if abs(on - today) < _FAR else today


def _share(text: str) -> int:
    known: Sequence[int] = SHARES
    return int(text) if text in {str(one) for one in known} else _SHARE
