"""docs/algorithms/behaviors.md, run row by row; its pages on birthdays and profiles are run by
tests/members/test_birthdays.py."""

from datetime import UTC, date, datetime

import pytest

from loyalty.rules import behaviors
from loyalty.rules.behaviors import Earlier, Rule
from tests import documented
from tests.documented import Row

PAGE = "algorithms/behaviors.md"
OPENED = datetime(2020, 1, 1, tzinfo=UTC)


def rows(heading: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", documented.rows(PAGE, heading), ids=str)


def rule(points: int = 5, streak: str = "7:20", **caps: int | None) -> Rule:
    steps = dict(step.split(":") for step in streak.split())
    return Rule(
        id=1,
        code="check-in",
        kind="CHECK_IN",
        limit="PER_DAY",
        points=points,
        qualifying_points=0,
        streak=behaviors.compiled_streak(steps),
        cap_day_points=caps.get("day"),
        cap_month_points=caps.get("month"),
        cap_member_points=caps.get("member"),
        valid_from=OPENED,
        valid_until=None,
    )


def march(day: str | int) -> date:
    return date(2026, 3, int(day))


@rows("What counts once")
def test_a_behavior_counts_once_under_its_limit(row: Row) -> None:
    happened = row.instant("happened")
    assert happened is not None
    key = behaviors.key(
        row.text("limit"),
        day=happened.date(),
        object_ref=row.text("object"),
        external_id=row.text("id of the deed"),
    )
    assert (key or "refused") == row.text("key")


@rows("Streaks")
def test_extra_points_come_on_the_nth_day_and_the_count_begins_anew(row: Row) -> None:
    streak = rule(streak=row.text("streak")).streak
    days = row.number("days in a row")
    assert behaviors.worth(streak, days) == row.number("extra in all")
    step = behaviors.next_bonus(streak, days)
    assert step is not None
    assert (step.in_days, step.points) == (row.number("next after"), row.number("next points"))


@rows("Days that come late")
def test_a_late_day_is_judged_by_its_own_day_and_joins_streaks(row: Row) -> None:
    earlier: list[Earlier] = []
    given, last = [], 0
    for number in row.numbers("days, as they arrive"):
        judged = behaviors.judge(rule(), march(number), earlier)
        earlier.append(Earlier(march(number), judged.points, judged.bonus_points))
        given.append(judged.points)
        last = judged.streak_days
    assert given == row.numbers("points of each")
    assert last == row.number("days in a row at last")


@rows("How a streak stands")
def test_yesterdays_streak_stands_while_today_is_open(row: Row) -> None:
    earlier = [Earlier(march(day), 5) for day in row.text("checked in").strip("–").split()]
    days, step = behaviors.standing(rule(), row.day("today"), earlier)
    assert step is not None
    assert (days, step.in_days) == (row.number("days in a row"), row.number("next after"))


def cap(text: str) -> int | None:
    return None if text == "–" else int(text)


@rows("Caps")
def test_caps_trim_and_say_so(row: Row) -> None:
    capped = rule(
        points=row.number("asked"),
        streak="",
        day=cap(row.text("cap a day")),
        month=cap(row.text("cap a month")),
        member=cap(row.text("cap a member")),
    )
    before = [part.split(":") for part in row.text("given before").split()]
    earlier = [Earlier(date.fromisoformat(day), int(points)) for day, points in before]
    judged = behaviors.judge(capped, row.day("day"), earlier)
    assert (judged.points, judged.trimmed_by or "–") == (
        row.number("given"),
        row.text("trimmed by"),
    )
