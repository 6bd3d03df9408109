"""What surveys, communities and appointments say on the timeline."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from members.models import AppointmentKind, Community, Event, Store, Survey
from members.registry.sentences import BAD, GOOD, Sentence
from members.selectors import appointments

Names = dict[str, Any]
_PREFIXES = ("members.survey.", "members.community.", "members.appointment.")


def narrate(events: Sequence[Event]) -> dict[int, Sentence]:
    """Sentences by event id; at most four queries for what they name."""
    own = [event for event in events if event.type.startswith(_PREFIXES)]
    if not own:
        return {}
    names = _names(own)
    told = {event.pk: _tell(event.type, event.payload, names) for event in own}
    return {pk: sentence for pk, sentence in told.items() if sentence is not None}


def _tell(type_: str, payload: dict[str, Any], names: Names) -> Sentence | None:
    if type_ == "members.survey.answered":
        return _answered(payload, names)
    if type_.startswith("members.community."):
        return _community(type_.rpartition(".")[2], payload, names)
    return _appointment(type_.rpartition(".")[2], payload, names)


def _answered(payload: dict[str, Any], names: Names) -> Sentence:
    survey = names.get(f"survey:{payload['survey']}", payload["survey"])
    text = _("Gave %(score)s in “%(survey)s”") % {"score": payload["score"], "survey": survey}
    details = (payload["subject"],) if payload.get("subject") else ()
    return Sentence(text=text, details=details, icon="reviews", tab="surveys")


def _community(what: str, payload: dict[str, Any], names: Names) -> Sentence | None:
    said = {"community": names.get(f"community:{payload['community']}", payload["community"])}
    if what == "joined":
        back = payload.get("is_back")
        text = _("Came back to %(community)s") if back else _("Joined %(community)s")
        return Sentence(text=text % said, icon="group_add", tone=GOOD, tab="communities")
    if what == "left":
        text = _("Left %(community)s")
        return Sentence(text=text % said, icon="group_remove", tab="communities")
    if what == "goal_reached":
        text = _("Brought %(count)s members to %(community)s: the goal is reached") % {
            **said,
            "count": payload["invited_count"],
        }
        return Sentence(text=text, icon="trophy", tone=GOOD, tab="communities")
    return None


def _appointment(what: str, payload: dict[str, Any], names: Names) -> Sentence | None:
    known = {
        "booked": (_("Booked: %(kind)s at %(store)s"), "event", ""),
        "moved": (_("Moved: %(kind)s at %(store)s"), "event_repeat", ""),
        "due": (_("To be reminded: %(kind)s at %(store)s"), "notifications", ""),
        "arrived": (_("Came: %(kind)s at %(store)s"), "how_to_reg", GOOD),
        "done": (_("Done: %(kind)s at %(store)s"), "event_available", GOOD),
        "missed": (_("Didn't come: %(kind)s at %(store)s"), "event_busy", BAD),
        "canceled": (_("Canceled: %(kind)s at %(store)s"), "event_busy", ""),
    }.get(what)
    if known is None:
        return None
    text, icon, tone = known
    said = {
        "kind": names.get(f"kind:{payload['kind']}", payload["kind"]),
        "store": getattr(names.get(f"store:{payload['store']}"), "name", payload["store"]),
    }
    sentence = Sentence(
        text=text % said, details=_when(payload, names), icon=icon, tab="appointments"
    )
    return Sentence(**{**vars(sentence), "tone": tone}) if tone else sentence


def _when(payload: dict[str, Any], names: Names) -> tuple[str, ...]:
    store = names.get(f"store:{payload['store']}")
    if "starts_at" not in payload or store is None:
        return ()
    starts_at = datetime.fromisoformat(payload["starts_at"])
    return (f"{localtime(starts_at, appointments.zone_of(store)):%Y-%m-%d %H:%M}",)


def _names(events: Sequence[Event]) -> Names:
    """What codes are called, by `survey:CODE` and so on; of stores the row."""

    def codes(key: str) -> set[str]:
        return {event.payload[key] for event in events if key in event.payload}

    found: Names = {}
    for key, model in (("survey", Survey), ("community", Community), ("kind", AppointmentKind)):
        if wanted := codes(key):
            rows: Any = model._default_manager.filter(code__in=wanted)
            found |= {f"{key}:{one.code}": one.name for one in rows}
    if wanted := codes("store"):
        found |= {f"store:{one.code}": one for one in Store.objects.filter(code__in=wanted)}
    return found
