"""What is wrong with a journey or an entry, in the operator's words, and how to mend it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.rules.entries import BadEntry
from campaigns.rules.journey_reading import BadSteps
from campaigns.selectors.journey_references import (
    ARM,
    BADGE,
    BENEFIT,
    CONDITION,
    COUPON,
    ENDPOINT,
    EVENT,
    TAG,
    TEMPLATE,
    Missing,
)

# By the mistake's code; see campaigns/rules/journey_reading.py and journeys.py.
STEPS: dict[str, Any] = {
    "not_a_list": _("These steps can't be read: build them again."),
    "not_an_object": _("This step can't be read: delete it and add it again."),
    "bad_id": _("This step has no name of its own: delete it and add it again."),
    "id_twice": _("Two steps have the same name: delete one of them and add it again."),
    "unknown_kind": _("There is no such step: delete it and choose another."),
    "too_many_steps": _("A journey has at most %(most)s steps: leave some out."),
    "too_deep": _("Ways nest at most %(most)s deep: let some of it follow the branches."),
    "missing": _("Something has to be filled in here."),
    "too_long": _("At most %(most)s characters."),
    "unknown_choice": _("“%(given)s” can't be chosen here: choose another one."),
    "number_out_of_bounds": _("Give a whole number from %(least)s to %(most)s."),
    "bad_clock": _("Give a time, such as 09:00."),
    "bad_day": _("Give a day, or leave it empty for the next time."),
}
# What `missing` means where more can be said; by the last part of the place.
_MISSING: dict[str, Any] = {
    "template": _("Choose a text."),
    "media": _("Choose at least one channel, each once."),
    "condition": _("Set a condition: whom does this way take?"),
    "event": _("Choose what is waited for."),
    "endpoint": _("Choose a system."),
    "code": _("Choose what is given."),
    "title_zh": _("Say what is to be done, in Chinese or in English."),
}
# By the mistake's code; see campaigns/rules/entries.py.
ENTRIES: dict[str, Any] = {
    "not_an_object": _("When it begins can't be read: choose it again."),
    "missing": _("Choose what has to happen."),
    "bad_instant": _("Give a day and a time."),
    "naive_instant": _("Give a day and a time with its time zone."),
    "bad_clock": _("Give a time, such as 09:00."),
    "one_of_both": _("Choose days of the week or days of the month, not both."),
    "unknown_choice": _("Choose one of these: %(known)s."),
    "number_out_of_bounds": _("Give a whole number from %(least)s to %(most)s."),
}
UNREACHABLE = _("Nobody comes to this step: the journey has ended before it. Move it or delete it.")
_GONE: dict[str, Any] = {
    TEMPLATE: _("The text “%(code)s” isn't there: choose another."),
    COUPON: _("The coupon type “%(code)s” isn't there: choose another."),
    BENEFIT: _("The benefit “%(code)s” isn't there: choose another."),
    BADGE: _("The badge “%(code)s” isn't there: choose another."),
    TAG: _("The tag “%(code)s” isn't there: choose another."),
    ENDPOINT: _("The system “%(code)s” isn't there: choose another, or add its address."),
    EVENT: _("“%(code)s” never happens: choose something else to wait for."),
    ARM: _("There is nothing to split by: add a second variant to the campaign, or delete this."),
    CONDITION: _("This condition can't be read any more: set it again."),
}
_NOT_LIVE: dict[str, Any] = {
    COUPON: _("The coupon type “%(code)s” isn't live: publish it, or choose another."),
    BENEFIT: _("The benefit “%(code)s” isn't live: publish it, or choose another."),
    BADGE: _("The badge “%(code)s” is switched off: switch it on, or choose another."),
    TAG: _("The tag “%(code)s” is put on by a rule: choose one that is given by hand."),
    ENDPOINT: _("The system “%(code)s” is switched off: switch it on, or choose another."),
}


def of_steps(mistake: BadSteps) -> str:
    """The mistake in words; a code without words is shown, so that nothing is hidden."""
    field = mistake.where.rpartition(".")[2]
    if mistake.code == "missing" and field in _MISSING:
        return str(_MISSING[field])
    text = STEPS.get(mistake.code)
    return str(text) % mistake.values if text else mistake.code


def of_entry(mistake: BadEntry) -> str:
    text = ENTRIES.get(mistake.code)
    return str(text) % mistake.values if text else mistake.code


def of_missing(missing: Missing) -> str:
    """What a step names and can't have."""
    texts = _NOT_LIVE if missing.is_there and missing.what in _NOT_LIVE else _GONE
    return str(texts[missing.what]) % {"code": missing.code}
