"""Classes that are published as tags, for rules at the till: they read tags, never classes."""

from datetime import datetime

from django.db import connection, transaction

from analytics.models import ClassTag, Segment
from analytics.rules import classes
from analytics.services import member_score_sql
from members.errors import DomainError
from members.models import Tag
from members.services import published_tags
from members.services.published_tags import Part


class UnknownClass(DomainError):
    """There is no such class."""

    code = "unknown_class"


class PublishedAlready(DomainError):
    """This class or this tag is published already."""

    code = "published_already"


def add(*, kind: str, code: str, tag: Tag) -> ClassTag:
    """The class, published as this tag from the next night on; nobody gives the tag by hand then.

    Raises: UnknownClass; PublishedAlready; TagTakenBefore.
    """
    check(kind=kind, code=code, tag=tag)
    with transaction.atomic():
        published_tags.claim(tag=tag)
        row: ClassTag = ClassTag.objects.create(kind=kind, code=code, tag=tag)
    return row


def check(*, kind: str, code: str, tag: Tag) -> None:
    """Raises: UnknownClass; PublishedAlready; TagTakenBefore."""
    if code not in classes.CODES.get(kind, ()):
        raise UnknownClass
    others = ClassTag.objects.filter(kind=kind, code=code) | ClassTag.objects.filter(tag=tag)
    if others.exists() or Segment.objects.filter(tag=tag).exists():
        raise PublishedAlready
    published_tags.refuse_taken(tag=tag)


def remove(*, class_tag: ClassTag) -> int:
    """Publishes the class no more; gives how many members lost the tag."""
    with transaction.atomic():
        count = published_tags.withdraw(tag_id=class_tag.tag_id)
        class_tag.delete()
    return count


def publish(*, part: Part, at: datetime) -> int:
    """Gives the tags of this part's fresh classes and takes them from who left; gives how many
    changed. Within the night's scores, of which the table of the session is read."""
    changed = 0
    for row in ClassTag.objects.order_by("pk"):
        ids = _in_class(row, part)
        done = published_tags.publish(tag_id=row.tag_id, member_ids=ids, part=part, at=at)
        changed += done.added + done.removed
    return changed


def _in_class(row: ClassTag, part: Part) -> list[int]:
    """Who of this part is in the class; nobody, where a later release knows it no more."""
    statement = member_score_sql.IN_CLASS.get(row.kind)
    if statement is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, {"low": part.low, "high": part.high, "code": row.code})
        return [member_id for (member_id,) in cursor.fetchall()]
