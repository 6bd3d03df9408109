"""Whether an entry's rule, the exits and the goal ask for what events can tell."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from campaigns.registry import trigger_events
from campaigns.rules import gift_facts
from campaigns.rules.entries import Entry, EventEntry, Happening
from campaigns.rules.journey_steps import Grant, Kind
from campaigns.rules.journeys import BadSteps
from campaigns.services import campaign_versions
from members.registry.behavior_events import NOTICED
from members.registry.facts import FACTS
from members.rules.behavior_events import KINDS
from members.rules.conditions import BadCondition
from members.selectors import member_conditions

# The place in the campaign, and how to mend it.
Found = tuple[str, Any]


def problems(campaign: Campaign, entry: Entry) -> list[Found]:
    """All that can never come true, or can't be read."""
    found = list(_of_endings(campaign))
    if campaign.condition:
        try:
            member_conditions.read(campaign.condition)
        except BadCondition:
            found.append(("condition", _("The condition can't be read: set it anew.")))
    if isinstance(entry, EventEntry):
        found += _of_happening("entry_rule", entry.happening)
        if entry.without is not None:
            found += _of_happening("entry_rule.without", entry.without)
        found += _of_subject(entry)
        found += _of_gifts(campaign, entry)
    return found


def _of_happening(where: str, happening: Happening) -> Iterator[Found]:
    known = trigger_events.known(happening.event)
    if known is None:
        text = _("No campaign can begin with “%(event)s”: choose another event.")
        yield f"{where}.event", text % {"event": happening.event}
        return
    if happening.behavior and (happening.event != NOTICED or happening.behavior not in KINDS):
        text = _("There is no behavior “%(kind)s”: choose another.")
        yield f"{where}.behavior", text % {"kind": happening.behavior}
    for name in happening.matches:
        if not known.may_match(name):
            text = _("The event doesn't tell “%(name)s”: ask for another value.")
            yield f"{where}.matches", text % {"name": name}


def _of_subject(entry: EventEntry) -> Iterator[Found]:
    text = _("This event is about no product, so it can't be asked for one.")
    happenings = [entry.happening, *([entry.without] if entry.same and entry.without else [])]
    if (entry.same or "product" in entry.keys) and not all(map(_has_product, happenings)):
        yield "entry_rule.same" if entry.same else "entry_rule.keys", text
    known = trigger_events.known(entry.happening.event)
    if "order" in entry.keys and known is not None and not known.has_order:
        yield "entry_rule.keys", _("This event is about no order, so it can't be asked for one.")


def _of_gifts(campaign: Campaign, entry: EventEntry) -> Iterator[Found]:
    """What is given is told too: without a key it would bring the member in for ever."""
    if entry.keys or campaign.re_entry_days is not None:
        return
    try:
        gifts = campaign_versions.flow_of(campaign).of_kind(Kind.GRANT)
    except BadSteps:
        return
    told = [told for one in gifts if isinstance(one, Grant) for told in gift_facts.told_of(one)]
    if any(not one.is_once and gift_facts.begins(one, entry.happening) for one in told):
        text = _(
            "What it gives would bring the member in again, without end: say once for what, or "
            "after how many days again."
        )
        yield "entry_rule.keys", text


def _has_product(happening: Happening) -> bool:
    known = trigger_events.known(happening.event)
    return known is None or known.has_product


def _of_endings(campaign: Campaign) -> Iterator[Found]:
    asked = [("exits", one.get("event", "")) for one in campaign.exits if isinstance(one, dict)]
    for where, event in (*asked, ("goal_event", campaign.goal_event)):
        name, _colon, kind = event.partition(":")
        is_known = name in FACTS and trigger_events.may_end(name)
        if event and (not is_known or (kind and (name != NOTICED or kind not in KINDS))):
            text = _("Nothing is told as “%(event)s”: choose another event.")
            yield where, text % {"event": event}
