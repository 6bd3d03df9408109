"""Segments that build themselves, every hour or every night, each behind what it is made of."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog

from analytics.models import Segment, SegmentBuild
from analytics.rules import segment_graphs as graphs
from analytics.selectors import segment_graphs
from analytics.services import segment_builds, segment_members
from members.errors import DomainError
from members.models import TagRule
from members.rules.conditions import BadCondition
from members.services import tag_rules

logger = structlog.get_logger(__name__)
# A build that was heard of so lately is at work: the hour doesn't overtake it.
ALIVE = timedelta(minutes=10)
_Refresh = Segment.Refresh


def hourly(*, at: datetime) -> Iterator[int]:
    """Builds what is refreshed every hour; yields how many members came or left, part by part."""
    segment_builds.close_dead(at=at)
    codes = {
        segment.code: segment
        for segment in _due((_Refresh.HOURLY,))
        if not _is_at_work(segment, at)
    }
    for node in graphs.ordered(segment_graphs.graph()):
        kind, _colon, code = node.partition(":")
        if kind == "segment" and code in codes:
            yield from _build(codes[code], at)


def nightly(*, at: datetime) -> Iterator[int]:
    """Builds all that refreshes by itself; rules of tags that ask for a segment are judged again
    in their turn. Yields as `hourly`."""
    segment_builds.close_dead(at=at)
    segment_members.sweep()
    due = {segment.code: segment for segment in _due((_Refresh.HOURLY, _Refresh.NIGHTLY))}
    rules = {
        rule.tag.code: rule for rule in TagRule.objects.filter(is_active=True).select_related("tag")
    }
    known = segment_graphs.graph()
    for node in graphs.ordered(known):
        kind, _colon, code = node.partition(":")
        if kind == "segment" and code in due:
            yield from _build(due[code], at)
        elif kind == "tag" and code in rules and graphs.leads_to(known, node, "segment"):
            yield from _judge(rules[code], at)


def _due(refreshes: tuple[_Refresh, ...]) -> list[Segment]:
    """Dynamic ones, and chosen ones that were never built."""
    rows = Segment.objects.filter(is_archived=False, refresh__in=refreshes).order_by("code")
    return [
        segment
        for segment in rows
        if segment.kind == Segment.Kind.DYNAMIC or (segment.condition and segment.built_at is None)
    ]


def _is_at_work(segment: Segment, at: datetime) -> bool:
    going = segment.builds.filter(state=SegmentBuild.State.RUNNING, version=segment.version)
    return going.filter(heartbeat_at__gt=at - ALIVE).exists()


def _build(segment: Segment, at: datetime) -> Iterator[int]:
    """One that can't be built holds up no other: its page says why."""
    try:
        build = segment_builds.begin(segment_id=segment.pk, at=at)
        yield from segment_builds.building(build=build, at=at)
    except DomainError as refusal:
        logger.warning("segment_not_built", segment=segment.code, code=refusal.code)


def _judge(rule: TagRule, at: datetime) -> Iterator[int]:
    try:
        yield from tag_rules.judge_all(rule, at)
    except BadCondition as problem:
        logger.warning("tag_rule_unreadable", rule=rule.pk, problem=problem.problem)
