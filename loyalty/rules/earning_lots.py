"""Where an order's points go: to its lines, and into lots of one life each."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from loyalty.rules import shares
from loyalty.rules.earning_combine import Step
from loyalty.rules.earning_compile import Life, Rule


@dataclass(frozen=True, slots=True)
class Bonus:
    """A fixed bonus: its rule, points, and the lines (indexes) that it was given for. `asked`
    is what it gives without limits; `limit` names what cut it."""

    rule: Rule
    points: int
    asked: int
    lines: tuple[int, ...]
    limit: str = ""


@dataclass(slots=True)
class LotShare:
    """Points with one life; None: the programme's. `line_points` sum to those of the lines,
    bonuses come on top. `bonuses` are indexes."""

    life: Life | None
    line_points: tuple[int, ...]
    bonuses: list[int] = field(default_factory=list)
    points: int = 0


def divide(steps: Sequence[Step], bonuses: Sequence[Bonus], cut: int) -> list[LotShare]:
    """Lots with points, that of the programme's life first. `cut` points of the lines fall to a
    cap of the programme; what came last goes first."""
    lots = [_lot(life, own) for life, own in _by_life(steps).items()]
    for lot in reversed(lots):
        cut -= _lower(lot, cut)
    for number, bonus in enumerate(bonuses):
        if bonus.points:
            lot = _of_life(lots, bonus)
            lot.bonuses.append(number)
            lot.points += bonus.points
    return [lot for lot in lots if lot.points > 0]


def _by_life(steps: Sequence[Step]) -> dict[Life | None, list[Step]]:
    found: dict[Life | None, list[Step]] = {None: []}
    # A multiplier that lowers points has nothing to give a life to.
    is_lowering = any(step.points < 0 or min(step.values, default=0) < 0 for step in steps)
    for step in steps:
        life = step.rule.life if step.rule and not is_lowering else None
        found.setdefault(life, []).append(step)
    return found


def _lot(life: Life | None, steps: Sequence[Step]) -> LotShare:
    points = sum(step.points for step in steps)
    weights = [sum(column) for column in zip(*(step.values for step in steps), strict=True)]
    parts = tuple(shares.split(points, weights)) if weights else ()
    return LotShare(life, parts, points=points)


def _lower(lot: LotShare, cut: int) -> int:
    part = min(cut, lot.points)
    if part > 0:
        lot.points -= part
        lot.line_points = tuple(shares.split(lot.points, lot.line_points))
    return part


def _of_life(lots: list[LotShare], bonus: Bonus) -> LotShare:
    for lot in lots:
        if lot.life == bonus.rule.life:
            return lot
    size = len(lots[0].line_points)
    lots.append(LotShare(bonus.rule.life, (0,) * size))
    return lots[-1]
