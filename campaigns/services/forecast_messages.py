"""What the gate would say of one message of a journey to those who would come to it.

Of who comes only perhaps, or at a moment that nobody knows, it says what is possible at most.
Source: docs/algorithms/gate.md, "The forecast".
"""

import copy
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time

from campaigns.models import Campaign, Delivery, Enrollment
from campaigns.rules import gate as rules
from campaigns.rules.arrivals import Arrival
from campaigns.rules.contact_caps import Contact
from campaigns.rules.journey_steps import Message, Mode
from campaigns.selectors.gate_facts import MARKETING, Facts
from campaigns.services import message_choices, message_prices, message_steps
from campaigns.services.message_choices import Asking, Chosen, Planned

# Refusals that no other hour and no other message changes.
_FOR_GOOD = rules.BY_MEDIUM | {rules.Reason.MEMBER_STATE, rules.Reason.HOLDOUT}


@dataclass
class StepTally:
    """Of one message: who comes to it, surely or perhaps, and what becomes of them. `open` are
    those of whom something isn't known; `sure` are those of `sendable` of whom nothing is open."""

    come: int = 0
    come_surely: int = 0
    open: int = 0
    excluded: Counter[str] = field(default_factory=Counter)
    held_out: int = 0
    sendable: int = 0
    sure: int = 0
    by_medium: Counter[str] = field(default_factory=Counter)


@dataclass
class Own:
    """What earlier messages of the journey came to for one row; `is_open`: perhaps."""

    contacts: list[Contact] = field(default_factory=list)
    credits: Counter[tuple[str, str]] = field(default_factory=Counter)
    is_open: bool = False


@dataclass
class Judged:
    """What all messages together come to, by row; amounts in minor units."""

    # What is left of the budget for those who are judged; None: there is no end.
    budget_left: int | None = None
    has_run_out: bool = False
    cost_amount: int = 0
    # The first reason that somebody was refused for.
    refused: dict[int, str] = field(default_factory=dict)
    reached: set[int] = field(default_factory=set)
    reached_surely: set[int] = field(default_factory=set)
    own: defaultdict[int, Own] = field(default_factory=lambda: defaultdict(Own))


@dataclass(frozen=True, kw_only=True)
class Question:
    """One message; `writes`: with its text, as of `at`, for which samples stand for `expected`."""

    step: Message
    at: datetime
    expected: frozenset[str]
    writes: bool


@dataclass(frozen=True, kw_only=True)
class _Moment:
    """Those who come to the message at `when`; where `is_known` is false, then or before."""

    question: Question
    campaign: Campaign
    when: datetime
    is_known: bool
    rows: Sequence[Enrollment]
    facts: Facts

    @property
    def is_capped(self) -> bool:
        return bool(self.facts.caps) and self.campaign.purpose == MARKETING

    @property
    def may_fill_its_own_cap(self) -> bool:
        """Of several messages at once whichever goes first may leave no room for the others."""
        step = self.question.step
        return self.is_capped and step.mode == Mode.EACH and len(step.media) > 1


def judge(
    question: Question,
    rows: Sequence[Enrollment],
    come: Mapping[int, Arrival],
    judged: Judged,
    tally: StepTally,
) -> None:
    """Adds what becomes of those of these rows who come to this message. A bounded number of
    queries for each instant at which some of them do."""
    together: dict[tuple[datetime, bool], list[Enrollment]] = defaultdict(list)
    for row in rows:
        arrival = come.get(row.pk)
        if arrival is not None:
            together[arrival.at, arrival.is_at_known].append(row)
    for (when, is_known), some in together.items():
        moment = _moment(question, some, come, when, is_known)
        _judge(moment, come, judged, tally)


def _moment(
    question: Question,
    rows: Sequence[Enrollment],
    come: Mapping[int, Arrival],
    when: datetime,
    is_known: bool,
) -> _Moment:
    campaign = rows[0].campaign
    if not is_known:
        # Whenever it is, it need not be night.
        campaign = copy.copy(campaign)
        campaign.quiet_from = campaign.quiet_until = time(0)
    for row in rows:
        row.campaign = campaign
        since = come[row.pk].since
        row.context = {} if since is None else {"since": since.isoformat()}
    texts = message_steps.texts_of(rows[0], question.step)
    member_ids = [row.member_id for row in rows]
    facts = message_choices.facts_of(campaign, question.step, member_ids, texts, when)
    return _Moment(
        question=question, campaign=campaign, when=when, is_known=is_known, rows=rows, facts=facts
    )


