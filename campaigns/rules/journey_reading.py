"""Each kind of step from what was written, or where it is wrong."""

from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any, NoReturn

from campaigns.rules.journey_steps import (
    Branch,
    End,
    Grant,
    Kind,
    Message,
    Mode,
    Split,
    Step,
    Task,
    Wait,
    WaitEvent,
    WaitUntil,
    Webhook,
)

MEDIA = ("INBOX", "EMAIL", "SMS", "WECHAT", "PUSH")
GRANTS = ("POINTS", "COUPON", "BENEFIT", "BADGE", "TAG")
SAME = ("", "product", "order")
# A year; who waits for longer wants another campaign.
MOST_MINUTES = 366 * 24 * 60
MOST_POINTS = 1_000_000
MOST_COUNT = 20
Written = Mapping[str, Any]


class BadSteps(ValueError):
    """`where` is the place (`steps[2].yes[0].minutes`), `code` the mistake, `values` its limits."""

    def __init__(self, where: str, code: str, **values: object) -> None:
        super().__init__(f"{where}: {code}")
        self.where, self.code, self.values = where, code, values


def fail(where: str, code: str, **values: object) -> NoReturn:
    """Raises: BadSteps."""
    raise BadSteps(where, code, **values)


def _wait(written: Written, where: str) -> Step:
    return Wait(id=written["id"], minutes=_number(written, where, "minutes", MOST_MINUTES))


def _wait_until(written: Written, where: str) -> Step:
    return WaitUntil(
        id=written["id"], clock=_clock(written, where), on=_day(written, where) or None
    )


def _wait_event(written: Written, where: str) -> Step:
    return WaitEvent(
        id=written["id"],
        event=_text(written, where, "event", 60),
        minutes=_number(written, where, "minutes", MOST_MINUTES),
        same=_choice(written, where, "same", SAME, default=""),
    )


def _branch(written: Written, where: str) -> Step:
    condition = written.get("condition")
    if not isinstance(condition, dict) or not condition:
        fail(f"{where}.condition", "missing")
    return Branch(id=written["id"], condition=condition)


def _message(written: Written, where: str) -> Step:
    media = written.get("media")
    if not isinstance(media, list) or not media or len(set(map(str, media))) != len(media):
        fail(f"{where}.media", "missing")
    if unknown := [one for one in media if one not in MEDIA]:
        fail(f"{where}.media", "unknown_choice", given=unknown[0], known=", ".join(MEDIA))
    hours = written.get("expires_hours")
    return Message(
        id=written["id"],
        template=_text(written, where, "template", 60),
        media=tuple(media),
        mode=Mode(_choice(written, where, "mode", tuple(Mode), default=Mode.FIRST)),
        expires_hours=None if hours is None else _number(written, where, "expires_hours", 720),
    )


def _grant(written: Written, where: str) -> Step:
    what = _choice(written, where, "what", GRANTS, default=None)
    is_points = what == "POINTS"
    days = written.get("days")
    return Grant(
        id=written["id"],
        what=what,
        code="" if is_points else _text(written, where, "code", 40),
        points=_number(written, where, "points", MOST_POINTS) if is_points else 0,
        count=_number({"count": 1, **written}, where, "count", MOST_COUNT),
        days=None if days is None else _number(written, where, "days", 3_650),
    )


def _task(written: Written, where: str) -> Step:
    titles = [written.get(f"title_{language}", "") for language in ("zh", "en")]
    if not all(isinstance(one, str) and len(one) <= 120 for one in titles):
        fail(f"{where}.title_zh", "too_long", most=120)
    if not any(one.strip() for one in titles):
        fail(f"{where}.title_zh", "missing")
    return Task(
        id=written["id"],
        title_zh=titles[0].strip(),
        title_en=titles[1].strip(),
        days=_number({"days": 3, **written}, where, "days", 90),
    )


def _number(written: Written, where: str, name: str, most: int) -> int:
    value = written.get(name)
    if type(value) is not int or not 1 <= value <= most:
        fail(f"{where}.{name}", "number_out_of_bounds", least=1, most=most)
    return value


def _text(written: Written, where: str, name: str, most: int) -> str:
    value = written.get(name)
    if not isinstance(value, str) or not value.strip():
        fail(f"{where}.{name}", "missing")
    if len(value) > most:
        fail(f"{where}.{name}", "too_long", most=most)
    return value


def _choice(
    written: Written, where: str, name: str, choices: tuple[str, ...], *, default: str | None
) -> str:
    value = written.get(name, default)
    if value not in choices:
        known = ", ".join(one for one in choices if one)
        fail(f"{where}.{name}", "unknown_choice", given=value, known=known)
    return str(value)


def _clock(written: Written, where: str) -> time:
    try:
        return time.fromisoformat(str(written.get("clock", "")))
    except ValueError:
        fail(f"{where}.clock", "bad_clock")


def _day(written: Written, where: str) -> date | None:
    given = written.get("on")
    if given in (None, ""):
        return None
    try:
        return date.fromisoformat(str(given))
    except ValueError:
        fail(f"{where}.on", "bad_day")


READERS: dict[str, Callable[[Written, str], Step]] = {
    Kind.WAIT: _wait,
    Kind.WAIT_UNTIL: _wait_until,
    Kind.WAIT_EVENT: _wait_event,
    Kind.BRANCH: _branch,
    Kind.SPLIT: lambda written, where: Split(id=written["id"]),
    Kind.MESSAGE: _message,
    Kind.GRANT: _grant,
    Kind.TASK: _task,
    Kind.WEBHOOK: lambda written, where: Webhook(
        id=written["id"], endpoint=_text(written, where, "endpoint", 40)
    ),
    Kind.END: lambda written, where: End(id=written["id"]),
}
