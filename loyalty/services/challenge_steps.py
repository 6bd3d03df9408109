"""Steps: what one order, behavior, tier change or friend adds to a challenge, as it stands."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from loyalty.models import ChallengeStep
from loyalty.rules import challenges as rules
from loyalty.rules.challenges import Rule
from loyalty.services.challenge_members import Traits

_CHANGING = ("member", "window_on", "value", "business_date", "occurred_at")
# A statement's worth of rows.
MOST_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Told:
    """A fact as it stands now: `ref` names it, `values` says by challenge id what it adds, 0 where
    it adds nothing any more."""

    ref: str
    member_id: int
    business_date: date
    occurred_at: datetime
    values: Mapping[int, int]


def write(told: Sequence[Told], known: Collection[Rule], traits: Traits, at: datetime) -> None:
    """One row for each fact and challenge where it counts or counted. Again it changes nothing.
    Two statements, however many facts there are."""
    there = _there(told, known)
    rows = list(_rows(told, known, traits, there, at))
    ChallengeStep.objects.bulk_create(
        rows,
        batch_size=MOST_ROWS,
        update_conflicts=True,
        unique_fields=["ref", "challenge"],
        update_fields=_CHANGING,
    )


def _there(told: Sequence[Told], known: Collection[Rule]) -> dict[tuple[str, int], ChallengeStep]:
    rows = ChallengeStep.objects.filter(
        ref__in=[one.ref for one in told], challenge_id__in=[rule.id for rule in known]
    )
    return {(row.ref, row.challenge_id): row for row in rows}


def _rows(
    told: Sequence[Told],
    known: Collection[Rule],
    traits: Traits,
    there: Mapping[tuple[str, int], ChallengeStep],
    at: datetime,
) -> Iterator[ChallengeStep]:
    for one in told:
        for rule in known:
            row = _row(one, rule, traits, there.get((one.ref, rule.id)))
            if row is not None:
                row.recorded_at = at
                yield row


def _row(
    one: Told, rule: Rule, traits: Traits, known: ChallengeStep | None
) -> ChallengeStep | None:
    """The row to be written; None: nothing to say, or nothing new."""
    adds = one.values.get(rule.id, 0) if rule.holds_at(one.occurred_at) else 0
    if known is None and adds == 0:
        return None
    # Judged once: a tag given later doesn't count an old order, one taken doesn't uncount it.
    may = known.is_eligible if known else traits.may(rule, one.member_id, one.occurred_at)
    value = adds if may else 0
    if known and (known.value, known.member_id) == (value, one.member_id):
        return None
    return ChallengeStep(
        challenge_id=rule.id,
        member_id=one.member_id,
        window_on=rules.window_on(rule, one.business_date),
        ref=one.ref,
        value=value,
        is_eligible=may,
        business_date=one.business_date,
        occurred_at=one.occurred_at,
    )
