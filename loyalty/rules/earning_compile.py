"""Earning rules as they are judged: compiled once per programme version, chosen by instant."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from loyalty.rules.calendar import Validity
from members.rules import conditions
from members.rules.conditions import Condition

PER_AMOUNT, MULTIPLIER, FIXED = "PER_AMOUNT", "MULTIPLIER", "FIXED"
ADD, BEST, MULTIPLY = "ADD", "BEST", "MULTIPLY"
_ALWAYS = conditions.parse({}, {})
# A rule that begins or ended within so long of an order is told in its trace as not in force.
NEAR = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Group:
    """A stacking group: its code and how its members are combined, MULTIPLY, ADD or BEST."""

    code: str
    mode: str = MULTIPLY


@dataclass(frozen=True, slots=True)
class Caps:
    """At most so many points per order, day, month and member; None: no such cap."""

    order: int | None = None
    day: int | None = None
    month: int | None = None
    member: int | None = None

    @property
    def any(self) -> bool:
        return self.order is not None or self.looks_back

    @property
    def looks_back(self) -> bool:
        """Whether what was given before counts."""
        return (self.day, self.month, self.member) != (None, None, None)


@dataclass(frozen=True, slots=True)
class Life:
    """How long what a rule gives is pending and valid; None: as the programme says."""

    pending_days: int | None = None
    validity: Validity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One version of an earning rule. PER_AMOUNT: `points` per `per_amount` of eligible money,
    in minor units; MULTIPLIER: times `percent` / 100; FIXED: `points` once.

    `condition` None: it couldn't be read, and the rule never hits. `is_per_line`: some lines of
    an order may match and others not. `store_ids` empty: live everywhere. `life` None: as the
    programme says. All versions of a rule share one budget, `budget_id`; `is_strict`: all or
    nothing of it. `is_draft`: judged as if in force, whatever its period.
    """

    id: int
    code: str
    version: int
    valid_from: datetime
    valid_until: datetime | None = None
    effect: str = PER_AMOUNT
    per_amount: int = 100
    points: int = 1
    percent: int = 100
    condition: Condition | None = None
    is_per_line: bool = False
    fields: frozenset[str] = frozenset()
    min_amount: int = 0
    min_quantity: int = 0
    group: Group | None = None
    on_return: str = "REQUALIFY"
    caps: Caps = field(default_factory=Caps)
    budget_id: int | None = None
    is_strict: bool = True
    store_ids: frozenset[int] = frozenset()
    life: Life | None = None
    is_draft: bool = False

    @property
    def stack(self) -> Group:
        """Its stacking group; without one it is a group of its own."""
        return self.group or Group(f"rule:{self.code}")

    @property
    def has_budget(self) -> bool:
        return self.budget_id is not None

    @property
    def is_limited(self) -> bool:
        return self.has_budget or self.caps.any

    @property
    def is_plain(self) -> bool:
        """Points per amount of the whole order, without ifs: the usual base rule."""
        return (
            self.effect == PER_AMOUNT
            and self.condition is not None
            and self.condition.is_always
            and not (self.min_amount or self.min_quantity or self.store_ids)
            and not self.is_limited
            and self.life is None
        )

    def is_in_force(self, at: datetime) -> bool:
        if self.is_draft:
            return True
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)

    def step_order(self) -> tuple[int, bool, str]:
        """Bases first, then multipliers, limited ones last; then bonuses. By code within.

        What lowers points has nothing to limit, and counts before what a limit may cut: it must
        not take away what wasn't given.
        """
        effect = (PER_AMOUNT, MULTIPLIER, FIXED).index(self.effect)
        is_lowering = effect == 1 and self.percent < 100
        return effect, self.is_limited and not is_lowering, self.code


