"""A segment as a tag: rules at the till read tags, never segments. It gives and takes its own."""

from datetime import datetime

from django.db import transaction

from analytics.models import ClassTag, Segment
from analytics.selectors import segment_graphs
from analytics.services import segment_members, segments
from members.errors import DomainError
from members.models import Tag
from members.services import published_tags


class PublishedAlready(DomainError):
    """This segment, or this tag, is published already."""

    code = "published_already"
    status = 409


def publish(*, segment_id: int, tag: Tag, at: datetime) -> Segment:
    """The segment, whose members bear the tag from now on; nobody gives it by hand then.

    Raises: NotFound; PublishedAlready; TagTakenBefore; SegmentCircle, where the segment asks for
    this tag.
    """
    with transaction.atomic():
        segments.lock_graph()
        segment = segments.lock(segment_id)
        if segment.tag_id == tag.pk:
            return segment
        others = Segment.objects.filter(tag=tag).exists() or ClassTag.objects.filter(tag=tag)
        if segment.tag_id is not None or others:
            raise PublishedAlready
        segments.check_edge(segment_graphs.tag(tag.code), segment_graphs.segment(segment.code))
        published_tags.claim(tag=tag)
        segment.tag = tag
        segment.save(update_fields=["tag"])
    segment_members.publish(segment_id=segment_id, at=at)
    return segment


def withdraw(*, segment_id: int) -> int:
    """The segment is no tag any more; gives how many members lost it. What a person gave stays.

    Raises: NotFound.
    """
    with transaction.atomic():
        segment = segments.lock(segment_id)
        if segment.tag_id is None:
            return 0
        # Tags first: a merge that moves one of them needs the segment's row behind it.
        count = published_tags.withdraw(tag_id=segment.tag_id)
        segment.tag = None
        segment.save(update_fields=["tag"])
    return count
