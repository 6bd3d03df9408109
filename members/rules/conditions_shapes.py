"""What a condition is made of: fields, leaves, groups, and the refusal of a bad one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from members.errors import DomainError

# A tree that a person can still read, and that no request can make dear to judge.
MAX_DEPTH = 5
MAX_LEAVES = 100
MAX_VALUES = 500
MAX_TEXT = 200
MAX_NUMBER = 10**15
MAX_DAYS = 3_650
MAX_CODES = 100

Facts = Mapping[str, Any]
Test = Callable[[Facts], bool]


class Type(StrEnum):
    """What the value of a field is. Facts bring an int, a str, a bool, a `date`, or for SET a
    set of str; AMOUNT is money in minor units."""

    INTEGER = "INTEGER"
    AMOUNT = "AMOUNT"
    TEXT = "TEXT"
    CHOICE = "CHOICE"
    BOOLEAN = "BOOLEAN"
    DATE = "DATE"
    SET = "SET"


class Op(StrEnum):
    """How a value is compared. `between` includes both ends; `contains` is met by any of the
    values."""

    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    BETWEEN = "between"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    IS = "is"


LIST_OPS = frozenset({Op.IN, Op.NOT_IN, Op.CONTAINS})
_MEASURES = (Op.EQ, Op.NE, Op.LT, Op.LTE, Op.GT, Op.GTE, Op.BETWEEN)
_NAMES = (Op.EQ, Op.NE, Op.IN, Op.NOT_IN)
OPS: Mapping[Type, tuple[Op, ...]] = {
    Type.INTEGER: (*_MEASURES, Op.IN, Op.NOT_IN),
    Type.AMOUNT: _MEASURES,
    Type.TEXT: _NAMES,
    Type.CHOICE: _NAMES,
    Type.BOOLEAN: (Op.IS,),
    Type.DATE: _MEASURES,
    Type.SET: (Op.CONTAINS,),
}


@dataclass(frozen=True, slots=True)
class Days:
    """That a field takes the length of a window in days, both bounds included; not `is_needed`:
    without it all of the past counts."""

    least: int = 1
    most: int = MAX_DAYS
    is_needed: bool = False


@dataclass(frozen=True, slots=True)
class Codes:
    """That a field takes a list of codes (`of`), any of which counts: products, behaviors…; not
    `is_needed`: without it everything counts."""

    most: int = MAX_CODES
    is_needed: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that conditions may ask for. `scope` says of what it is a fact: ORDER, LINE…

    `least` and `most` bound the numbers that make sense, both included. `days` and `of` say what
    a comparison may add.
    """

    code: str
    type: Type
    ops: tuple[Op, ...]
    scope: str
    least: int | None = None
    most: int | None = None
    days: Days | None = None
    of: Codes | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison. `value` is typed: dates are dates, lists are tuples without repeats.

    `days` is the length of the window [as of − days, as of), None: none; `of` the codes counted,
    empty: all.
    """

    field: Field
    op: Op
    value: Any
    path: str
    days: int | None = None
    of: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The name of the fact that it asks for: `orders.count`, `orders.count/30`,
        `behavior.count/7/product_view`."""
        if self.days is None and not self.of:
            return self.field.code
        days = "" if self.days is None else str(self.days)
        return "/".join((self.field.code, days, *self.of))


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"


Node = Leaf | All | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Condition:
    """A checked tree with its compiled test; `root` None is always true."""

    root: Node | None
    leaves: tuple[Leaf, ...]
    test: Test = field(compare=False, repr=False)

    @property
    def is_always(self) -> bool:
        return self.root is None


@dataclass(frozen=True, slots=True)
class LeafResult:
    """Why (not): what a leaf asked and what it saw; `seen` None is a fact that is missing."""

    field: str
    op: str
    value: Any
    seen: Any
    is_met: bool
    path: str = ""
    days: int | None = None
    of: tuple[str, ...] = ()


class BadCondition(DomainError):
    """The condition can't be read."""

    code = "bad_condition"

    def __init__(self, path: str, code: str, message: str, **figures: Any) -> None:
        """`path` is where, like `all[1].not.field`, "" for the whole; `message` is a pattern
        that `figures` fill, so that a reader's language can have its own."""
        self.path = path
        self.problem = code
        self.pattern = message
        self.figures = figures
        super().__init__(message % figures, path=path, problem=code)

    @property
    def message(self) -> str:
        return self.pattern % self.figures
