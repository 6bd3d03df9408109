"""The steps of a journey with the members who are at each, and who went which way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.admin import journey_sentences
from campaigns.admin.journey_sentences import Line
from campaigns.models import Campaign, CampaignVersion, StepRecord
from campaigns.rules.journey_steps import Kind
from campaigns.selectors import journey_counts
from campaigns.selectors.journey_counts import Passed

_Outcome = StepRecord.Outcome


@dataclass(frozen=True)
class ShownWay:
    """`told` says how many members went it."""

    label: str
    told: str
    lines: "tuple[Shown, ...]"


@dataclass(frozen=True)
class Shown:
    """One step for the page: `here` says how many stand at it, `passed` what became of others."""

    icon: str
    text: str
    here: str
    passed: tuple[str, ...]
    ways: tuple[ShownWay, ...]


def of_draft(campaign: Campaign) -> list[Shown]:
    """Without counts. Raises: BadSteps."""
    return _shown(journey_sentences.of_campaign(campaign), {}, {})


def of_version(version: CampaignVersion) -> list[Shown]:
    """With the counts of all runs of this version; two queries for them."""
    here = journey_counts.standing(version_ids=[version.pk])
    passed = journey_counts.passed(version_ids=[version.pk])
    return _shown(journey_sentences.of_version(version), here, passed)


def _shown(
    lines: Sequence[Line], here: Mapping[str, int], passed: Mapping[str, Passed]
) -> list[Shown]:
    return [_one(line, here, passed) for line in lines]


def _one(line: Line, here: Mapping[str, int], passed: Mapping[str, Passed]) -> Shown:
    found = passed.get(line.id, Passed())
    ways = tuple(
        ShownWay(
            way.label,
            _members(found.by_way.get(way.code, 0)) if passed else "",
            tuple(_shown(way.lines, here, passed)),
        )
        for way in line.ways
    )
    standing = _standing(here.get(line.id, 0))
    return Shown(line.icon, line.text, standing, _outcomes(line, found), ways)


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
