"""The steps of a journey with the members who are at each, and who went which way."""

from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.admin import effect_words, journey_sentences
from campaigns.admin.journey_sentences import Line
from campaigns.models import Campaign, CampaignVersion, Delivery, Enrollment, StepRecord
from campaigns.rules.journey_steps import Kind
from campaigns.selectors.journey_counts import Counted, Counts, Passed

_Outcome = StepRecord.Outcome
_State = Enrollment.State
_SENT = (Delivery.State.SENT, Delivery.State.DELIVERED, Delivery.State.BOUNCED)
_NOT_SENT = (Delivery.State.SKIPPED, Delivery.State.EXPIRED, Delivery.State.KILLED)
_FAILED = (Delivery.State.FAILED,)


@dataclass(frozen=True)
class ShownWay:
    """`told` says how many members went it."""

    label: str
    told: str
    lines: "tuple[Shown, ...]"


@dataclass(frozen=True)
class Shown:
    """One step for the page: `here` says how many stand at it, `passed` what became of others, and
    `reasons` why some were not written to."""

    icon: str
    text: str
    here: str
    passed: tuple[str, ...]
    reasons: str
    ways: tuple[ShownWay, ...]


def of_draft(campaign: Campaign) -> list[Shown]:
    """Without counts. Raises: BadSteps."""
    return [_one(line, None) for line in journey_sentences.of_campaign(campaign)]


def of_version(version: CampaignVersion, counts: Counts) -> list[Shown]:
    """With where members stand."""
    return [_one(line, counts) for line in journey_sentences.of_version(version)]


def totals(counts: Counts) -> list[str]:
    """Of all who came in: how many are on the way, through, out before the end and left out, the
    last two with their reasons. They make all."""
    whole = ngettext("%(count)s member came in", "%(count)s members came in", counts.members_count)
    told = [whole % {"count": f"{counts.members_count:,}"}]
    going = sum(n for (state, _reason), n in counts.members.items() if state in Enrollment.LIVE)
    for pattern, count in (
        (_("%(count)s on the way"), going),
        (_("%(count)s through"), _sum(counts.members, _State.DONE)),
        (_("%(count)s left before the end"), _sum(counts.members, _State.EXITED)),
        (_("%(count)s left out"), _sum(counts.members, _State.EXCLUDED)),
    ):
        if count:
            told.append(pattern % {"count": f"{count:,}"})
    return told


def silent(counts: Counts) -> str:
    """How many were given something that nobody told them of; empty: nobody."""
    if not counts.silent_count:
        return ""
    told = ngettext(
        "%(count)s member was given something and no message reached them: a message that may not "
        "be sent lets the journey go on.",
        "%(count)s members were given something and no message reached them: a message that may "
        "not be sent lets the journey go on.",
        counts.silent_count,
    )
    return told % {"count": f"{counts.silent_count:,}"}


def reasons(counted: Counted, *states: str) -> str:
    """`No consent 1,204 · Enough messages for now 37`, the most first."""
    found = Counter[str]()
    for (state, reason), count in counted.items():
        if state in states and reason:
            found[effect_words.reason(reason)] += count
    return " · ".join(f"{name} {count:,}" for name, count in found.most_common())


def _one(line: Line, counts: Counts | None) -> Shown:
    passed = counts.passed.get(line.id, Passed()) if counts else Passed()
    ways = tuple(
        ShownWay(
            way.label,
            _members(passed.by_way.get(way.code, 0)) if counts else "",
            tuple(_one(inner, counts) for inner in way.lines),
        )
        for way in line.ways
    )
    messages = counts.messages.get(line.id, {}) if counts else {}
    return Shown(
        line.icon,
        line.text,
        _standing(counts.standing.get(line.id, 0) if counts else 0),
        _sent(messages) if line.kind == Kind.MESSAGE else _outcomes(line, passed),
        reasons(messages, *_NOT_SENT, *_FAILED),
        ways,
    )


def _sent(messages: Counted) -> tuple[str, ...]:
    """`1,204 sent`, `37 not sent`; every message is in one of them."""
    told = (
        (_("%(count)s sent"), _SENT),
        (_("%(count)s wait to be sent"), Delivery.OPEN),
        (_("%(count)s not sent"), _NOT_SENT),
        (_("%(count)s failed"), _FAILED),
        (_("%(count)s unknown"), (Delivery.State.UNKNOWN,)),
        (_("%(count)s held out"), (Delivery.State.GHOST,)),
    )
    return tuple(
        text % {"count": f"{count:,}"}
        for text, states in told
        if (count := _sum(messages, *states))
    )


def _sum(counted: Counted, *states: str) -> int:
    return sum(count for (state, _reason), count in counted.items() if state in states)


def _standing(count: int) -> str:
    if not count:
        return ""
    return ngettext("%(count)s member is here", "%(count)s members are here", count) % {
        "count": f"{count:,}"
    }


def _members(count: int) -> str:
    return ngettext("%(count)s member", "%(count)s members", count) % {"count": f"{count:,}"}


def _outcomes(line: Line, passed: Passed) -> tuple[str, ...]:
    """`1,204 done`, `37 left out`, `120 held out`; ways are told beside themselves. Of a task we
    know that the store was asked: whether it is done, the tasks say."""
    told = {
        _Outcome.DONE: _("%(count)s asked") if line.kind == Kind.TASK else _("%(count)s done"),
        _Outcome.SKIPPED: _("%(count)s left out"),
        _Outcome.FAILED: _("%(count)s failed"),
        _Outcome.GHOST: _("%(count)s held out"),
    }
    return tuple(
        text % {"count": f"{passed.by_outcome[outcome]:,}"}
        for outcome, text in told.items()
        if passed.by_outcome.get(outcome)
    )
