"""What the gate says of a step's message to those who come to it: by which medium, or why not.

The forecast asks here, and so does whoever plans; a medium by which the text can't be written is
passed over in both.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from campaigns.models import Campaign, Enrollment
from campaigns.rules import gate as rules
from campaigns.rules.journey_steps import Message, Mode
from campaigns.selectors import gate_facts
from campaigns.selectors.gate_facts import Asked, Facts
from campaigns.services import gate, journey_instants, message_steps, message_texts
from campaigns.services.gate import Choice, Sending
from campaigns.services.message_texts import Writing
from campaigns.services.templates import Text


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One message of one row, as the gate chose."""

    row: Enrollment
    choice: Choice
    expires_at: datetime

    @property
    def may_go(self) -> bool:
        """Now, or when a wait is over."""
        return self.choice.verdict.outcome is not rules.Outcome.SKIP


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """By row what was chosen, and by row and medium the texts that were written."""

    planned: Mapping[int, Sequence[Planned]]
    texts: Mapping[tuple[int, str], Text]


@dataclass(frozen=True, kw_only=True)
class Asking:
    """How the gate is asked: for `when`, of rows that `settles` says what will become of them when
    nothing changes but the time, and with texts of those that `writes`, as of `at`. `expected`:
    samples stand for these variables, of a forecast."""

    step: Message
    facts: Facts
    when: datetime
    at: datetime
    writes: Callable[[Enrollment], bool]
    settles: Callable[[Enrollment], bool]
    expected: frozenset[str] | None = None


@dataclass
class _Found:
    planned: dict[int, list[Planned]] = field(default_factory=dict)
    texts: dict[tuple[int, str], Text] = field(default_factory=dict)
    unwritten: defaultdict[int, set[str]] = field(default_factory=lambda: defaultdict(set))


def choose(rows: Sequence[Enrollment], asking: Asking) -> Chosen:
    """What the gate says of each row; a bounded number of queries."""
    found, open_rows = _Found(), list(rows)
    # Each turn passes over a medium of each row that is left.
    while open_rows:
        for row in open_rows:
            found.planned[row.pk] = list(_choices(row, asking, found.unwritten[row.pk]))
        open_rows = _write(open_rows, asking, found)
    return Chosen(planned=found.planned, texts=found.texts)


def facts_of(
    campaign: Campaign,
    step: Message,
    member_ids: Sequence[int],
    texts: Mapping[str, Any],
    at: datetime,
) -> Facts:
    """What the gate asks about the step's message to these members."""
    asked = [
        Asked(
            campaign=campaign,
            media=step.media,
            credit_templates=message_steps.credit_templates(texts, step.media, language),
        )
        for language in ("zh", "en")
    ]
    return gate_facts.facts_of(asked=asked, member_ids=set(member_ids), at=at)


def _choices(row: Enrollment, asking: Asking, unwritten: Collection[str]) -> Iterator[Planned]:
    """Once, or for each medium."""
    campaign, step = row.campaign, asking.step
    expires_at = gate.expires_at(campaign, journey_instants.since(row), step.expires_hours)
    language = asking.facts.reach[row.member_id].member.language
    sending = Sending(
        campaign=campaign,
        member_id=row.member_id,
        expires_at=expires_at,
        has_converted=row.converted_at is not None and campaign.is_over_at_goal,
        unwritten=unwritten,
        credit_templates=message_steps.credit_templates(
            message_steps.texts_of(row, step), step.media, language
        ),
    )
    groups = [step.media] if step.mode == Mode.FIRST else [(medium,) for medium in step.media]
    for media in groups:
        choice = gate.choose(
            sending=sending,
            media=media,
            facts=asking.facts,
            at=asking.when,
            is_forecast=asking.settles(row),
        )
        yield Planned(row=row, choice=choice, expires_at=expires_at)


def _write(rows: Sequence[Enrollment], asking: Asking, found: _Found) -> list[Enrollment]:
    """Writes what may go and isn't written yet; gives the rows of which something can't be."""
    wanted = [
        (row, one.choice.medium)
        for row in rows
        if asking.writes(row)
        for one in found.planned[row.pk]
        if one.may_go and (row.pk, one.choice.medium) not in found.texts
    ]
    if not wanted:
        return []
    written = message_texts.write_many(
        texts=message_steps.texts_of(wanted[0][0], asking.step),
        writings=[
            Writing(
                key=number,
                member=asking.facts.reach[row.member_id].member,
                context=row.context,
                medium=medium,
                enrollment_id=None if asking.expected is not None else row.pk,
            )
            for number, (row, medium) in enumerate(wanted)
        ],
        media=asking.step.media,
        expected=asking.expected,
        at=asking.at,
    )
    left = {}
    for number, (row, medium) in enumerate(wanted):
        if number in written:
            found.texts[row.pk, medium] = written[number]
        else:
            found.unwritten[row.pk].add(medium)
            left[row.pk] = row
    return list(left.values())
