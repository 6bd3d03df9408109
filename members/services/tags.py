"""Tags go onto members and off again; each change of a person's hand is told on the timeline."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from members.errors import DomainError
from members.events import TagGiven, TagTaken
from members.models import Member, MemberTag, Tag
from members.selectors import living
from members.services import events


class UnknownTag(DomainError):
    """There is no tag with this code."""

    code = "unknown_tag"


def give(
    *,
    members: Sequence[Member],
    code: str,
    at: datetime,
    actor_id: int | None = None,
    source: str = "",
) -> int:
    """How many of these members did not bear the tag before; now all do.

    Who bears it by a rule bears it by hand from now on, and keeps it when the rule is no longer
    true of them.

    Raises: UnknownTag; MemberMerged; MemberErased.
    """
    tag = _tag(code)
    # What a model computes is told by the tag; everything else that comes here is a person's word.
    origin = Tag.Origin.MODEL if tag.origin == Tag.Origin.MODEL else Tag.Origin.HAND
    with transaction.atomic():
        bearers = MemberTag.objects.filter(tag=tag, member__in=members)
        # Two at once: the unique constraint lets one of them through.
        before = set(bearers.select_for_update().values_list("member_id", flat=True))
        if origin == Tag.Origin.HAND:
            bearers.filter(origin=Tag.Origin.RULE).update(origin=origin, actor_id=actor_id)
        fresh = [member for member in members if member.pk not in before]
        MemberTag.objects.bulk_create(
            [
                MemberTag(member=one, tag=tag, actor_id=actor_id, origin=origin, created_at=at)
                for one in fresh
            ],
            ignore_conflicts=True,
        )
        if fresh:
            living.refuse_gone(member_ids=[one.pk for one in fresh])
        told = [TagGiven(member=str(one.uid), tag=code) for one in fresh]
        _tell(fresh, told, at, actor_id, source)
    return len(fresh)


def take(
    *,
    members: Sequence[Member],
    code: str,
    at: datetime,
    actor_id: int | None = None,
    source: str = "",
) -> int:
    """How many of these members bore the tag; now none does.

    Raises: UnknownTag.
    """
    tag = _tag(code)
    with transaction.atomic():
        rows = MemberTag.objects.filter(tag=tag, member__in=members)
        bearing = set(rows.select_for_update().values_list("member_id", flat=True))
        rows.filter(member__in=bearing).delete()
        lost = [member for member in members if member.pk in bearing]
        told = [TagTaken(member=str(one.uid), tag=code) for one in lost]
        _tell(lost, told, at, actor_id, source)
    return len(lost)


def change(
    *,
    member: Member,
    give_codes: Collection[str] = (),
    take_codes: Collection[str] = (),
    at: datetime,
    actor_id: int | None = None,
    source: str = "",
) -> None:
    """Gives and takes several tags of one member in one transaction.

    Raises: UnknownTag; then nothing was changed.
    """
    with transaction.atomic():
        for code in give_codes:
            give(members=[member], code=code, at=at, actor_id=actor_id, source=source)
        for code in take_codes:
            take(members=[member], code=code, at=at, actor_id=actor_id, source=source)


def _tag(code: str) -> Tag:
    tag = Tag.objects.filter(code=code).first()
    if tag is None:
        raise UnknownTag(code=code)
    return tag


def _tell(
    members: Sequence[Member],
    facts: Sequence[TagGiven | TagTaken],
    at: datetime,
    actor_id: int | None,
    source: str,
) -> None:
    happenings = [
        events.Happening(
            fact=fact, member_id=member.pk, occurred_at=at, actor_id=actor_id, source=source
        )
        for member, fact in zip(members, facts, strict=True)
    ]
    if happenings:
        events.record_many(happenings=happenings, at=at)
