"""What members have of benefits, as of an instant: nothing depends on the night having run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from loyalty.models import (
    Account,
    Benefit,
    BenefitGrant,
    BenefitHolder,
    BenefitPeriod,
    BenefitRule,
)
from loyalty.rules import benefit_periods
from loyalty.rules import benefits as rules
from loyalty.rules.benefits import Grant, Holding, Moment, Person, Promise, Rule, Standing
from loyalty.rules.calendar import start_of_day
from loyalty.selectors import progress
from loyalty.services import programs
from members.errors import NotFound
from members.models import Member, MemberTag
from members.rules.birthdays import Told


@dataclass(frozen=True)
class Found:
    """A benefit as a member has it."""

    benefit: Benefit
    promise: Promise
    holding: Holding
    standing: Standing

    @property
    def store_ids(self) -> frozenset[int]:
        return frozenset(store.pk for store in self.benefit.stores.all())


def rows() -> QuerySet[Benefit]:
    """Benefits with all that the rules ask; three queries however many."""
    ordered = BenefitRule.objects.select_related("tier", "tag").order_by("pk")
    return Benefit.objects.select_related("coupon_type", "badge").prefetch_related(
        Prefetch("rules", queryset=ordered), "stores"
    )


def by_code(*, code: str) -> Benefit:
    """One that is or was live.

    Raises: NotFound.
    """
    found = rows().filter(code=code).exclude(state=Benefit.State.DRAFT).first()
    if found is None:
        raise NotFound("there is no such benefit")
    return found


def live(*, at: datetime) -> list[Benefit]:
    """What is promised at `at`, or will be, by priority and code."""
    found = rows().filter(_not_over(at), state=Benefit.State.LIVE)
    return list(found.order_by("-priority", "code"))


def _not_over(at: datetime) -> Q:
    return Q(valid_until__isnull=True) | Q(valid_until__gt=at)


def moment(at: datetime) -> Moment:
    """The instant on the programme's calendar."""
    return Moment(at, programs.current().zone)


def promise(benefit: Benefit) -> Promise:
    """The benefit as the rules judge it; its rules were read along."""
    return Promise(
        id=benefit.pk,
        code=benefit.code,
        every=benefit.every,
        is_live=benefit.state == Benefit.State.LIVE,
        is_claimed=benefit.giving == Benefit.Giving.CLAIMED,
        is_capped=benefit.cap_percent is not None or benefit.cap_count is not None,
        in_birthday_month=benefit.in_birthday_month,
        valid_from=benefit.valid_from,
        valid_until=benefit.valid_until,
        claim_days=benefit.claim_days,
        priority=benefit.priority,
        rules=tuple(
            Rule(row.audience, row.tier_id, row.tag_id, row.quota) for row in benefit.rules.all()
        ),
    )


def person(*, member_id: int, at: datetime) -> Person:
    """The member as the rules see them: the tier as shown now, with terms and grace.

    Raises: NotFound.
    """
    tags = MemberTag.objects.filter(member_id=OuterRef("pk")).values("tag_id")
    drawn = BenefitHolder.objects.filter(member_id=OuterRef("pk")).values("benefit_id")
    rows = Member.objects.filter(pk=member_id).values_list(
        "birthday_md", "birthday_counts_from_on", ArraySubquery(tags), ArraySubquery(drawn)
    )
    row = rows.first()
    if row is None:
        raise NotFound("there is no such member")
    account = Account.objects.filter(pk=member_id).first()
    return Person(
        tier_id=None if account is None else tier_of(account, at),
        tag_ids=frozenset(row[2]),
        birthday=Told(_month_and_day(row[0]), row[1]),
        drawn=frozenset(row[3]),
    )


def tier_of(account: Account, at: datetime) -> int:
    """The tier that is shown now; a term that is over is judged."""
    ends = (
        account.tier_until_at,
        account.tier_floor_until_at,
        account.tier_grace_until_at,
        account.tier_earned_until_at,
    )
    if all(end is None or end > at for end in ends):
        return int(account.tier_id)
    tiers = programs.current().tiers
    return progress.stand(account=account, terms=tiers, at=at).standing.level.id


def _month_and_day(told: int | None) -> date | None:
    # Of the birthday only month and day are known in clear; a leap year has all of them.
    return None if told is None else date(2000, told // 100, told % 100)


def holdings(*, member_id: int, benefits: Iterable[Benefit], moment: Moment) -> dict[int, Holding]:
    """What is used and granted, by benefit; of one that comes as coupons, what was given of
    them. Two queries."""
    starts = {one.pk: benefit_periods.period_of(moment.day, one.every).start for one in benefits}
    used = BenefitPeriod.objects.filter(
        member_id=member_id, benefit__in=starts, period_on__in=set(starts.values())
    ).values_list("benefit_id", "period_on", "used_count", "given_count")
    by_benefit = {row[0]: max(row[2:]) for row in used if starts[row[0]] == row[1]}
    granted: dict[int, list[Grant]] = {}
    own = BenefitGrant.objects.filter(
        _not_over(moment.at) | _claims(starts, moment),
        member_id=member_id,
        benefit__in=starts,
        ended_at__isnull=True,
    )
    for row in own.order_by("pk"):
        granted.setdefault(row.benefit_id, []).append(grant(row))
    return {pk: Holding(by_benefit.get(pk, 0), tuple(granted.get(pk, ()))) for pk in starts}


def _claims(starts: Mapping[int, date], moment: Moment) -> Q:
    """Claims of the periods that a moment lies in, also those whose days are over; those of
    earlier periods, one for each, say nothing any more."""
    found = Q()
    for start in set(starts.values()):
        ids = [pk for pk, begins in starts.items() if begins == start]
        own = Q(origin=BenefitGrant.Origin.CLAIM, benefit__in=ids)
        if start != benefit_periods.IN_ALL:
            own &= Q(valid_from__gte=start_of_day(start, moment.zone))
        found |= own
    return found


def grant(row: BenefitGrant) -> Grant:
    """A grant as the rules judge it."""
    return Grant(row.pk, row.origin, row.quota, row.used_count, row.valid_from, row.valid_until)


def of_member(*, member_id: int, at: datetime, only: Sequence[int] | None = None) -> list[Found]:
    """What a member has: each benefit once, by id. `only` are ids of benefits, told of whether
    or not the member has them. Seven queries, or one where no benefit concerns them.

    Raises: NotFound.
    """
    chosen = rows().filter(pk__in=only) if only is not None else _concerning(member_id, at)
    benefits = list(chosen.order_by("pk"))
    if not benefits:
        return []
    now = moment(at)
    who = person(member_id=member_id, at=at)
    held = holdings(member_id=member_id, benefits=benefits, moment=now)
    found = [_found(one, who, held[one.pk], now) for one in benefits]
    return [one for one in found if only is not None or one.standing.has]


def _concerning(member_id: int, at: datetime) -> QuerySet[Benefit]:
    """Live ones, and those stopped of which the member still has some; none that is over."""
    mine = BenefitGrant.objects.filter(
        _not_over(at), benefit=OuterRef("pk"), member_id=member_id, ended_at__isnull=True
    )
    is_live = Q(state=Benefit.State.LIVE)
    return rows().filter(_not_over(at), is_live | Q(state=Benefit.State.STOPPED) & Exists(mine))


def _found(benefit: Benefit, who: Person, holding: Holding, now: Moment) -> Found:
    told = promise(benefit)
    return Found(benefit, told, holding, rules.standing(told, who, holding, now))
