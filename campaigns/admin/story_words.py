"""A member's way through a campaign in sentences, with what could be changed where it ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from campaigns.admin import delivery_words, effect_words, journey_sentences
from campaigns.models import CampaignVersion, ClerkTask, Delivery, Enrollment, Run, StepRecord
from campaigns.rules.journey_steps import Kind
from campaigns.rules.journeys import BadSteps
from campaigns.selectors.campaign_stories import Story
from campaigns.services import campaign_versions

# What can be done about a reason, and where.
_HINTS: Mapping[str, Any] = {
    "campaign_state": gettext_lazy(
        "Only a campaign that runs sends: resume it if it is paused; one that has ended can be "
        "copied."
    ),
    "member_state": gettext_lazy("The member is restricted, merged or erased: see the profile."),
    "holdout": gettext_lazy("Drawn for the hold-out of all campaigns: nothing is to be done."),
    "consent": gettext_lazy("Only the member can allow it: at the counter or in their app."),
    "guardian": gettext_lazy("A parent's consent is recorded on the tab “Protection”."),
    "address": gettext_lazy("Add the address or phone to the profile, if the member tells it."),
    "suppressed": gettext_lazy(
        "Under “Suppressed addresses” it can be let go of, if the member asks for it."
    ),
    "contact_credit": gettext_lazy("The member has to grant another message in the mini-program."),
    "priority": gettext_lazy("Raise this campaign's priority, or wait."),
    "frequency_cap": gettext_lazy(
        "The contact policy limits messages; the campaign may wait or take another channel."
    ),
    "expired": gettext_lazy("The campaign's hours until a message expires can be more."),
    "budget": gettext_lazy("Raise the campaign's budget: it needs another approval."),
    "missing_variable": gettext_lazy("Give the text a default for what isn't known of members."),
    "bounced": gettext_lazy("Ask the member for another address."),
    "refused": gettext_lazy("The provider refused it: see the message."),
    "unreachable": gettext_lazy("Under “Messages” it can be sent again."),
    "unknown": gettext_lazy("Whether it arrived only the member knows; it isn't sent by itself."),
}
_OUTCOMES: Mapping[str, Any] = {
    "DONE": gettext_lazy("done"),
    "SKIPPED": gettext_lazy("left out"),
    "FAILED": gettext_lazy("failed"),
    "YES": gettext_lazy("yes"),
    "NO": gettext_lazy("no"),
    "HEARD": gettext_lazy("it happened"),
    "TIMED_OUT": gettext_lazy("it didn't happen in time"),
    "GHOST": gettext_lazy("held out: nothing was done"),
}
# A task tells itself how far it is, and which variant somebody drew stands at the beginning.
_TOLD_ELSEWHERE = (Kind.TASK, Kind.SPLIT)
# Of a message: they were told, or may be yet.
_TOLD = ("QUEUED", "CLAIMED", "SENT", "DELIVERED", "UNKNOWN", "GHOST")
_GOOD = ("DONE", "YES", "HEARD", "SENT", "DELIVERED")


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """`tone` is "good", "bad" or ""; `hint` says how it could be changed."""

    text: str
    at: datetime | None = None
    detail: str = ""
    tone: str = ""
    hint: str = ""


def sentences(story: Story, *, shows_arm: bool) -> list[Sentence]:
    """The story from coming in to the end. Without `shows_arm` nothing tells the variant."""
    steps = _steps(story.enrollment.version)
    happened = [
        *(_message(one, steps) for one in story.messages),
        *(_record(one, steps) for one in story.records if one.kind not in _TOLD_ELSEWHERE),
        *(_task(one, steps) for one in story.tasks),
    ]
    happened.sort(key=lambda one: (one.at is None, one.at or story.enrollment.entered_at))
    found = [_entered(story.enrollment), *_arm(story.enrollment, shows_arm), *happened]
    return [*found, *_silent(story), *_goal(story.enrollment), _end(story.enrollment)]


def hint(reason: str) -> str:
    return str(_HINTS.get(reason, ""))


def _entered(way: Enrollment) -> Sentence:
    if way.run.kind == Run.Kind.FROZEN:
        due = date_format(localtime(way.run.due_at), "SHORT_DATETIME_FORMAT")
        text = _("Came in with the audience of the run of %(due)s.") % {"due": due}
        return Sentence(text=text, at=way.entered_at)
    begun = journey_sentences.entry_sentence(way.campaign)
    about = [
        str(way.context[name])
        for name in ("product", "order")
        if isinstance(way.context.get(name), str | int) and way.context.get(name)
    ]
    return Sentence(
        text=_("Came in by an event: %(entry)s") % {"entry": begun},
        at=way.entered_at,
        detail=", ".join(about),
    )


def _arm(way: Enrollment, shows_arm: bool) -> list[Sentence]:
    if way.is_control:
        return [
            Sentence(
                text=_("Held out for comparison: goes the same way, and gets nothing."),
            )
        ]
    if not shows_arm:
        return []
    return [Sentence(text=_("Drawn for: %(arm)s.") % {"arm": effect_words.arm(way.arm)})]


def _message(one: Delivery, steps: Mapping[str, str]) -> Sentence:
    reason = one.reason or ("unknown" if one.state == Delivery.State.UNKNOWN else "")
    happened = [
        (pgettext("it happened to a message", "sent"), one.sent_at),
        (pgettext("it happened to a message", "delivered"), one.delivered_at),
        (pgettext("it happened to a message", "opened"), one.opened_at),
        (_("link followed"), one.clicked_at),
    ]
    told = [
        f"{name} {date_format(localtime(moment), 'SHORT_DATETIME_FORMAT')}"
        for name, moment in happened
        if moment is not None
    ]
    values = {
        "step": steps.get(one.step, _("Message")),
        "medium": delivery_words.medium(one.medium),
        "state": one.get_state_display(),
    }
    because = [delivery_words.reason(one.reason)] if one.reason else []
    before = delivery_words.tried(one)
    if before:
        because.append(_("before it: %(tried)s") % {"tried": before})
    return Sentence(
        text=_("%(step)s – %(medium)s: %(state)s") % values,
        at=one.queued_at,
        detail="; ".join([*because, *told]),
        tone="good" if one.state in _GOOD else "" if one.state in ("QUEUED", "CLAIMED") else "bad",
        hint=hint(reason),
    )


def _record(one: StepRecord, steps: Mapping[str, str]) -> Sentence:
    outcome = str(_OUTCOMES.get(one.outcome, one.outcome))
    step = steps.get(one.step, one.kind)
    return Sentence(
        text=_("%(step)s: %(outcome)s") % {"step": step, "outcome": outcome},
        at=one.recorded_at,
        detail=one.detail if one.outcome in ("SKIPPED", "FAILED") else "",
        tone="good" if one.outcome in _GOOD else "bad" if one.outcome == "FAILED" else "",
    )


def _task(one: ClerkTask, steps: Mapping[str, str]) -> Sentence:
    values = {"task": one.name, "state": one.get_state_display()}
    return Sentence(text=_("Task “%(task)s”: %(state)s") % values, at=one.created_at)


def _silent(story: Story) -> list[Sentence]:
    """A skipped message lets the journey go on: what it gave, nobody told them of."""
    has_gift = any(one.kind == Kind.GRANT and one.outcome == "DONE" for one in story.records)
    untold = [one for one in story.messages if one.state not in _TOLD]
    if not has_gift or not story.messages or len(untold) < len(story.messages):
        return []
    text = _("Something was given, and no message reached them: they don't know of it.")
    return [Sentence(text=text, tone="bad", hint=hint(untold[0].reason))]


def _goal(way: Enrollment) -> list[Sentence]:
    if way.converted_at is None:
        return []
    return [Sentence(text=_("Reached the goal."), at=way.converted_at, tone="good")]


def _end(way: Enrollment) -> Sentence:
    if way.state in Enrollment.LIVE:
        if way.due_at is not None:
            due = date_format(localtime(way.due_at), "SHORT_DATETIME_FORMAT")
            return Sentence(text=_("Still on the way; goes on at %(due)s.") % {"due": due})
        return Sentence(text=_("Still on the way: %(state)s.") % {"state": way.get_state_display()})
    if way.state == Enrollment.State.DONE:
        return Sentence(text=_("Went through to the end."), at=way.ended_at)
    values = {"reason": effect_words.reason(way.reason)}
    text = _("Left out: %(reason)s") if way.state == "EXCLUDED" else _("Left: %(reason)s")
    return Sentence(text=text % values, at=way.ended_at, tone="bad", hint=hint(way.reason))


def _steps(version: CampaignVersion) -> dict[str, str]:
    """Each step's sentence by its id."""
    try:
        flow = campaign_versions.flow_of_version(version)
    except (BadSteps, KeyError):
        return {}
    return journey_sentences.of_flow(flow)
