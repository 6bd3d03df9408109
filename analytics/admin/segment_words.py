"""Segments in the operators' words: the rule as a sentence, counts, and what a build did."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from analytics.models import Segment, SegmentBuild
from analytics.services import segment_overrides
from members.admin import condition_sentences, labels
from members.models import Consent
from members.registry import member_fields
from members.registry.fields import Words
from members.rules.conditions import BadCondition
from members.selectors import member_conditions

KINDS: Mapping[str, Any] = {
    "DYNAMIC": _("Dynamic: the condition is judged anew at every refresh."),
    "STATIC": _("Static: judged once at most; then members are put in and taken out by hand."),
    "SNAPSHOT": _("Snapshot: judged once, and never changes again."),
}
BUILD_COLORS = {
    "QUEUED": "info",
    "RUNNING": "primary",
    "DONE": "success",
    "FAILED": "danger",
    "SUPERSEDED": "warning",
    "CANCELED": "warning",
}
# Why nobody asks of a member at all: their state in small letters, or that they objected.
_REASONS: Mapping[str, Any] = {
    "profiling": _("This member objected to being profiled, and so is in no segment."),
    "restricted": _("The use of this member's data is restricted, and so they are in no segment."),
    "merged": _("This card was merged into another one: ask about that one."),
    "erased": _("This member was erased."),
}


def words() -> Words:
    return Words(member_fields.vocabulary())


def sentence(tree: Mapping[str, Any], said: Words) -> str:
    """The condition in the reader's words; one that can't be read any more says so."""
    if not tree:
        return gettext("No condition: members are chosen by hand")
    try:
        return condition_sentences.sentence(member_conditions.read(tree), said)
    except BadCondition:
        return gettext("The condition can't be read any more: mend it.")


def in_both_languages(tree: Mapping[str, Any]) -> list[tuple[str, str]]:
    """By language its code and the sentence, the reader's own first."""
    own = translation.get_language()
    codes = sorted((code for code, _name in settings.LANGUAGES), key=lambda code: code != own)
    told = []
    for code in codes:
        with translation.override(code):
            # Labels of choices are of one language.
            told.append((code, sentence(tree, words())))
    return told


def counted(count: int | None) -> str:
    if count is None:
        return gettext("Too many to count while you wait: build the segment, and it is counted.")
    return ngettext("%(count)s member now", "%(count)s members now", count) % {
        "count": f"{count:,}"
    }


def reached(reach: Mapping[str, int]) -> list[tuple[str, int]]:
    """Each medium with how many members it reaches, in the product's order."""
    return [(str(medium.label), reach.get(medium.value, 0)) for medium in Consent.Medium]


def built_by(build: SegmentBuild) -> str:
    """What made the change."""
    if build.message == segment_overrides.BY_HAND:
        return gettext("by hand")
    return gettext("version %(number)s") % {"number": build.version}


def kind_help() -> str:
    return " ".join(str(text) for text in KINDS.values())


def why_not_asked(reason: str) -> str:
    return str(_REASONS.get(reason, "")) if reason else ""


def kind_label(segment: Segment) -> str:
    """`Dynamic`: a list has no room for what it means."""
    labels = {
        "DYNAMIC": gettext("Dynamic"),
        "STATIC": gettext("Static"),
        "SNAPSHOT": gettext("Snapshot"),
    }
    return labels.get(segment.kind, segment.kind)


def state(row: Segment) -> labels.Label:
    """How the last build stands; an archived one isn't built."""
    if row.is_archived:
        return labels.label("ARCHIVED", gettext("Archived"))
    if row.build is None:
        return labels.label("QUEUED", gettext("Never built"))
    return labels.label(row.build.state, row.build.get_state_display())
