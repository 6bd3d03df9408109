"""How complete profiles are, for many members in two queries."""

from collections import defaultdict
from collections.abc import Iterable

from members.models import Identity, Member
from members.rules import completeness
from members.rules.completeness import Completeness


def of(*, member: Member) -> Completeness:
    """Of a member at hand; one query."""
    return _of([member])[member.pk]


def of_members(*, member_ids: Iterable[int]) -> dict[int, Completeness]:
    """By member id; who doesn't exist isn't there."""
    return _of(list(Member.objects.filter(pk__in=list(member_ids))))


def _of(members: list[Member]) -> dict[int, Completeness]:
    kinds: dict[int, set[str]] = defaultdict(set)
    found = Identity.objects.filter(member__in=members).values_list("member_id", "kind")
    for member_id, kind in found:
        kinds[member_id].add(kind)
    return {
        member.pk: completeness.of(
            name=member.name,
            has_birthday=member.birthday_md is not None,
            gender=member.gender,
            identity_kinds=kinds[member.pk],
        )
        for member in members
    }
