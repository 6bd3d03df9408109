"""A journey as somebody builds it: each step as a sentence, each mistake at its place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.admin import entry_sentences, journey_mistakes
from campaigns.admin.journey_sentences import Teller
from campaigns.rules import journey_mistakes as rules
from campaigns.rules.journey_reading import BadSteps
from campaigns.rules.journey_steps import Branch, Kind, Step
from campaigns.selectors import journey_references
from members.admin import condition_fields, condition_problems
from members.registry import member_fields
from members.registry.fields import Words
from members.rules import conditions
from members.rules.conditions import BadCondition

__all__ = ["Checked", "Mistake", "check"]


@dataclass(frozen=True)
class Mistake:
    """`step` is the place of the step (`steps[2].yes[0]`), `field` the part of it that is wrong."""

    step: str
    field: str
    text: str


@dataclass(frozen=True)
class Checked:
    """`sentences` by the place of each step that can be read."""

    sentences: Mapping[str, str]
    mistakes: Sequence[Mistake]
    exits: Sequence[str]

    def document(self) -> dict[str, Any]:
        return {
            "sentences": self.sentences,
            "mistakes": [vars(one) for one in self.mistakes],
            "exits": self.exits,
            "summary": self.summary,
        }

    @property
    def summary(self) -> str:
        count = len(self.mistakes)
        if not count:
            return _("Nothing to mend.")
        return ngettext("%(count)s thing to mend", "%(count)s things to mend", count) % {
            "count": count
        }


def check(steps: Any, exits: Any, *, shares: Mapping[str, int]) -> Checked:
    """What can be said of these steps, and all that has to be mended. `shares` are the campaign's
    arms, in hundredths of a percent."""
    found = rules.find(steps, arms=shares)
    teller = Teller(journey_references.of_steps(found.steps.values()), shares)
    mistakes = [
        *(_of_rules(one) for one in found.mistakes),
        *_missing(found.steps, teller),
        *_unknown_choices(found.steps, teller.said),
        *([] if found.mistakes else _unreachable(steps, tuple(shares))),
        *_bad_exits(exits),
    ]
    return Checked(
        sentences={where: teller.step(step) for where, step in found.steps.items()},
        mistakes=sorted(mistakes, key=lambda one: one.step),
        exits=entry_sentences.exits(exits),
    )


def _of_rules(mistake: BadSteps) -> Mistake:
    step, field = _place(mistake.where)
    return Mistake(step, field, journey_mistakes.of_steps(mistake))


def _place(where: str) -> tuple[str, str]:
    """The step and the part of it: `steps[2].yes[0].minutes` is `minutes` of `steps[2].yes[0]`."""
    if where.endswith("]"):
        return where, ""
    step, _dot, field = where.rpartition(".")
    return (step, field) if step else (where, "")


def _missing(steps: Mapping[str, Step], teller: Teller) -> Iterator[Mistake]:
    for where, step in steps.items():
        for one in journey_references.missing_of([step], teller.known):
            yield Mistake(where, one.field, journey_mistakes.of_missing(one))


def _unknown_choices(steps: Mapping[str, Step], said: Words) -> Iterator[Mistake]:
    """Values that a condition names and that aren't there any more."""
    for where, step in steps.items():
        if not isinstance(step, Branch):
            continue
        try:
            condition = conditions.parse(step.condition, member_fields.vocabulary().fields)
        except BadCondition:
            continue
        for problem in condition_fields.unknown_choices(condition, said):
            yield Mistake(where, "condition", condition_problems.text(problem))


def _unreachable(steps: Any, arms: Sequence[str]) -> Iterator[Mistake]:
    """What stands behind an end, or behind a step all of whose ways end."""
    for where, _one in _behind_ends(steps, arms, "steps"):
        yield Mistake(where, "", str(journey_mistakes.UNREACHABLE))


def _behind_ends(steps: Any, arms: Sequence[str], where: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(steps, list):
        return
    has_ended = False
    for at, one in enumerate(steps):
        if has_ended:
            yield f"{where}[{at}]", one
            return
        for way in rules.ways_of(one, arms):
            yield from _behind_ends(one.get(way, []), arms, f"{where}[{at}].{way}")
        has_ended = _ends(one, arms)


def _ends(one: Any, arms: Sequence[str]) -> bool:
    if not isinstance(one, dict):
        return False
    if one.get("kind") == Kind.END:
        return True
    ways = [one.get(way, []) for way in rules.ways_of(one, arms)]
    return bool(ways) and all(
        isinstance(way, list) and any(_ends(step, arms) for step in way) for way in ways
    )


def _bad_exits(exits: Any) -> Iterator[Mistake]:
    for at, one in enumerate(exits if isinstance(exits, list) else []):
        event = one.get("event") if isinstance(one, dict) else None
        if not isinstance(event, str) or not journey_references.may_end(event):
            yield Mistake(f"exits[{at}]", "event", _("Choose what ends it for a member."))
