"""What this app's events say on the timeline."""

from collections.abc import Sequence
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from members.admin import privacy_sentences, protection_sentences, voice_sentences
from members.models import Channel, Consent, Event, Member, Store, Tag
from members.registry import sentences
from members.registry.behavior_events import NOTICED
from members.registry.sentences import BAD, GOOD, Sentence

_TAG_EVENTS = ("members.tag.given", "members.tag.taken")


def register() -> None:
    """Called by `apps.ready`."""
    # What was noticed is told by the behavior itself, on a tab of its own.
    sentences.add_narrator(app="members", narrate=narrate, folded=(NOTICED,))


def narrate(events: Sequence[Event]) -> dict[int, Sentence]:
    """Sentences by event id; at most three queries for the names of stores, channels, tags."""
    places = _places(events) | _tags(events)
    told = {event.pk: _tell(event.type, event.payload, places) for event in events}
    own = {pk: sentence for pk, sentence in told.items() if sentence is not None}
    return own | voice_sentences.narrate(events)


def _tell(type_: str, payload: dict[str, Any], places: dict[str, str]) -> Sentence | None:
    if type_ == "members.member.registered":
        return _registered(payload, places)
    if type_ == "members.member.changed":
        return Sentence(text=_("Profile changed"), details=_fields(payload), icon="edit")
    if type_ == "members.member.merged":
        return Sentence(text=_("Took over another card of the same person"), icon="merge")
    if type_ == "members.member.unmerged":
        return Sentence(
            text=_("Two cards that had been merged were parted again"), icon="call_split"
        )
    if type_ == "members.consent.recorded":
        return _consent(payload)
    if type_ in _TAG_EVENTS:
        return _tag(type_, payload, places)
    return protection_sentences.tell(type_) or privacy_sentences.tell(type_, payload)


def _registered(payload: dict[str, Any], places: dict[str, str]) -> Sentence:
    store = places.get(f"store:{payload.get('store')}")
    channel = places.get(f"channel:{payload.get('channel')}", "")
    text = _("Became a member at %(store)s") % {"store": store} if store else _("Became a member")
    details = (_("Channel: %(channel)s") % {"channel": channel},) if channel else ()
    return Sentence(text=text, details=details, icon="person_add", tone=GOOD, tab="profile")


def _fields(payload: dict[str, Any]) -> tuple[str, ...]:
    known = {field.name: field.verbose_name for field in Member._meta.fields}
    return tuple(str(capfirst(known.get(name, name))) for name in payload.get("fields", ()))


def _consent(payload: dict[str, Any]) -> Sentence:
    words = {
        "purpose": _label(Consent.Purpose, payload.get("purpose", "")),
        "medium": _label(Consent.Medium, payload.get("medium", "")),
    }
    if payload.get("is_granted"):
        text, icon, tone = _("Agreed to %(purpose)s by %(medium)s"), "check_circle", GOOD
    else:
        text, icon, tone = _("Said no to %(purpose)s by %(medium)s"), "block", BAD
    return Sentence(text=text % words, icon=icon, tone=tone, tab="consents")


def _tag(type_: str, payload: dict[str, Any], places: dict[str, str]) -> Sentence:
    code = payload.get("tag", "")
    given = _("Tagged %(tag)s"), "label"
    taken = _("Tag %(tag)s removed"), "label_off"
    text, icon = given if type_ == "members.tag.given" else taken
    return Sentence(text=text % {"tag": places.get(f"tag:{code}", code)}, icon=icon)


def _label(choices: Any, value: str) -> str:
    return str(choices(value).label) if value in choices.values else value


def _places(events: Sequence[Event]) -> dict[str, str]:
    """Names by `store:CODE` and `channel:CODE`."""
    payloads = [event.payload for event in events if event.type == "members.member.registered"]
    if not payloads:
        return {}
    stores = Store.objects.filter(code__in={row.get("store", "") for row in payloads})
    channels = Channel.objects.filter(code__in={row.get("channel", "") for row in payloads})
    return {f"store:{store.code}": store.name for store in stores} | {
        f"channel:{channel.code}": channel.name for channel in channels
    }


def _tags(events: Sequence[Event]) -> dict[str, str]:
    """Names by `tag:CODE`."""
    codes = {event.payload.get("tag", "") for event in events if event.type in _TAG_EVENTS}
    tags = Tag.objects.filter(code__in=codes) if codes else ()
    return {f"tag:{tag.code}": tag.name for tag in tags}
