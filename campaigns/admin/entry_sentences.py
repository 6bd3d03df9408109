"""Who comes into a campaign and when, what ends it for them, and when it has worked: in words."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format, time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from campaigns.admin import durations, event_words
from campaigns.models import Campaign
from campaigns.rules import entries
from campaigns.rules.entries import (
    AtEntry,
    BadEntry,
    DateEntry,
    Entry,
    EventEntry,
    Happening,
    NowEntry,
    RecurringEntry,
    StateEntry,
)
from loyalty.models import Badge, Benefit, Challenge, CouponType, Tier
from members.admin import condition_sentences
from members.models import Community, Store, Survey, Tag

_LAST_DAY = 31
# Values of events that name things by code: what they are looked up in.
_THINGS: Mapping[str, Any] = {
    "to_tier": Tier,
    "from_tier": Tier,
    "tier": Tier,
    "tag": Tag,
    "coupon_type": CouponType,
    "benefit": Benefit,
    "badge": Badge,
    "challenge": Challenge,
    "survey": Survey,
    "community": Community,
    "store": Store,
}


def entry_sentence(campaign: Campaign) -> str:
    """`When a member views a product 2 times within 1 day and does not buy it within 30 minutes;
    once for each product and day.` A rule that can't be read says so."""
    try:
        rule = entries.read(campaign.entry, campaign.entry_rule)
    except BadEntry:
        return _("It isn't said yet when it begins.")
    return pgettext("the end of a sentence", "%(sentence)s.") % {"sentence": _said(rule)}


def exit_sentences(campaign: Campaign) -> list[str]:
    """What ends it for a member, at once: `It ends at once for a member who buys it.`"""
    told = exits(campaign.exits)
    if campaign.goal_event and campaign.is_over_at_goal:
        does = event_words.does(campaign.goal_event)
        told.append(_("Its goal ends it: a member who %(does)s is through.") % {"does": does})
    return told


def exits(written: Any) -> list[str]:
    """One sentence for each of `Campaign.exits`; one that says nothing yet is empty."""
    listed = [one for one in written if isinstance(one, dict)] if isinstance(written, list) else []
    happenings = [_exit(one) for one in listed]
    names = _names(happenings)
    text = _("It ends at once for a member who %(does)s.")
    return [
        text % {"does": _happening(happening, names, same=str(one.get("same", "")))}
        if happening.event
        else ""
        for happening, one in zip(happenings, listed, strict=True)
    ]


def goal_sentence(campaign: Campaign) -> str:
    """`It has worked when the member buys something within 14 days.`; empty without a goal."""
    if not campaign.goal_event:
        return ""
    values = {
        "does": event_words.does(campaign.goal_event),
        "time": durations.of_days(campaign.goal_days),
    }
    return _("It has worked when the member %(does)s within %(time)s.") % values


def _exit(written: Mapping[str, Any]) -> Happening:
    matches = written.get("matches")
    return Happening(
        event=str(written.get("event", "")), matches=matches if isinstance(matches, dict) else {}
    )


def _said(rule: Entry) -> str:
    if isinstance(rule, NowEntry):
        return _("Once, as soon as it is approved and started")
    if isinstance(rule, AtEntry):
        return _("Once, on %(when)s") % {"when": _instant(rule.at)}
    if isinstance(rule, RecurringEntry):
        return _recurring(rule)
    if isinstance(rule, DateEntry):
        return _date(rule)
    if isinstance(rule, StateEntry):
        return _("Every day at %(clock)s, for members who have come to meet the condition") % {
            "clock": _clock(rule.clock)
        }
    return _event(rule)


def _recurring(rule: RecurringEntry) -> str:
    values = {"clock": _clock(rule.clock)}
    if len(rule.weekdays) == len(WEEKDAYS):
        return _("Every day at %(clock)s") % values
    if rule.weekdays:
        days = condition_sentences.both([str(WEEKDAYS[day]) for day in rule.weekdays])
        return _("Every %(days)s at %(clock)s") % {**values, "days": days}
    days = condition_sentences.both([_day_of_month(day) for day in rule.month_days])
    return _("Every month on %(days)s at %(clock)s") % {**values, "days": days}


