"""Earning rules from the database, compiled for the rules."""

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from loyalty.models import EarningRule, Program, StackingGroup
from loyalty.rules import order_fields
from loyalty.rules.calendar import Validity
from loyalty.rules.earning_compile import Caps, Group, Life, Rule, Rulebook
from members.rules import conditions
from members.rules.conditions import Condition


def of_program(program: Program) -> Rulebook:
    """All versions that are or were published. Retired ones still judge orders of their time."""
    rows = EarningRule.objects.filter(program=program).exclude(state=EarningRule.State.DRAFT)
    return Rulebook(compiled(rows, program), caps(program), tier_group(program))


def drafts(program: Program, rule_ids: Iterable[int]) -> tuple[Rule, ...]:
    """These rules as if they were published: in force whatever their period says."""
    rows = EarningRule.objects.filter(program=program, pk__in=list(rule_ids))
    return compiled(rows, program, is_draft=True)


def compiled(
    rows: QuerySet[EarningRule], program: Program, *, is_draft: bool = False
) -> tuple[Rule, ...]:
    """Compiled rules, by id."""
    found = rows.select_related("group").prefetch_related("stores").order_by("pk")
    budgets = _budgets(program)
    return tuple(
        _rule(
            row,
            program,
            None if row.budget_points is None else budgets.get(row.code, row.pk),
            is_draft=is_draft,
        )
        for row in found
    )


def _budgets(program: Program) -> dict[str, int]:
    """By code the first published version with a budget: its row is the one that all share."""
    rows = (
        EarningRule.objects.filter(program=program, budget_points__isnull=False)
        .exclude(state=EarningRule.State.DRAFT)
        .order_by("-version")
    )
    return dict(rows.values_list("code", "pk"))


def caps(owner: Program | EarningRule) -> Caps:
    return Caps(
        owner.cap_order_points,
        owner.cap_day_points,
        owner.cap_month_points,
        owner.cap_member_points,
    )


def tier_group(program: Program) -> Group:
    """The group of the tier's coefficient; without one it is a group of its own."""
    if program.tier_group is None:
        return Group("tier:")
    return _group(program.tier_group)


def _group(group: StackingGroup) -> Group:
    return Group(f"group:{group.code}", group.mode)


def _rule(row: EarningRule, program: Program, budget_id: int | None, *, is_draft: bool) -> Rule:
    condition = _condition(row)
    fields = conditions.fields_of(condition) if condition else frozenset()
    return Rule(
        id=row.pk,
        code=row.code,
        version=row.version,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        effect=row.effect,
        per_amount=row.per_amount,
        points=row.points,
        percent=row.percent,
        condition=condition,
        is_per_line=condition is not None and order_fields.is_per_line(condition),
        fields=fields,
        min_amount=row.min_amount,
        min_quantity=row.min_quantity,
        group=_group(row.group) if row.group else None,
        on_return=row.on_return,
        caps=caps(row),
        budget_id=budget_id,
        is_strict=row.budget_mode == EarningRule.BudgetMode.STRICT,
        store_ids=frozenset(store.pk for store in row.stores.all()),
        life=life(row, program),
        is_draft=is_draft,
    )


def _condition(row: EarningRule) -> Condition | None:
    """None when it can't be read: such a rule never hits, and its orders are recorded."""
    try:
        return conditions.parse(row.condition, order_fields.FIELDS)
    except conditions.BadCondition:
        return None


def life(row: EarningRule, program: Program) -> Life | None:
    """None where the rule's points live as the programme says."""
    is_other_wait = row.pending_days is not None and (
        row.pending_days != program.pending_days
        or program.pending_until != Program.PendingUntil.DAYS
    )
    own = None
    if row.validity:
        own = validity(row, program)
        own = None if own == validity(program, program) else own
    if not is_other_wait and own is None:
        return None
    return Life(row.pending_days if is_other_wait else None, own)


def validity(owner: EarningRule | Program, program: Program) -> Validity:
    """Fixed dates are the programme's, for its rules too."""
    return Validity(
        owner.validity,
        owner.validity_count,
        owner.validity_rounding,
        month_days(program.validity_dates),
    )


def month_days(texts: Iterable[str]) -> tuple[tuple[int, int], ...]:
    """`06-30` as (6, 30), in the order of the year.

    Raises: ValueError, for what is no day of a leap year.
    """
    days = {(day.month, day.day) for text in texts if (day := date.fromisoformat(f"2000-{text}"))}
    return tuple(sorted(days))
