"""What a behavior earns: what counts once, streaks, caps that trim and say so.

Source: docs/algorithms/behaviors.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """A behavior that earns. `streak` is (days in a row, extra points), by days; after the
    longest one the count begins anew. Caps in points; None: no cap."""

    id: int
    code: str
    kind: str
    limit: str
    points: int
    qualifying_points: int
    streak: tuple[tuple[int, int], ...]
    cap_day_points: int | None
    cap_month_points: int | None
    cap_member_points: int | None
    valid_from: datetime
    valid_until: datetime | None

    def is_in_force(self, at: datetime) -> bool:
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)

    @property
    def is_capped(self) -> bool:
        caps = (self.cap_day_points, self.cap_month_points, self.cap_member_points)
        return any(cap is not None for cap in caps)


@dataclass(frozen=True, slots=True)
class Earlier:
    """An award that counted before: its day, its points, and the extra that its streak was due,
    trimmed or not."""

    day: date
    points: int
    bonus_points: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """How far it is to the next extra points of a streak: in so many days."""

    in_days: int
    points: int


@dataclass(frozen=True, slots=True)
class Judged:
    """What the behavior gives: `points` after trimming, `bonus_points` what the streak is due
    within what was asked, and where the streak stands."""

    points: int
    bonus_points: int
    streak_days: int
    next_bonus: Step | None
    trimmed_by: str


def key(limit: str, *, day: date, object_ref: str, external_id: str) -> str | None:
    """What counts once for a member under this limit; None, where what would tell repeats apart
    is missing."""
    if limit == "ONCE":
        return "once"
    if limit == "PER_DAY":
        return f"day:{day.isoformat()}"
    if limit == "PER_OBJECT":
        return f"object:{object_ref}" if object_ref else None
    return f"event:{external_id}" if external_id else None


def pick(
    rules: Iterable[Rule], *, at: datetime, code: str | None = None, kind: str | None = None
) -> Rule | None:
    """The rule in force at `at` with this code, or the newest one of this kind."""
    found = [
        rule
        for rule in rules
        if rule.is_in_force(at) and (rule.code == code if code else rule.kind == kind)
    ]
    return max(found, key=lambda rule: (rule.valid_from, rule.id), default=None)


def judge(rule: Rule, day: date, earlier: Sequence[Earlier]) -> Judged:
    """Judges a behavior of `day`, after the awards of the same rule that were there before.

    What comes late is judged by its own day: it may join two streaks, and is given what the
    whole streak is worth less what its days were given. Nothing that was given is taken back.
    """
    run = _run(day, earlier)
    given = sum(one.bonus_points for one in earlier if run[0] <= one.day <= run[-1])
    days = len(run)
    bonus = max(0, worth(rule.streak, days) - given)
    points, trimmed_by = _trim(rule, rule.points + bonus, day, earlier)
    return Judged(points, bonus, days, next_bonus(rule.streak, days), trimmed_by)


def standing(rule: Rule, today: date, earlier: Sequence[Earlier]) -> tuple[int, Step | None]:
    """Days in a row up to today, or up to yesterday while today is still open; and the next
    extra points."""
    days = {one.day for one in earlier}
    last = today if today in days else today - _DAY
    length = _back(last, days) if last in days else 0
    return length, next_bonus(rule.streak, length)


def worth(streak: Sequence[tuple[int, int]], days: int) -> int:
    """Extra points that `days` in a row are worth, in all."""
    if not streak:
        return 0
    longest = streak[-1][0]
    rounds, rest = divmod(days, longest)
    whole = sum(points for _, points in streak)
    return rounds * whole + sum(points for at_days, points in streak if at_days <= rest)


def next_bonus(streak: Sequence[tuple[int, int]], days: int) -> Step | None:
    """The next extra points after `days` in a row; None without a streak."""
    if not streak:
        return None
    longest = streak[-1][0]
    place = days % longest
    for at_days, points in streak:
        if at_days > place:
            return Step(at_days - place, points)
    return None


def compiled_streak(streak: Mapping[str, int]) -> tuple[tuple[int, int], ...]:
    """`{"30": 100, "7": 20}` by days."""
    return tuple(sorted((int(days), int(points)) for days, points in streak.items()))


def _run(day: date, earlier: Iterable[Earlier]) -> list[date]:
    """The days in a row that hold `day`, first to last."""
    days = {one.day for one in earlier} | {day}
    first = day - (_back(day, days) - 1) * _DAY
    run = [first]
    while run[-1] + _DAY in days:
        run.append(run[-1] + _DAY)
    return run


def _back(last: date, days: set[date]) -> int:
    """How many days in a row end with `last`."""
    length = 1
    while last - length * _DAY in days:
        length += 1
    return length


def _trim(rule: Rule, points: int, day: date, earlier: Sequence[Earlier]) -> tuple[int, str]:
    """The points within the caps, and the code of the cap that trimmed most."""
    month = [one for one in earlier if (one.day.year, one.day.month) == (day.year, day.month)]
    caps = (
        ("daily_cap", rule.cap_day_points, [one for one in month if one.day == day]),
        ("monthly_cap", rule.cap_month_points, month),
        ("member_cap", rule.cap_member_points, earlier),
    )
    trimmed_by = ""
    for code, cap, before in caps:
        room = points if cap is None else max(0, cap - sum(one.points for one in before))
        if room < points:
            points, trimmed_by = room, code
    return points, trimmed_by
