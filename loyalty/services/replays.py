"""Replays draft rules over past real orders, as a job: what the members would have got.

Each order is judged as it was: the tier and coefficient of its own trace, the day, the shop, the
catalogue's categories. Member by member, so that daily and monthly caps count as they would have,
and memory stays that of one chunk. Source: docs/algorithms/earning.md, "Replay".
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from loyalty.models import EarningRule, Order, Program
from loyalty.rules import earning
from loyalty.rules.earning import Award
from loyalty.rules.earning_caps import Limits
from loyalty.rules.earning_compile import Rulebook
from loyalty.selectors import past_orders
from loyalty.selectors.past_orders import PastOrder, Shelf
from loyalty.services import earning_rules, programs, rule_checks, rule_inputs, rulebooks
from loyalty.services.programs import Terms
from loyalty.services.rule_inputs import Uses
from members.errors import DomainError, NotFound
from members.models import Job, User
from members.services import bell, jobs
from members.services.jobs import RunningJob

KIND = "loyalty.replay"
# Orders of a chunk: some megabytes, and seconds of work.
CHUNK = 2_000


class NothingToReplay(DomainError):
    """There is no draft to replay, or no day in the period."""

    code = "nothing_to_replay"
    status = 422


class DraftsChanged(DomainError):
    """A draft was edited since the replay began: start it again."""

    code = "drafts_changed"
    status = 409


class NotStopped(DomainError):
    """Only a replay that was canceled or failed can be gone on with."""

    code = "not_stopped"
    status = 409


@dataclass
class Figures:
    """What a replay found so far; amounts in minor units. `difference` is positive where the
    drafts would have given more; `rules` are points by rule, uncut by budgets."""

    orders: int = 0
    lines: int = 0
    members: int = 0
    given_points: int = 0
    replayed_points: int = 0
    changed_orders: int = 0
    changed_members: int = 0
    orders_with_more: int = 0
    orders_with_less: int = 0
    rules: dict[str, int] = field(default_factory=dict)

    def count(self, order: PastOrder, award: Award) -> None:
        self.orders += 1
        self.lines += len(order.eligible_amounts)
        self.given_points += order.earned_points
        self.replayed_points += award.points
        self.changed_orders += award.points != order.earned_points
        self.orders_with_more += award.points > order.earned_points
        self.orders_with_less += award.points < order.earned_points
        for row in award.breakdown:
            self.rules[row["id"]] = self.rules.get(row["id"], 0) + row["points"]


def start(
    *, draft_ids: Sequence[int], from_on: date, until_on: date, actor: User, at: datetime
) -> Job:
    """The queued job that replays these drafts over the orders of `[from_on, until_on)`.

    Raises: NothingToReplay, NotFound, NotADraft, BadRule, BadCondition.
    """
    if not draft_ids or from_on >= until_on:
        raise NothingToReplay
    rows = _drafts(draft_ids)
    for row in rows:
        rule_checks.check(row)
    return jobs.enqueue(
        kind=KIND,
        params={
            "drafts": {str(row.pk): earning_rules.fingerprint(row) for row in rows},
            "from_on": from_on.isoformat(),
            "until_on": until_on.isoformat(),
        },
        at=at,
        requested_by_id=actor.pk,
        total=_orders(from_on, until_on).count(),
    )


@transaction.atomic
def resume(*, job_id: int, at: datetime) -> Job:
    """The replay, queued again where it stopped.

    Raises: NotFound, NotStopped.
    """
    job = Job.objects.select_for_update().filter(pk=job_id, kind=KIND).first()
    if job is None:
        raise NotFound
    if job.state not in (Job.State.CANCELED, Job.State.FAILED):
        raise NotStopped
    job.state, job.claim, job.message = Job.State.QUEUED, None, ""
    job.created_at, job.finished_at = at, None
    job.save(update_fields=["state", "claim", "message", "created_at", "finished_at"])
    bell.start_job_on_commit(job.pk)
    return job


def run(job: RunningJob, at: datetime) -> None:
    """The job. Canceled between chunks it goes on where it stopped.

    Raises: DraftsChanged.
    """
    terms = programs.current()
    book = _book(job.params["drafts"], terms)
    shelf = past_orders.shelf()
    from_on, until_on = (date.fromisoformat(job.params[name]) for name in ("from_on", "until_on"))
    figures = Figures(**job.cursor.get("figures", {}))
    last_id = job.cursor.get("member_id", 0)
    while True:
        job.go_on()
        with transaction.atomic():
            members = past_orders.members_after(last_id, from_on, until_on, CHUNK)
            if not members:
                break
            before = figures.orders
            _chunk(members, from_on, until_on, book, terms, shelf, figures)
            last_id = members[-1]
            cursor = {"member_id": last_id, "figures": asdict(figures)}
            job.progress(cursor=cursor, done=figures.orders - before)
    job.result(**_result(figures, book, terms, from_on, until_on))


def _chunk(
    members: Sequence[int],
    from_on: date,
    until_on: date,
    book: Rulebook,
    terms: Terms,
    shelf: Shelf,
    figures: Figures,
) -> None:
    uses, changed, seen = Uses(), set(), set()
    for order in past_orders.read(members, from_on, until_on, book):
        award = _judge(order, book, terms, shelf, uses)
        figures.count(order, award)
        seen.add(order.member_id)
        if award.points != order.earned_points:
            changed.add(order.member_id)
    figures.members += len(seen)
    figures.changed_members += len(changed)


def _judge(order: PastOrder, book: Rulebook, terms: Terms, shelf: Shelf, uses: Uses) -> Award:
    selection = book.at(order.occurred_at)
    tier, percent = order.tier, order.coefficient_percent
    if not tier:
        # An order that no rule met has no tier in its trace.
        tier, percent = shelf.tier_at(order.member_id, order.occurred_at)
    if selection.plain is not None and sum(order.eligible_amounts) > 0:
        return earning.plain(order.eligible_amounts, selection.plain, tier, percent)
    facts = past_orders.facts(order, shelf, terms.zone, tier, percent)
    day = rule_inputs.day_of(order.occurred_at, terms)
    used = uses.used(order.member_id, selection.capped_codes, day)
    award = earning.award(selection, facts, Limits(used))
    for use in award.uses:
        uses.add(order.member_id, use.code, day, use.points)
    return award


def _book(drafts: dict[str, str], terms: Terms) -> Rulebook:
    rows = _drafts([int(pk) for pk in drafts])
    if any(earning_rules.fingerprint(row) != drafts[str(row.pk)] for row in rows):
        raise DraftsChanged
    program = Program.objects.select_related("tier_group").get(pk=terms.id)
    return terms.rules.with_drafts(rulebooks.drafts(program, [row.pk for row in rows]))


def _drafts(draft_ids: Iterable[int]) -> list[EarningRule]:
    wanted = set(draft_ids)
    rows = list(EarningRule.objects.filter(pk__in=wanted).order_by("pk"))
    if len(rows) != len(wanted):
        raise NotFound("there is no such rule")
    if any(row.state != EarningRule.State.DRAFT for row in rows):
        raise earning_rules.NotADraft
    return rows


def _orders(from_on: date, until_on: date) -> Any:
    return Order.objects.filter(
        member_id__isnull=False, business_date__gte=from_on, business_date__lt=until_on
    )


def _result(
    figures: Figures, book: Rulebook, terms: Terms, from_on: date, until_on: date
) -> dict[str, Any]:
    """For the page: figures with the cost in money, rules by points, budgets that would not have
    sufficed. Tiers follow money, orders and qualifying points, none of which a rule changes."""
    difference = figures.replayed_points - figures.given_points
    sign = -1 if difference < 0 else 1
    rules = sorted(figures.rules.items(), key=lambda row: (-abs(row[1]), row[0]))
    return {
        **asdict(figures),
        "rules": [{"id": name, "points": points} for name, points in rules],
        "difference_points": difference,
        "cost_amount": sign * terms.amount_of(abs(difference)),
        "tier_changes": 0,
        "over_budget": _over_budget(figures, book),
        "from_on": from_on.isoformat(),
        "until_on": until_on.isoformat(),
    }


def _over_budget(figures: Figures, book: Rulebook) -> list[dict[str, Any]]:
    ids = [rule.id for rule in book.rules if rule.is_draft and rule.has_budget]
    rows = EarningRule.objects.filter(pk__in=ids)
    return [
        {"rule": row.code, "budget_points": row.budget_points, "points": points}
        for row in rows
        if (points := figures.rules.get(f"rule:{row.code}", 0)) > (row.budget_points or 0)
    ]
