"""Members come to a message: the gate says by which medium, or why not, and a row says it too."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.models import Campaign, Delivery, Enrollment, Run
from campaigns.rules import gate as rules
from campaigns.rules.journey_steps import Kind, Message, Mode, Step
from campaigns.rules.journeys import Flow
from campaigns.selectors import gate_facts
from campaigns.selectors.gate_facts import Asked, Facts
from campaigns.services import deliveries, gate, journey_instants, message_steps, message_texts
from campaigns.services.gate import Choice, Sending
from campaigns.services.message_texts import Writing

_State = Delivery.State


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One message of one row, as the gate chose."""

    row: Enrollment
    choice: Choice
    expires_at: datetime


def plan(*, step: Step, rows: Sequence[Enrollment], flow: Flow, at: datetime) -> dict[int, str]:
    """Writes the messages of these rows, all of one version at one step. Gives the reasons, by row,
    of those that are left out of a frozen audience with no message at all."""
    assert isinstance(step, Message)
    texts = message_steps.texts_of(rows[0], step)
    facts = facts_of(rows[0].campaign, step, [row.member_id for row in rows], texts, at)
    planned: list[Planned] = []
    excluded: dict[int, str] = {}
    for row in rows:
        own = list(choices(step, row, facts, at))
        if is_plain(flow) and row.run.kind == Run.Kind.FROZEN and _none_may(own):
            reason = own[0].choice.verdict.reason
            assert reason is not None
            excluded[row.pk] = reason.value
        else:
            planned += own
    deliveries.queue(deliveries=_rows(step, planned, facts, at))
    return excluded


def choices(
    step: Message, row: Enrollment, facts: Facts, at: datetime, *, is_forecast: bool = False
) -> Iterator[Planned]:
    """What the gate says of the step's message to this row: once, or for each medium."""
    campaign = row.campaign
    expires_at = gate.expires_at(campaign, journey_instants.since(row), step.expires_hours)
    language = facts.reach[row.member_id].member.language
    sending = Sending(
        campaign=campaign,
        member_id=row.member_id,
        expires_at=expires_at,
        has_converted=row.converted_at is not None and campaign.is_over_at_goal,
        credit_templates=message_steps.credit_templates(
            message_steps.texts_of(row, step), step.media, language
        ),
    )
    groups = [step.media] if step.mode == Mode.FIRST else [(medium,) for medium in step.media]
    for media in groups:
        choice = gate.choose(
            sending=sending, media=media, facts=facts, at=at, is_forecast=is_forecast
        )
        yield Planned(row=row, choice=choice, expires_at=expires_at)


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


def is_plain(flow: Flow) -> bool:
    """Whether the journey is one message and nothing else: who doesn't get it is left out."""
    kinds = [step.kind for step in flow.steps.values() if step.kind != Kind.END]
    return kinds == [Kind.MESSAGE]


def _none_may(planned: Sequence[Planned]) -> bool:
    return all(one.choice.verdict.outcome is rules.Outcome.SKIP for one in planned)


def _rows(step: Message, planned: Sequence[Planned], facts: Facts, at: datetime) -> list[Delivery]:
    made = [_delivery(step, one, facts, at) for one in planned]
    _write(step, made, planned, facts, at)
    return made


def _delivery(step: Message, one: Planned, facts: Facts, at: datetime) -> Delivery:
    row, choice = one.row, one.choice
    key = f"e{row.pk}:{step.id}"
    delivery = Delivery(
        campaign=row.campaign,
        run_id=row.run_id,
        enrollment_id=row.pk,
        member=facts.reach[row.member_id].member,
        step=step.id,
        event_id=row.context.get("event"),
        medium=choice.medium,
        send_key=key if step.mode == Mode.FIRST else f"{key}:{choice.medium}",
        language=facts.reach[row.member_id].member.language,
        tried=[{"medium": medium, "reason": reason} for medium, reason in choice.tried],
        queued_at=at,
        not_before_at=at,
        expires_at=one.expires_at,
    )
    gate.apply(delivery=delivery, verdict=choice.verdict)
    if row.is_control and delivery.state == _State.QUEUED:
        delivery.state, delivery.reason = _State.GHOST, ""
    return delivery


def _write(
    step: Message,
    made: Sequence[Delivery],
    planned: Sequence[Planned],
    facts: Facts,
    at: datetime,
) -> None:
    """What began by an event says what was so at it; a frozen audience's texts are written when
    they are sent."""
    waiting = [
        (delivery, one)
        for delivery, one in zip(made, planned, strict=True)
        if delivery.state == _State.QUEUED and one.row.run.kind == Run.Kind.STANDING
    ]
    if not waiting:
        return
    found = message_texts.write_many(
        texts=message_steps.texts_of(waiting[0][1].row, step),
        writings=[
            Writing(
                key=number,
                member=delivery.member,
                context=one.row.context,
                medium=delivery.medium,
                enrollment_id=one.row.pk,
            )
            for number, (delivery, one) in enumerate(waiting)
        ],
        media=step.media,
        at=at,
    )
    for number, (delivery, _) in enumerate(waiting):
        if number in found:
            delivery.subject, delivery.body = found[number].subject, found[number].body
        else:
            delivery.state = _State.SKIPPED
            delivery.reason = rules.Reason.MISSING_VARIABLE.value
