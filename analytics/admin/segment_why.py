"""Why a member is in a segment, or isn't, in words: each comparison with what it saw."""

from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

from analytics.admin import segment_words
from analytics.models import Segment
from analytics.selectors import segment_members
from analytics.selectors.segment_members import Why
from members.admin import condition_sentences
from members.errors import NotFound
from members.models import Member
from members.registry.fields import Words
from members.rules.conditions import Leaf, LeafResult
from members.selectors import member_conditions


def told(segment: Segment, member: Member, *, at: datetime) -> dict[str, Any]:
    """What the template needs.

    Raises: BadCondition; NotFound.
    """
    why = segment_members.why(segment=segment, member_id=member.pk, at=at)
    if why is None:
        raise NotFound
    said = segment_words.words()
    leaves = member_conditions.read(segment.condition).leaves
    compared = zip(leaves, why.explanation.leaves, strict=True)
    return {
        "segment": segment,
        "member": member,
        "is_in": why.since_at is not None,
        "standing": _standing(why),
        "reasons": _reasons(segment, why),
        "sentence": segment_words.sentence(segment.condition, said),
        "leaves": [_compared(leaf, result, said) for leaf, result in compared],
    }


def _standing(why: Why) -> str:
    if why.since_at is None:
        return gettext("Not in the segment, as of its last build.")
    since = date_format(localtime(why.since_at), "SHORT_DATETIME_FORMAT")
    return gettext("In the segment since %(since)s.") % {"since": since}


def _reasons(segment: Segment, why: Why) -> list[str]:
    """What decided, before the comparisons."""
    reasons = [segment_words.why_not_asked(why.explanation.reason)]
    if why.by_hand is not None:
        by_hand = gettext("Put in by hand, whatever the condition says.")
        kept_out = gettext("Kept out by hand, whatever the condition says.")
        reasons.append(by_hand if why.by_hand else kept_out)
    if segment.condition and not why.explanation.reason:
        meets = gettext("The condition is true of them now.")
        reasons.append(
            meets if why.explanation.is_met else gettext("The condition is not true of them now.")
        )
        if why.by_hand is None and why.explanation.is_met != (why.since_at is not None):
            reasons.append(gettext("It was otherwise at the last build: the next one mends it."))
    return [one for one in reasons if one]


def _compared(leaf: Leaf, result: LeafResult, said: Words) -> dict[str, Any]:
    return {
        "asked": condition_sentences.leaf(leaf, said),
        "seen": _seen(result, said),
        "is_met": result.is_met,
    }


def _seen(result: LeafResult, said: Words) -> str:
    seen = result.seen
    if seen is None:
        return gettext("nothing known")
    if isinstance(seen, list | tuple | set | frozenset) and not seen:
        return gettext("none")
    return condition_sentences.value_text(result.field, seen, said)
