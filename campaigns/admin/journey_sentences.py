"""A journey in words: each step a plain sentence, nested by its ways.

Every piece is a pattern of its own, so that a translator can turn the order of words.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from campaigns.admin import durations, event_words
from campaigns.admin.entry_sentences import entry_sentence, exit_sentences, goal_sentence
from campaigns.models import Campaign, CampaignVersion
from campaigns.rules.journey_steps import (
    Branch,
    End,
    Grant,
    Kind,
    Message,
    Mode,
    Split,
    Step,
    Task,
    Wait,
    WaitEvent,
    WaitUntil,
    Webhook,
)
from campaigns.rules.journeys import Flow
from campaigns.selectors import journey_references
from campaigns.selectors.journey_references import References
from campaigns.services import campaign_versions
from loyalty.admin import words
from members.admin import condition_sentences
from members.models.naming import in_language
from members.registry import member_fields
from members.registry.fields import Words
from members.rules.conditions import BadCondition
from members.selectors import member_conditions

__all__ = ["Line", "Way", "entry_sentence", "exit_sentences", "goal_sentence", "steps"]

ICONS: Mapping[str, str] = {
    Kind.WAIT: "hourglass_empty",
    Kind.WAIT_UNTIL: "schedule",
    Kind.WAIT_EVENT: "hearing",
    Kind.BRANCH: "call_split",
    Kind.SPLIT: "science",
    Kind.MESSAGE: "mail",
    Kind.GRANT: "redeem",
    Kind.TASK: "assignment_ind",
    Kind.WEBHOOK: "webhook",
    Kind.END: "flag",
}


@dataclass(frozen=True)
class Way:
    """One way out of a step: `Then`, `Otherwise`, `Variant A (50%)`."""

    code: str
    label: str
    lines: "tuple[Line, ...]"


@dataclass(frozen=True)
class Line:
    """One step: `where` is its place in the JSON, `icon` the name of a symbol."""

    id: str
    kind: str
    where: str
    text: str
    ways: tuple[Way, ...] = ()

    @property
    def icon(self) -> str:
        return ICONS.get(self.kind, "help")


@dataclass
class Teller:
    """Says steps; shared by all of a page, so that lists of choices are read once."""

    known: References = field(default_factory=References)
    # Hundredths of a percent by arm; empty where they don't matter.
    shares: Mapping[str, int] = field(default_factory=dict)
    said: Words = field(default_factory=lambda: Words(member_fields.vocabulary()))

    def step(self, step: Step) -> str:
        """One step as a sentence, without what its ways hold."""
        return _SAYING[step.kind](self, step)

    def way(self, kind: str, code: str) -> str:
        if kind == Kind.SPLIT:
            return arm(code, self.shares.get(code))
        return {
            "yes": pgettext("a way of a branch", "Then"),
            "no": _("Otherwise"),
            "heard": _("If it happens"),
            "else": _("If not"),
        }.get(code, code)


def steps(written: Sequence[Mapping[str, Any]], flow: Flow, teller: Teller) -> list[Line]:
    """The steps as they are written, nested; `flow` is what they were read into."""
    return _lines(written, "steps", flow, teller)


def of_campaign(campaign: Campaign) -> list[Line]:
    """The steps of the draft.

    Raises: BadSteps.
    """
    arms = campaign_versions.content_arms(campaign)
    return _told(campaign.steps, campaign_versions.flow_of(campaign), arms)


def of_version(version: CampaignVersion) -> list[Line]:
    """The steps as they were approved."""
    content = version.content
    return _told(content["steps"], campaign_versions.flow_of_version(version), content["arms"])


def of_flow(flow: Flow) -> dict[str, str]:
    """Each step's sentence, by its id."""
    teller = Teller(journey_references.references(flow))
    return {step.id: teller.step(step) for step in flow.steps.values()}


def arm(code: str, share: int | None = None) -> str:
    """`Variant A`, `Variant A (50%)`, `Held out`."""
    name = _("Held out") if code == "control" else _("Variant %(arm)s") % {"arm": code.upper()}
    if share is None:
        return name
    return _("%(name)s (%(share)s%%)") % {"name": name, "share": f"{share / 100:g}"}


def _told(
    written: Sequence[Mapping[str, Any]], flow: Flow, arms: Sequence[Mapping[str, Any]]
) -> list[Line]:
    shares = {one["code"]: one["share"] for one in arms}
    return steps(written, flow, Teller(journey_references.references(flow), shares))


def _lines(
    written: Sequence[Mapping[str, Any]], where: str, flow: Flow, teller: Teller
) -> list[Line]:
    return [_line(one, f"{where}[{at}]", flow, teller) for at, one in enumerate(written)]


