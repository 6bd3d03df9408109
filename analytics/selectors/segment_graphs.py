"""What segments and rules of tags are made of, read from their conditions."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics.models import Segment
from analytics.registry.segment_users import SegmentUser
from analytics.rules import segment_graphs as rules
from members.models import TagRule


def graph() -> dict[str, set[str]]:
    """Three queries at most, however many there are."""
    found: dict[str, set[str]] = {}
    for code, condition, tag_code in _segments():
        found.setdefault(segment(code), set()).update(rules.references(condition))
        if tag_code:
            found.setdefault(tag(tag_code), set()).add(segment(code))
    for code, condition in _tag_rules():
        found.setdefault(tag(code), set()).update(rules.references(condition))
    return found


def segment(code: str) -> str:
    return f"segment:{code}"


def tag(code: str) -> str:
    return f"tag:{code}"


def segments_using(asked: Segment) -> Sequence[SegmentUser]:
    """Other segments that ask for this one."""
    wanted = segment(asked.code)
    rows = Segment.objects.filter(is_archived=False).exclude(pk=asked.pk).order_by("code")
    return [
        SegmentUser(_("segment"), str(row) or row.code)
        for row in rows
        if wanted in rules.references(row.condition)
    ]


def tag_rules_using(asked: Segment) -> Sequence[SegmentUser]:
    wanted = segment(asked.code)
    rows = TagRule.objects.filter(is_active=True).select_related("tag").order_by("tag__code")
    return [
        SegmentUser(_("rule of the tag"), str(row.tag) or row.tag.code)
        for row in rows
        if wanted in rules.references(row.condition)
    ]


def tag_using(asked: Segment) -> Sequence[SegmentUser]:
    """Rules at the till may read the tag that it is published as."""
    if asked.tag is None:
        return ()
    return (SegmentUser(_("published as the tag"), str(asked.tag) or asked.tag.code),)


def _segments() -> list[tuple[str, Any, str | None]]:
    rows = Segment.objects.filter(is_archived=False)
    return list(rows.values_list("code", "condition", "tag__code"))


def _tag_rules() -> list[tuple[str, Any]]:
    return list(TagRule.objects.filter(is_active=True).values_list("tag__code", "condition"))