@dataclass(frozen=True)
class Selection:
    """What is judged at one time: the rules in force, in the order in which they count, those
    that narrowly aren't, and what they need to know.

    `plain` is the rule of the usual case: one base rule without ifs, and no cap of the programme.
    """

    rules: tuple[Rule, ...]
    near: tuple[Rule, ...]
    tier_group: Group
    caps: Caps
    plain: Rule | None
    fields: frozenset[str]
    budget_ids: tuple[int, ...]
    capped_codes: tuple[str, ...]

    def with_multipliers(self, multipliers: Iterable[tuple[str, int]]) -> "Selection":
        """What is judged when coupons of these types (code, percent) multiply an order's points:
        each in a group of its own, beside the rules in force."""
        extra = [
            Rule(
                id=0,
                code=f"coupon:{code}",
                version=1,
                valid_from=datetime.min.replace(tzinfo=UTC),
                effect=MULTIPLIER,
                percent=percent,
                condition=_ALWAYS,
            )
            for code, percent in sorted(multipliers)
        ]
        rules = tuple(sorted([*self.rules, *extra], key=Rule.step_order))
        return replace(self, rules=rules, plain=None)


@dataclass(frozen=True)
class Rulebook:
    """All published versions of a programme's rules, its own caps, and its tier's group."""

    rules: tuple[Rule, ...] = ()
    caps: Caps = field(default_factory=Caps)
    tier_group: Group = field(default_factory=lambda: Group("tier"))
    _borders: list[datetime] = field(init=False, repr=False, compare=False)
    _chosen: dict[int, Selection] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        borders: set[datetime] = set()
        for rule in self.rules:
            borders |= {rule.valid_from, rule.valid_from - NEAR}
            if rule.valid_until is not None:
                borders |= {rule.valid_until, rule.valid_until + NEAR}
        object.__setattr__(self, "_borders", sorted(borders))
        object.__setattr__(self, "_chosen", {})

    def at(self, at: datetime) -> Selection:
        """What holds at an instant. Between two borders nothing changes, so it is kept."""
        segment = bisect_right(self._borders, at)
        found = self._chosen.get(segment)
        if found is None:
            found = self._chosen[segment] = self._select(at)
        return found

    def rule(self, rule_id: int) -> Rule | None:
        return next((rule for rule in self.rules if rule.id == rule_id), None)

    def with_drafts(self, drafts: Sequence[Rule]) -> "Rulebook":
        """The book as if the drafts were published: each in place of all versions of its code."""
        codes = {draft.code for draft in drafts}
        kept = tuple(rule for rule in self.rules if rule.code not in codes)
        return Rulebook(kept + tuple(drafts), self.caps, self.tier_group)

    def _select(self, at: datetime) -> Selection:
        newest: dict[str, Rule] = {}
        for rule in sorted(self.rules, key=lambda rule: (rule.valid_from, rule.version)):
            # The newest that has begun decides, also when it has ended: an older version doesn't
            # come to life again.
            if rule.is_draft or rule.valid_from <= at:
                newest[rule.code] = rule
        rules = sorted(
            (rule for rule in newest.values() if rule.is_in_force(at)), key=Rule.step_order
        )
        near = self._near(newest, at)
        return Selection(
            rules=tuple(rules),
            near=near,
            tier_group=self.tier_group,
            caps=self.caps,
            plain=self._plain(rules, near),
            fields=frozenset().union(*(rule.fields for rule in rules)),
            budget_ids=tuple(
                sorted(rule.budget_id for rule in rules if rule.budget_id is not None)
            ),
            capped_codes=self._capped(rules),
        )

    def _near(self, newest: dict[str, Rule], at: datetime) -> tuple[Rule, ...]:
        ended = [
            rule
            for rule in newest.values()
            if not rule.is_draft
            and rule.valid_until is not None
            and rule.valid_until <= at < rule.valid_until + NEAR
        ]
        coming = {
            rule.code: rule
            for rule in self.rules
            if rule.code not in newest and rule.valid_from - NEAR <= at
        }
        return tuple(sorted([*ended, *coming.values()], key=lambda rule: rule.code))

    def _plain(self, rules: Sequence[Rule], near: Sequence[Rule]) -> Rule | None:
        if len(rules) != 1 or near or self.caps.any or not rules[0].is_plain:
            return None
        return rules[0]

    def _capped(self, rules: Iterable[Rule]) -> tuple[str, ...]:
        codes = [rule.code for rule in rules if rule.caps.looks_back]
        # "" is the programme itself.
        return tuple([*codes, ""] if self.caps.looks_back else codes)
