"""RFM: three figures of a member, their scores from 1 to 5, and the classes made of them.

R is the days since the last order, F the paid orders and M the net sales of the window. Who has
no paid order in the window isn't scored. Pure; the same is asked of the database by
`analytics.selectors.scoring`, and a test compares the two.
Source: docs/algorithms/rfm.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Method(StrEnum):
    RANK = "RANK"
    NTILE = "NTILE"
    FIXED = "FIXED"
    MEAN = "MEAN"


HIGHEST = 5
CUTS_COUNT = HIGHEST - 1


@dataclass(frozen=True)
class Figures:
    """`recency_days` whole days, `net_amount` minor units."""

    member_id: int
    recency_days: int
    orders_count: int
    net_amount: int


@dataclass(frozen=True)
class Cuts:
    """Four ascending cuts each, for scores by cuts set by hand: an R of 5 is up to the first day,
    an F or M of 2 begins with the first cut."""

    r: tuple[int, ...] = (30, 90, 180, 270)
    f: tuple[int, ...] = (2, 4, 8, 16)
    m: tuple[int, ...] = (50_000, 100_000, 300_000, 1_000_000)


@dataclass(frozen=True)
class Scores:
    """R, F and M from 1 to 5, and whether each figure is at least as good as the mean."""

    r: int
    f: int
    m: int
    is_high: tuple[bool, bool, bool]

    @property
    def class_4(self) -> str:
        return class_4(*self.is_high)

    @property
    def class_8(self) -> str:
        return class_8(*self.is_high)

    @property
    def class_10(self) -> str:
        return class_10(self.r, self.f)


@dataclass
class _Population:
    figures: Sequence[Figures]
    values: Mapping[str, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        # The greater the better, so that one rule does for all three.
        self.values = {
            "r": [-one.recency_days for one in self.figures],
            "f": [one.orders_count for one in self.figures],
            "m": [one.net_amount for one in self.figures],
        }


def score(
    figures: Sequence[Figures], *, method: Method = Method.RANK, cuts: Cuts | None = None
) -> dict[int, Scores]:
    """The scores of all members of a window, by member id: each is judged among the others."""
    people = _Population(figures)
    cuts = cuts or Cuts()
    by_letter = {letter: _scores(people, letter, method, cuts) for letter in "rfm"}
    high = {letter: _is_high(people.values[letter]) for letter in "rfm"}
    return {
        one.member_id: Scores(
            r=by_letter["r"][place],
            f=by_letter["f"][place],
            m=by_letter["m"][place],
            is_high=(high["r"][place], high["f"][place], high["m"][place]),
        )
        for place, one in enumerate(figures)
    }


def class_4(is_r_high: bool, is_f_high: bool, is_m_high: bool) -> str:
    """Four classes of three bits: who hasn't bought lately is dormant, whatever they bought
    before. Source: docs/decisions/0089-four-classes.md."""
    if not is_r_high:
        return "dormant"
    if not is_f_high:
        return "potential"
    return "high_value" if is_m_high else "active"


def class_8(is_r_high: bool, is_f_high: bool, is_m_high: bool) -> str:
    """Three bits in the order R, F, M: `111` … `000`."""
    return f"{is_r_high:d}{is_f_high:d}{is_m_high:d}"


def class_10(r: int, f: int) -> str:
    """One of ten segments by the scores of R and F."""
    return next(code for limit, code in SEGMENTS[max(r, 2)] if f <= limit)


# By R (1 counts as 2): up to this F it is that segment.
SEGMENTS: Mapping[int, tuple[tuple[int, str], ...]] = {
    2: ((2, "hibernating"), (4, "at_risk"), (5, "cant_lose")),
    3: ((2, "about_to_sleep"), (3, "need_attention"), (5, "loyal")),
    4: ((1, "promising"), (3, "potential_loyalist"), (5, "loyal")),
    5: ((1, "new"), (3, "potential_loyalist"), (5, "champion")),
}
CLASSES_4 = ("high_value", "potential", "active", "dormant")
CLASSES_8 = ("111", "011", "101", "001", "110", "010", "100", "000")
CLASSES_10 = (
    *("champion", "loyal", "potential_loyalist", "new", "promising", "need_attention"),
    *("about_to_sleep", "at_risk", "cant_lose", "hibernating"),
)


def rank_score(rank: int, count: int) -> int:
    """`1 + floor(5·(rank − 1)/count)`; `rank` is 1 for the worst, and equal for equals."""
    return 1 + HIGHEST * (rank - 1) // count


def ntile_score(place: int, count: int) -> int:
    """The fifth in which the `place`-th of `count` stands, worst first, from 1; where they don't
    divide, the first fifths have one more."""
    size, more = divmod(count, HIGHEST)
    in_greater = more * (size + 1)
    if place <= in_greater:
        return 1 + (place - 1) // (size + 1)
    return 1 + more + (place - 1 - in_greater) // size


def _scores(people: _Population, letter: str, method: Method, cuts: Cuts) -> list[int]:
    values = people.values[letter]
    if method == Method.RANK:
        return _by_rank(values)
    if method == Method.NTILE:
        return _by_fifth(values, [one.member_id for one in people.figures])
    if method == Method.MEAN:
        return [HIGHEST if is_high else 1 for is_high in _is_high(values)]
    # Days: the fewer the better, so a cut that isn't passed counts.
    limits = [-cut for cut in cuts.r] if letter == "r" else list(getattr(cuts, letter))
    return [1 + sum(value >= limit for limit in limits) for value in values]


def _by_rank(values: Sequence[int]) -> list[int]:
    ranks: dict[int, int] = {}
    for place, value in enumerate(sorted(values), start=1):
        ranks.setdefault(value, place)
    return [rank_score(ranks[value], len(values)) for value in values]


def _by_fifth(values: Sequence[int], member_ids: Sequence[int]) -> list[int]:
    """Equal figures stand in the order of member ids."""
    order = sorted(range(len(values)), key=lambda place: (values[place], member_ids[place]))
    scores = [0] * len(values)
    for place, index in enumerate(order, start=1):
        scores[index] = ntile_score(place, len(values))
    return scores


def _is_high(values: Sequence[int]) -> list[bool]:
    """At least the mean, compared without a fraction."""
    total, count = sum(values), len(values)
    return [value * count >= total for value in values]
