"""What a message has from its step: the frozen texts, the media it may still go by, and the
provider's templates for which a member's credit is needed."""

from collections.abc import Mapping, Sequence
from typing import Any

from campaigns.models import Delivery, Enrollment
from campaigns.rules.journey_steps import Message, Mode
from campaigns.services import campaign_versions, templates
from campaigns.transports.registry import TRANSPORTS


def step_of(delivery: Delivery) -> Message | None:
    """The step that made it; None for a message of no journey."""
    if delivery.enrollment is None:
        return None
    flow = campaign_versions.flow_of_version(delivery.enrollment.version)
    step = flow.steps.get(delivery.step)
    return step if isinstance(step, Message) else None


def media_of(delivery: Delivery) -> tuple[str, ...]:
    """The media that this message may still go by: its own, and those behind it in its step."""
    step = step_of(delivery)
    if step is None or step.mode != Mode.FIRST or delivery.medium not in step.media:
        return (delivery.medium,)
    return step.media[step.media.index(delivery.medium) :]


def texts_of(row: Enrollment, step: Message) -> Mapping[str, Any]:
    """The frozen texts of the step's template."""
    found: Mapping[str, Any] = row.version.content["texts"].get(step.template, {})
    return found


def credit_templates_of(delivery: Delivery) -> dict[str, str]:
    """As `credit_templates`, of a message that there is."""
    step = step_of(delivery)
    if step is None or delivery.enrollment is None:
        return {}
    return credit_templates(texts_of(delivery.enrollment, step), step.media, delivery.language)


def credit_templates(
    texts: Mapping[str, Any], media: Sequence[str], language: str
) -> dict[str, str]:
    """By medium that needs a credit: the provider's template that a member of this language would
    be sent, and needs a credit for."""
    options = texts.get("media_options") or {}
    is_english = templates.language_of(texts, language) == "en"
    found = {}
    for medium in media:
        if medium in TRANSPORTS and TRANSPORTS[medium].needs_credit:
            own = options.get(medium) or {}
            english = own.get("template_en") if is_english else ""
            found[medium] = str(english or own.get("template", ""))
    return found
