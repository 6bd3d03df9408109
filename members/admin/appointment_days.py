"""What a store's day shows: visits in order of time, and the buttons that fit each."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from members.admin.members import masked_name
from members.models import Appointment, Store
from members.rules import appointments as rules
from members.selectors import appointments as selector


def context(store: Store | None, day: date | None, *, at: datetime) -> dict[str, Any]:
    """The day asked for, or today by the store's clock."""
    if store is None:
        return {"store": None, "visits": []}
    zone = selector.zone_of(store)
    shown = day or localtime(at, zone).date()
    found = selector.of_day(store=store, day=shown)
    return {
        "store": store,
        "day": shown,
        "before": shown - timedelta(days=1),
        "after": shown + timedelta(days=1),
        "visits": [_visit(one, zone, at) for one in found],
        "ahead_count": sum(one.state == Appointment.State.BOOKED for one in found),
        "all_count": len(found),
    }


def zone_of(appointment: Appointment) -> ZoneInfo:
    return selector.zone_of(appointment.store)


def _visit(one: Appointment, zone: ZoneInfo, at: datetime) -> dict[str, Any]:
    return {
        "row": one,
        "from": f"{localtime(one.starts_at, zone):%H:%M}",
        "until": f"{localtime(one.ends_at, zone):%H:%M}",
        "who": masked_name(one.member) or one.member.card_number,
        "is_over": one.state in rules.CLOSED,
        "acts": [
            {"state": state, "label": label, "style": style}
            for state, label, style in (
                (rules.ARRIVED, _("Arrived"), ""),
                (rules.DONE, _("Done"), ""),
                (rules.NO_SHOW, _("Didn't come"), "console-button-plain"),
            )
            if _fits(one, state, at)
        ],
    }


def _fits(one: Appointment, state: str, at: datetime) -> bool:
    # Done follows arrived here; a channel may say it at once.
    if state == rules.DONE and one.state != rules.ARRIVED:
        return False
    return rules.may_follow(one.state, state, starts_at=one.starts_at, occurred_at=at)