def _line(written: Mapping[str, Any], where: str, flow: Flow, teller: Teller) -> Line:
    step = flow.steps[written["id"]]
    ways = tuple(
        Way(
            code,
            teller.way(step.kind, code),
            tuple(_lines(written.get(code, []), f"{where}.{code}", flow, teller)),
        )
        for code in sorted(step.ways, key=_order)
    )
    return Line(step.id, step.kind, where, teller.step(step), ways)


def _order(code: str) -> tuple[int, str]:
    order = ("yes", "no", "heard", "else")
    return (order.index(code) if code in order else len(order), code)


def _wait(teller: Teller, step: Wait) -> str:
    return _("Wait %(time)s") % {"time": durations.of_minutes(step.minutes)}


def _wait_until(teller: Teller, step: WaitUntil) -> str:
    clock = time_format(step.clock, "TIME_FORMAT")
    if step.on is None:
        return _("Wait until %(clock)s, the member's time") % {"clock": clock}
    values = {"clock": clock, "day": date_format(step.on, "DATE_FORMAT")}
    return _("Wait until %(day)s, %(clock)s, the member's time") % values


def _wait_event(teller: Teller, step: WaitEvent) -> str:
    values = {
        "time": durations.of_minutes(step.minutes),
        "does": event_words.does(step.event, same=step.same),
    }
    return _("Wait at most %(time)s until the member %(does)s") % values


def _branch(teller: Teller, step: Branch) -> str:
    try:
        condition = member_conditions.read(step.condition)
    except BadCondition:
        return _("By a condition that can't be read any more: mend it")
    sentence = condition_sentences.sentence(condition, teller.said)
    return _("If %(condition)s") % {"condition": sentence or _("always")}


def _split(teller: Teller, step: Split) -> str:
    return _("By the variant that the member was drawn into")


def _message(teller: Teller, step: Message) -> str:
    values = {
        "text": teller.known.name(journey_references.TEMPLATE, step.template),
        "media": media(step.media, step.mode),
    }
    told = _("Send “%(text)s” %(media)s") % values
    if step.expires_hours is None:
        return told
    hours = {"told": told, "time": durations.of_hours(step.expires_hours)}
    return _("%(told)s; after %(time)s it is dropped") % hours


def media(codes: Sequence[str], mode: str) -> str:
    """`by WeChat, else by SMS`, or `by WeChat and by SMS`."""
    told = [str(_media().get(code, code)) for code in codes]
    if mode == Mode.EACH:
        return condition_sentences.both(told)
    text = told[0]
    for one in told[1:]:
        text = _("%(first)s, else %(next)s") % {"first": text, "next": one}
    return text


def _media() -> Mapping[str, str]:
    return {
        "INBOX": _("to the inbox"),
        "EMAIL": _("by e-mail"),
        "SMS": _("by SMS"),
        "WECHAT": _("by WeChat"),
        "PUSH": _("by push"),
    }


def _grant(teller: Teller, step: Grant) -> str:
    if step.what == "POINTS":
        return _("Give %(points)s") % {"points": words.points(step.points)}
    values = {"name": teller.known.name(step.what, step.code), "count": f"{step.count:,}"}
    if step.what == "COUPON":
        one, many = _("Give the coupon “%(name)s”"), _("Give %(count)s × the coupon “%(name)s”")
        return (one if step.count == 1 else many) % values
    if step.what == "BENEFIT":
        return _benefit(step, values)
    if step.what == "BADGE":
        return _("Give the badge “%(name)s”") % values
    return _("Put the tag “%(name)s” on the member") % values


def _benefit(step: Grant, values: Mapping[str, str]) -> str:
    told = _("Give the benefit “%(name)s”") % values
    if step.count > 1:
        uses = ngettext("%(count)s use", "%(count)s uses", step.count) % values
        told = _("%(told)s, %(uses)s") % {"told": told, "uses": uses}
    if step.days is None:
        return told
    return _("%(told)s, for %(time)s") % {"told": told, "time": durations.of_days(step.days)}


def _task(teller: Teller, step: Task) -> str:
    values = {
        "title": in_language(step.title_zh, step.title_en),
        "time": durations.of_days(step.days),
    }
    return _("Ask the member's store within %(time)s: “%(title)s”") % values


def _webhook(teller: Teller, step: Webhook) -> str:
    name = teller.known.name(journey_references.ENDPOINT, step.endpoint)
    return _("Tell the system “%(name)s”") % {"name": name}


def _end(teller: Teller, step: End) -> str:
    return _("The journey ends here")


_SAYING: Mapping[str, Callable[..., str]] = {
    Kind.WAIT: _wait,
    Kind.WAIT_UNTIL: _wait_until,
    Kind.WAIT_EVENT: _wait_event,
    Kind.BRANCH: _branch,
    Kind.SPLIT: _split,
    Kind.MESSAGE: _message,
    Kind.GRANT: _grant,
    Kind.TASK: _task,
    Kind.WEBHOOK: _webhook,
    Kind.END: _end,
}