def _judge(moment: _Moment, come: Mapping[int, Arrival], judged: Judged, tally: StepTally) -> None:
    open_rows = _foresee(moment, judged)
    question = moment.question
    asking = Asking(
        step=question.step,
        facts=moment.facts,
        when=moment.when,
        at=question.at,
        writes=lambda row: question.writes,
        settles=lambda row: True,
        expected=question.expected,
    )
    chosen = message_choices.choose(moment.rows, asking)
    is_all_open = not moment.is_known or moment.may_fill_its_own_cap
    for row in moment.rows:
        tally.come += 1
        tally.come_surely += come[row.pk].is_sure
        is_open = is_all_open or not come[row.pk].is_sure or row.pk in open_rows
        tally.open += is_open
        _count(row, is_open, moment, chosen, judged, tally)


def _foresee(moment: _Moment, judged: Judged) -> set[int]:
    """Counts on what these members will have got by then: what other campaigns have queued, and
    earlier messages of this one. Gives the rows of which that isn't certain."""
    facts, open_rows = moment.facts, set()
    if moment.is_capped:
        _count_on_others(moment)
    for row in moment.rows:
        own = judged.own.get(row.pk)
        if own is None or not (moment.is_capped or own.credits):
            continue
        # Of two at one instant nobody knows which goes first.
        if own.is_open or any(one.at >= moment.when for one in own.contacts):
            open_rows.add(row.pk)
            continue
        if moment.is_capped:
            facts.contacts[row.member_id].extend(own.contacts)
        for (medium, template), count in own.credits.items():
            key = row.member_id, medium, template
            facts.credits[key] = facts.credits.get(key, 0) - count
    return open_rows


def _count_on_others(moment: _Moment) -> None:
    """One query."""
    rows = Delivery.objects.filter(
        member_id__in=[row.member_id for row in moment.rows],
        state=Delivery.State.QUEUED,
        not_before_at__lte=moment.when,
        campaign__state=Campaign.State.RUNNING,
        campaign__purpose=MARKETING,
    )
    for member_id, medium, due_at in rows.values_list("member_id", "medium", "not_before_at"):
        contact = Contact(medium, max(due_at, moment.question.at))
        moment.facts.contacts[member_id].append(contact)


def _count(
    row: Enrollment,
    is_open: bool,
    moment: _Moment,
    chosen: Chosen,
    judged: Judged,
    tally: StepTally,
) -> None:
    planned = chosen.planned[row.pk]
    going = [one for one in planned if one.choice.verdict.reason is None]
    reason = None if going else planned[0].choice.verdict.reason
    if going and not row.is_control:
        going = _within_budget(judged, going, moment.facts, chosen, is_open=is_open)
        reason = None if going else rules.Reason.BUDGET
    if reason is not None:
        # At another moment it might have gone, and have left no room for the next one.
        judged.own[row.pk].is_open |= is_open and reason not in _FOR_GOOD
        tally.excluded[reason.value] += 1
        judged.refused.setdefault(row.pk, reason.value)
        return
    judged.reached.add(row.pk)
    if not is_open:
        judged.reached_surely.add(row.pk)
    if row.is_control:
        tally.held_out += 1
        return
    tally.sendable += 1
    tally.sure += not is_open
    tally.by_medium.update(one.choice.medium for one in going)
    _keep(judged.own[row.pk], going, moment, is_open=is_open)


def _keep(own: Own, going: Sequence[Planned], moment: _Moment, *, is_open: bool) -> None:
    """What goes is a contact for the messages behind it, and has used its credit."""
    row, step = going[0].row, moment.question.step
    language = moment.facts.reach[row.member_id].member.language
    templates = message_steps.credit_templates(
        message_steps.texts_of(row, step), step.media, language
    )
    for one in going:
        medium = one.choice.medium
        own.contacts.append(Contact(medium, one.choice.verdict.goes_at or moment.when))
        if medium in templates:
            own.credits[medium, templates[medium]] += 1
    own.is_open = own.is_open or is_open


def _within_budget(
    judged: Judged, going: Sequence[Planned], facts: Facts, chosen: Chosen, *, is_open: bool
) -> list[Planned]:
    """Those that the budget still pays for. Who comes for sure uses it up."""
    paid = []
    for one in going:
        medium = one.choice.medium
        parts = message_prices.parts(medium, chosen.texts.get((one.row.pk, medium)))
        facts.budget_left = judged.budget_left
        if not facts.may_cost(medium, parts=parts):
            judged.has_run_out = True
            continue
        paid.append(one)
        cost = facts.cost_of(medium) * parts
        judged.cost_amount += cost
        if judged.budget_left is not None and not is_open:
            judged.budget_left -= cost
    return paid
