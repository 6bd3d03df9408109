"""How members come in: what is written in `Campaign.entry_rule`, as the fields of a form.

Source of the rule: campaigns/rules/entries.py.
"""

from collections.abc import Mapping
from datetime import datetime, time, tzinfo
from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.rules import entries
from campaigns.rules.entries import BadEntry

DATES: Mapping[str, Any] = {"BIRTHDAY": _("birthday"), "JOINED": _("day of joining")}
KEYS: Mapping[str, Any] = {
    "member": _("member"),
    "product": _("product"),
    "order": _("order"),
    "day": _("day"),
}
# The field of the form that is asked for a place in the rule, by the entry's kind.
FIELDS: Mapping[str, Mapping[str, str]] = {
    "AT": {"at": "at"},
    "RECURRING": {"weekdays": "weekdays", "month_days": "month_days", "clock": "clock"},
    "EVENT": {
        "event": "event",
        "matches": "only_where",
        "times": "times",
        "minutes": "within",
        "without": "without_event",
        "without.event": "without_event",
        "without_minutes": "without_within",
        "same": "is_same",
        "keys": "keys",
    },
    "DATE": {"date": "date", "days": "days", "clock": "clock"},
    "STATE": {"clock": "clock"},
}
_TEXTS: Mapping[str, Any] = {
    "missing": _("Choose what happens."),
    "bad_clock": _("Give a time, such as 09:00."),
    "bad_instant": _("Give a day and a time."),
    "naive_instant": _("Give a day and a time."),
    "one_of_both": _("Choose days of the week, or days of the month."),
    "number_out_of_bounds": _("Give a number from %(least)s to %(most)s."),
}


def read(kind: str, rule: Mapping[str, Any], *, zone: tzinfo) -> dict[str, Any]:
    """The form's fields from what is kept; fields of other kinds keep their defaults."""
    without = rule.get("without") or {}
    days = rule.get("days", 0)
    return {
        "at": _instant(rule.get("at"), zone),
        "repeats": "MONTH" if rule.get("month_days") else "WEEK",
        "weekdays": [str(day) for day in rule.get("weekdays", [])],
        "month_days": ", ".join(str(day) for day in rule.get("month_days", [])),
        "clock": _clock(rule.get("clock")),
        "event": rule.get("event", "") if kind == "EVENT" else "",
        "behavior": rule.get("behavior", ""),
        "only_where": _lines(rule.get("matches", {})),
        "times": rule.get("times", 1),
        "within": rule.get("minutes"),
        "without_event": without.get("event", ""),
        "without_behavior": without.get("behavior", ""),
        "without_within": rule.get("without_minutes"),
        "is_same": rule.get("same", "") == "product",
        "keys": list(rule.get("keys", [])),
        "date": rule.get("date", "BIRTHDAY"),
        "days": abs(days) if isinstance(days, int) else 0,
        "when": "BEFORE" if isinstance(days, int) and days < 0 else "AFTER",
    }


def written(kind: str, said: Mapping[str, Any], *, kept: Mapping[str, Any]) -> dict[str, Any]:
    """The rule of what the form's fields say; of `kept` what they don't ask for."""
    match kind:
        case "AT":
            return {"at": said["at"].isoformat() if said.get("at") else ""}
        case "RECURRING":
            return {"clock": _time(said.get("clock")), **_days(said)}
        case "EVENT":
            return _event(said, kept)
        case "DATE":
            days = said.get("days") or 0
            signed = -days if said.get("when") == "BEFORE" else days
            return {"date": said["date"], "days": signed, "clock": _time(said.get("clock"))}
        case "STATE":
            return {"clock": _time(said.get("clock"))}
    return {}


def problem(kind: str, rule: Mapping[str, Any]) -> tuple[str, Any] | None:
    """The form's field that has to be mended, and how; None: the rule can be read."""
    try:
        entries.read(kind, rule)
    except BadEntry as error:
        field = FIELDS.get(kind, {}).get(error.where, "entry")
        text = _TEXTS.get(error.code, _("This can't be read."))
        return field, (str(text) % error.values if error.values else text)
    return None


def pairs(text: str) -> dict[str, str] | None:
    """`name = value`, one a line; None, where a line isn't so."""
    found = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        key, sign, value = line.partition("=")
        if not sign or not key.strip() or not value.strip():
            return None
        found[key.strip()] = value.strip()
    return found


def numbers(text: str) -> list[int] | None:
    """`1, 15` as numbers; None, where one isn't."""
    parts = text.replace("，", ",").replace("、", ",").replace(" ", ",").split(",")
    try:
        return [int(part) for part in parts if part]
    except ValueError:
        return None


def _days(said: Mapping[str, Any]) -> dict[str, Any]:
    if said.get("repeats") == "MONTH":
        return {"month_days": numbers(said.get("month_days", "")) or []}
    return {"weekdays": [int(day) for day in said.get("weekdays", [])]}


def _event(said: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    """What isn't said is left out, so that a rule that was opened and saved is the same one."""
    times = said.get("times") or 1
    rule: dict[str, Any] = {"event": said.get("event", "")}
    if times > 1 or "times" in kept:
        rule["times"] = times
    if said.get("behavior"):
        rule["behavior"] = said["behavior"]
    if matches := _matching(said.get("only_where", ""), kept.get("matches", {})):
        rule["matches"] = matches
    if times > 1:
        rule["minutes"] = said.get("within")
    if said.get("without_event"):
        rule["without"] = _without(said, kept.get("without") or {})
        rule["without_minutes"] = said.get("without_within")
    if said.get("is_same"):
        rule["same"] = "product"
    if said.get("keys"):
        rule["keys"] = [key for key in KEYS if key in said["keys"]]
    return rule


def _without(said: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    """With the values that the form doesn't ask for, while it is the same event."""
    event, behavior = said["without_event"], said.get("without_behavior", "")
    others = dict(kept) if kept.get("event") == event else {}
    if behavior or "behavior" in others:
        others["behavior"] = behavior
    return {**others, "event": event}


def _matching(text: str, kept: Mapping[str, Any]) -> dict[str, Any]:
    """As typed; a value that is still said the same keeps its kind, as a number does."""
    return {
        key: kept[key] if str(kept.get(key)) == value else value
        for key, value in (pairs(text) or {}).items()
    }


def _lines(matches: Any) -> str:
    rows = matches.items() if isinstance(matches, Mapping) else ()
    return "\n".join(f"{key} = {value}" for key, value in rows)


def _instant(text: Any, zone: tzinfo) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _clock(text: Any) -> time | None:
    try:
        return time.fromisoformat(str(text))
    except ValueError:
        return time(10)


def _time(clock: time | None) -> str:
    return f"{clock:%H:%M}" if clock else ""
