"""The programme as the rules need it: read once, compiled, kept until its version changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from loyalty.errors import NoProgram
from loyalty.models import BehaviorRule, EarningRule, Program, ReferralProgram, Tier
from loyalty.rules import behaviors as behavior_rules
from loyalty.rules.calendar import Validity
from loyalty.rules.challenges import Rule as Challenge
from loyalty.rules.earning_compile import Rulebook
from loyalty.rules.tier_terms import TierTerms
from loyalty.rules.tiers import Level
from loyalty.services import challenge_books, rulebooks, tier_terms


@dataclass(frozen=True)
class Terms:
    """The programme in force, compiled. Money in minor units of `currency`."""

    id: int
    version: int
    currency: str
    time_zone: str
    zone: ZoneInfo
    redeem_points: int
    redeem_amount: int
    pending_days: int
    validity: Validity
    uncollected: str
    window: str
    window_months: int
    term_months: int
    breakage_percent: int
    levels: tuple[Level, ...]
    rules: Rulebook
    hold_minutes: int
    validity_slides: bool
    pending_until: str = "DAYS"
    restore_grace_days: int = 0
    transfers_allowed: bool = False
    transfer_day_points: int | None = None
    behaviors: tuple[behavior_rules.Rule, ...] = ()
    tiers: TierTerms = field(default_factory=lambda: TierTerms((), ZoneInfo("UTC")))
    qualifying_points: int = 0
    qualifying_per_amount: int = 100
    percent_base: str = "RUNNING"
    refund_method: str = "PRORATA"
    quote_minutes: int = 10
    redeem_max_percent: int = 100
    # Whether a referral programme was ever let live: only then orders are told to it.
    has_referrals: bool = False
    # Challenges that are live, and those that were.
    challenges: tuple[Challenge, ...] = ()

    def level(self, tier_id: int) -> Level:
        return next(level for level in self.levels if level.id == tier_id)

    def points_for(self, amount: int) -> int:
        """Points that pay `amount`; a part of a point is rounded up."""
        return -(-amount * self.redeem_points // self.redeem_amount)

    def qualifying_for(self, amount: int) -> int:
        """Qualifying points for money that earns, rounded down."""
        return amount * self.qualifying_points // self.qualifying_per_amount

    def amount_of(self, points: int) -> int:
        """What `points` are worth, rounded down."""
        return points * self.redeem_amount // self.redeem_points


_kept: dict[str, Terms] = {}


def current(*, version: tuple[int, int] | None = None) -> Terms:
    """The terms in force. A kept compilation serves while it is of the programme and version
    that the database has; the hot path brings them along (`loyalty_open` tells them), others
    ask for them.

    Raises: NoProgram.
    """
    kept = _kept.get("terms")
    if kept is not None and (kept.id, kept.version) == (version or _version()):
        return kept
    terms = _read()
    _kept["terms"] = terms
    return terms


def kept() -> Terms:
    """The last compilation, or a fresh one; the caller checks the version after reading."""
    return _kept.get("terms") or current()


def _version() -> tuple[int, int] | None:
    return Program.objects.filter(is_current=True).values_list("pk", "version").first()


def _read() -> Terms:
    program = Program.objects.select_related("tier_group").filter(is_current=True).first()
    if program is None:
        raise NoProgram
    tiers = tier_terms.of_program(program)
    return Terms(
        id=program.pk,
        version=program.version,
        currency=program.currency,
        time_zone=program.time_zone,
        zone=ZoneInfo(program.time_zone),
        redeem_points=program.redeem_points,
        redeem_amount=program.redeem_amount,
        pending_days=program.pending_days,
        validity=_validity(program),
        uncollected=program.uncollected,
        window=program.tier_window,
        window_months=program.tier_window_months,
        term_months=program.tier_term_months,
        breakage_percent=program.breakage_percent,
        levels=tiers.levels,
        rules=rulebooks.of_program(program),
        hold_minutes=program.hold_minutes,
        validity_slides=program.validity_slides,
        pending_until=program.pending_until,
        restore_grace_days=program.restore_grace_days,
        transfers_allowed=program.transfers_allowed,
        transfer_day_points=program.transfer_day_points,
        behaviors=tuple(_behavior(rule) for rule in _behaviors(program)),
        tiers=tiers,
        qualifying_points=program.qualifying_points,
        qualifying_per_amount=program.qualifying_per_amount,
        percent_base=program.percent_base,
        refund_method=program.refund_method,
        quote_minutes=program.quote_minutes,
        redeem_max_percent=program.redeem_max_percent,
        has_referrals=ReferralProgram.objects.exclude(state=ReferralProgram.State.DRAFT).exists(),
        challenges=challenge_books.compiled(),
    )


def _validity(program: Program) -> Validity:
    return Validity(
        program.validity,
        program.validity_count,
        program.validity_rounding,
        month_days(program.validity_dates),
    )


def month_days(texts: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """`06-30` as (6, 30), in the order of the year.

    Raises: ValueError, for what is no day of a leap year.
    """
    days = {(day.month, day.day) for text in texts if (day := date.fromisoformat(f"2000-{text}"))}
    return tuple(sorted(days))


def _behaviors(program: Program) -> Iterable[BehaviorRule]:
    return BehaviorRule.objects.filter(program=program, is_active=True).order_by("pk")


def _behavior(rule: BehaviorRule) -> behavior_rules.Rule:
    return behavior_rules.Rule(
        id=rule.pk,
        code=rule.code,
        kind=rule.kind,
        limit=rule.limit,
        points=rule.points,
        qualifying_points=rule.qualifying_points,
        streak=behavior_rules.compiled_streak(rule.streak),
        cap_day_points=rule.cap_day_points,
        cap_month_points=rule.cap_month_points,
        cap_member_points=rule.cap_member_points,
        valid_from=rule.valid_from,
        valid_until=rule.valid_until,
    )


def forget() -> None:
    """For tests, whose databases come and go within one process."""
    _kept.clear()


@dataclass(frozen=True)
class TierPlan:
    """A tier to set up; thresholds in minor units of the programme's currency."""

    code: str
    name_zh: str
    name_en: str
    coefficient_percent: int
    spend_amount: int = 0
    orders_count: int = 0
    color: str = "#64748b"


