"""What the events of service cases say on the timeline."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Event, ServiceTopic
from members.registry import sentences
from members.registry.sentences import GOOD, PLAIN, Sentence

APP = "members.service_case"
_WORDS: dict[str, tuple[Any, str, str]] = {
    f"{APP}.opened": (gettext_lazy("Asked about %(topic)s"), "support_agent", PLAIN),
    f"{APP}.answered": (gettext_lazy("Was answered about %(topic)s"), "reply", PLAIN),
    f"{APP}.resolved": (gettext_lazy("Case about %(topic)s resolved"), "check_circle", GOOD),
    f"{APP}.reopened": (gettext_lazy("Case about %(topic)s opened again"), "undo", PLAIN),
    f"{APP}.rated": (gettext_lazy("Rated the service about %(topic)s"), "star", PLAIN),
}


def register() -> None:
    """Called by `apps.ready`."""
    sentences.add_narrator(app=APP, narrate=narrate)


def narrate(events: Sequence[Event]) -> dict[int, Sentence]:
    """Sentences by event id; one query for the names of topics."""
    codes = {event.payload.get("topic", "") for event in events}
    names = {topic.code: topic.name for topic in ServiceTopic.objects.filter(code__in=codes)}
    told = {event.pk: _tell(event, names.get) for event in events}
    return {pk: sentence for pk, sentence in told.items() if sentence is not None}


def _tell(event: Event, name_of: Callable[[str, str], Any]) -> Sentence | None:
    if event.type not in _WORDS:
        return None
    text, icon, tone = _WORDS[event.type]
    code = event.payload.get("topic", "")
    score = event.payload.get("satisfaction")
    details = (_("%(score)s of 5") % {"score": score},) if score else ()
    return Sentence(
        text=str(text) % {"topic": name_of(code, code)},
        details=details,
        icon=icon,
        tone=tone,
        tab="service",
    )
