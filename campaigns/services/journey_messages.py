"""Members come to a message: the gate says by which medium, or why not, and a row says it too."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from campaigns.models import Delivery, Enrollment, Run
from campaigns.rules.journey_steps import Kind, Message, Mode, Step
from campaigns.rules.journeys import Flow
from campaigns.selectors.gate_facts import Facts
from campaigns.services import deliveries, gate, message_choices, message_steps
from campaigns.services.message_choices import Asking, Planned
from campaigns.services.templates import Text

_State = Delivery.State


def plan(*, step: Step, rows: Sequence[Enrollment], flow: Flow, at: datetime) -> dict[int, str]:
    """Writes the messages of these rows, all of one version at one step. Gives the reasons, by row,
    of those that are left out of a frozen audience with no message at all."""
    assert isinstance(step, Message)
    texts = message_steps.texts_of(rows[0], step)
    member_ids = [row.member_id for row in rows]
    facts = message_choices.facts_of(rows[0].campaign, step, member_ids, texts, at)
    chosen = message_choices.choose(
        rows,
        Asking(step=step, facts=facts, when=at, at=at, writes=_is_written, settles=_is_ghost),
    )
    planned: list[Planned] = []
    excluded: dict[int, str] = {}
    for row in rows:
        own = chosen.planned[row.pk]
        if is_plain(flow) and row.run.kind == Run.Kind.FROZEN and _none_may(own):
            reason = own[0].choice.verdict.reason
            assert reason is not None
            excluded[row.pk] = reason.value
        else:
            planned += own
    made = [_delivery(step, one, facts, at) for one in planned]
    _put_texts(made, chosen.texts)
    deliveries.queue(deliveries=made)
    return excluded


def _is_written(row: Enrollment) -> bool:
    """What began by an event says what was so at it; a frozen audience's texts are written when
    they are sent. Who is held out gets none, and is no ghost where it can't be written."""
    return row.is_control or row.run.kind == Run.Kind.STANDING


def _is_ghost(row: Enrollment) -> bool:
    """Nobody looks at a ghost again: what waits and would expire is told now."""
    return row.is_control


def is_plain(flow: Flow) -> bool:
    """Whether the journey is one message and nothing else: who doesn't get it is left out."""
    kinds = [step.kind for step in flow.steps.values() if step.kind != Kind.END]
    return kinds == [Kind.MESSAGE]


def _none_may(planned: Sequence[Planned]) -> bool:
    return not any(one.may_go for one in planned)


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


def _put_texts(made: Sequence[Delivery], texts: Mapping[tuple[int, str], Text]) -> None:
    for one in made:
        text = texts.get((one.enrollment_id or 0, one.medium))
        if one.state == _State.QUEUED and text is not None:
            one.subject, one.body = text.subject, text.body