def _day_of_month(day: int) -> str:
    return _("the last day") if day == _LAST_DAY else _("day %(day)s") % {"day": day}


def _date(rule: DateEntry) -> str:
    values = {"clock": _clock(rule.clock), "days": f"{abs(rule.days):,}"}
    is_birthday = rule.date == "BIRTHDAY"
    if rule.days == 0:
        text = (
            _("On a member's birthday, at %(clock)s")
            if is_birthday
            else _("On the day on which a member joined, each year, at %(clock)s")
        )
    elif rule.days < 0:
        text = (
            ngettext(
                "%(days)s day before a member's birthday, at %(clock)s",
                "%(days)s days before a member's birthday, at %(clock)s",
                -rule.days,
            )
            if is_birthday
            else ngettext(
                "%(days)s day before the day on which a member joined, at %(clock)s",
                "%(days)s days before the day on which a member joined, at %(clock)s",
                -rule.days,
            )
        )
    else:
        text = (
            ngettext(
                "%(days)s day after a member's birthday, at %(clock)s",
                "%(days)s days after a member's birthday, at %(clock)s",
                rule.days,
            )
            if is_birthday
            else ngettext(
                "%(days)s day after the day on which a member joined, at %(clock)s",
                "%(days)s days after the day on which a member joined, at %(clock)s",
                rule.days,
            )
        )
    return text % values


def _event(rule: EventEntry) -> str:
    names = _names([rule.happening, *([rule.without] if rule.without else [])])
    told = _("When a member %(does)s") % {"does": _happening(rule.happening, names)}
    if rule.times > 1:
        values = {
            "told": told,
            "count": f"{rule.times:,}",
            "time": durations.of_minutes(rule.minutes),
        }
        text = (
            _("%(told)s %(count)s times within %(time)s, the same product each time")
            if rule.same
            else _("%(told)s %(count)s times within %(time)s")
        )
        told = text % values
    if rule.without is not None:
        values = {
            "told": told,
            "does_not": _happening(rule.without, names, same=rule.same, is_not=True),
            "time": durations.of_minutes(rule.without_minutes),
        }
        told = _("%(told)s, and %(does_not)s within %(time)s") % values
    return told + _once(rule.keys)


def _happening(
    one: Happening, names: Mapping[tuple[str, str], str], *, same: str = "", is_not: bool = False
) -> str:
    say = event_words.does_not if is_not else event_words.does
    told = say(one.event, one.behavior, same=same)
    if not one.matches:
        return told
    shown = [names.get((key, str(value)), str(value)) for key, value in one.matches.items()]
    values = {"told": told, "which": condition_sentences.listed(shown)}
    return _("%(told)s (%(which)s)") % values


def _once(keys: Iterable[str]) -> str:
    labels = {
        "member": _("member"),
        "product": _("product"),
        "order": _("order"),
        "day": _("day"),
    }
    told = [labels[key] for key in keys if key in labels]
    if not told:
        return ""
    return _("; once for each %(keys)s") % {"keys": condition_sentences.both(told)}


def _names(happenings: Iterable[Happening]) -> dict[tuple[str, str], str]:
    """What the values that events must have are called: one query for each kind of thing."""
    wanted: dict[str, set[str]] = {}
    for one in happenings:
        for key, value in one.matches.items():
            if key in _THINGS:
                wanted.setdefault(key, set()).add(str(value))
    return {
        (key, row.code): row.name
        for key, codes in wanted.items()
        for row in _THINGS[key].objects.filter(code__in=codes)
    }


def _clock(at: time) -> str:
    return time_format(at, "TIME_FORMAT")


def _instant(at: datetime) -> str:
    return date_format(localtime(at), "DATETIME_FORMAT")