# Requirement L7's defaults, for a programme in yuan.
DEFAULT_TIERS = (
    TierPlan("member", "普通会员", "Member", 100, color="#38bdf8"),
    TierPlan("silver", "银卡", "Silver", 120, 300_000, 5, color="#94a3b8"),
    TierPlan("gold", "金卡", "Gold", 150, 1_000_000, 15, color="#d97706"),
    TierPlan("diamond", "钻石卡", "Diamond", 200, 3_000_000, 30, color="#7c3aed"),
)


@transaction.atomic
def set_up(
    *,
    at: datetime,
    code: str = "main",
    name_zh: str = "会员积分计划",
    name_en: str = "Loyalty programme",
    currency: str = "CNY",
    time_zone: str = "Asia/Shanghai",
    per_amount: int = 100,
    points: int = 1,
    tiers: tuple[TierPlan, ...] = DEFAULT_TIERS,
    valid_from: datetime | None = None,
    **settings: object,
) -> Program:
    """The programme, its base rule (`points` per `per_amount`) and its tiers, once: a repeat
    gives the programme that is there. `settings` are fields of `Program`.
    """
    found = Program.objects.filter(code=code).first()
    if found is not None:
        return found
    program = Program.objects.create(
        code=code,
        name_zh=name_zh,
        name_en=name_en,
        currency=currency,
        time_zone=time_zone,
        **settings,
    )
    EarningRule.objects.create(
        program=program,
        code="base",
        name_zh="消费积分",
        name_en="Points on purchases",
        state=EarningRule.State.PUBLISHED,
        per_amount=per_amount,
        points=points,
        valid_from=valid_from or at,
    )
    Tier.objects.bulk_create(
        Tier(program=program, rank=rank, **vars(plan)) for rank, plan in enumerate(tiers)
    )
    return program
