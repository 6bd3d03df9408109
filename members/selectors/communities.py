"""Who is in which community, who brought whom, and how far a member reaches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, F, Q, QuerySet

from members.errors import NotFound
from members.models import Community, CommunityMembership, Member
from members.rules import communities as rules
from members.selectors.scopes import Scope

MOST_IN_TREE = 200
_CHUNK = 50_000


@dataclass(frozen=True)
class Brought:
    """Somebody in a member's tree: `ring` 1 was brought by the member, 2 by one of those."""

    member: Member
    ring: int
    brought_by_id: int


@dataclass(frozen=True)
class Invitations:
    """How a member's invitations to a community stand."""

    community: Community
    count: int
    next_at: int | None


def narrowed(queryset: "QuerySet[Community]", *, scope: Scope) -> "QuerySet[Community]":
    """Those of the whole chain and of the stores of `scope`, with `inside_count` of who is in
    and `invited_count` of those of them who were invited."""
    if scope.store_ids is not None:
        queryset = queryset.filter(Q(store=None) | Q(store__in=scope.store_ids))
    is_in = Q(memberships__isnull=False, memberships__left_at__isnull=True)
    return queryset.annotate(
        inside_count=Count("memberships", filter=is_in),
        invited_count=Count("memberships", filter=is_in & Q(memberships__invited_by__isnull=False)),
    )


def within(*, code: str, scope: Scope) -> Community:
    """The community with this code, if it belongs to no store or to one of `scope`.

    Raises: NotFound.
    """
    found = Community.objects.filter(code=code).first()
    if found is None or not (found.store_id is None or scope.contains(found.store_id)):
        raise NotFound
    return found


def of_member(*, member_ids: Sequence[int]) -> list[CommunityMembership]:
    """Where a person is or was, those they are in first."""
    rows = CommunityMembership.objects.filter(member_id__in=member_ids)
    return list(
        rows.select_related("community", "invited_by__key").order_by(
            F("left_at").desc(nulls_first=True), "-joined_at"
        )
    )


def invitations_of(*, member_id: int) -> list[Invitations]:
    """By community, how many who were invited by this member are in; `next_at` is the number
    that reaches the goal again."""
    found = Community.objects.filter(memberships__invited_by=member_id).annotate(
        won=Count("memberships", filter=Q(memberships__left_at=None))
    )
    return [
        Invitations(
            community=one,
            count=one.won,
            next_at=_next(one.won, one.invitation_goal),
        )
        for one in found.order_by("code")
    ]


def inviters(*, community_id: int, limit: int = 20) -> list[tuple[Member, int]]:
    """Who brought most of those who are in, with how many."""
    rows = (
        CommunityMembership.objects.filter(
            community_id=community_id, left_at=None, invited_by__isnull=False
        )
        .values_list("invited_by_id")
        .annotate(n=Count("pk"))
        .order_by("-n", "invited_by_id")[:limit]
    )
    counts = dict(rows)
    members = Member.objects.in_bulk(counts)
    return [(members[pk], count) for pk, count in counts.items()]


def tree(*, member_id: int, rings: int = rules.RINGS) -> list[Brought]:
    """Whom a member brought by referral or invitation, whom these brought, and on, at most so
    many rings and 200 people; each person once, in the nearest ring."""
    with connection.cursor() as cursor:
        cursor.execute(_TREE, {"root": member_id, "rings": rings, "most": MOST_IN_TREE})
        found = cursor.fetchall()
    members = Member.objects.in_bulk([row[0] for row in found])
    return [Brought(members[pk], ring, by) for pk, ring, by in found]


def influence_chunks() -> Iterator[dict[int, int]]:
    """The influence of all members who brought somebody, and 0 for those whose published figure
    is out of date; by member id, chunk by chunk."""
    with connection.cursor() as cursor:
        cursor.execute(_INFLUENCE)
        while rows := cursor.fetchmany(_CHUNK):
            yield {row[0]: rules.influence({1: row[1], 2: row[2], 3: row[3]}) for row in rows}


def _next(count: int, goal: int) -> int | None:
    return (rules.steps_reached(count, goal) + 1) * goal if goal else None


# Ring by ring, so that the indexes on referrer and inviter lead from person to person.
_TREE = """
WITH RECURSIVE tree(member_id, ring, brought_by) AS (
    SELECT %(root)s::bigint, 0, NULL::bigint
    UNION
    SELECT e.member_id, t.ring + 1, t.member_id
      FROM tree t
      CROSS JOIN LATERAL (
        SELECT id AS member_id FROM members_member
         WHERE referrer_id = t.member_id AND state IN ('ACTIVE', 'RESTRICTED')
        UNION
        SELECT p.member_id FROM members_communitymembership p
          JOIN members_member m ON m.id = p.member_id AND m.state IN ('ACTIVE', 'RESTRICTED')
         WHERE p.invited_by_id = t.member_id AND p.left_at IS NULL
      ) e
     WHERE t.ring < %(rings)s
)
SELECT member_id, ring, brought_by FROM (
    SELECT DISTINCT ON (member_id) member_id, ring, brought_by
      FROM tree WHERE member_id <> %(root)s
     ORDER BY member_id, ring, brought_by
) nearest
ORDER BY ring, brought_by, member_id LIMIT %(most)s
"""
# Whoever brought somebody: as referrer, or into a community in which they still are.
_INFLUENCE = """
WITH edges(brought_by, member_id) AS (
    SELECT referrer_id, id FROM members_member
     WHERE referrer_id IS NOT NULL AND state IN ('ACTIVE', 'RESTRICTED')
    UNION
    SELECT p.invited_by_id, p.member_id FROM members_communitymembership p
      JOIN members_member m ON m.id = p.member_id AND m.state IN ('ACTIVE', 'RESTRICTED')
     WHERE p.invited_by_id IS NOT NULL AND p.left_at IS NULL
),
second AS (
    SELECT a.brought_by, b.member_id FROM edges a JOIN edges b ON b.brought_by = a.member_id
),
third AS (
    SELECT s.brought_by, c.member_id FROM second s JOIN edges c ON c.brought_by = s.member_id
),
nearest AS (
    SELECT brought_by, member_id, min(ring) AS ring FROM (
        SELECT brought_by, member_id, 1 AS ring FROM edges
        UNION ALL SELECT brought_by, member_id, 2 FROM second
        UNION ALL SELECT brought_by, member_id, 3 FROM third
    ) every WHERE brought_by <> member_id GROUP BY brought_by, member_id
),
counted AS (
    SELECT brought_by AS id, count(*) FILTER (WHERE ring = 1) AS one,
           count(*) FILTER (WHERE ring = 2) AS two, count(*) FILTER (WHERE ring = 3) AS three
      FROM nearest GROUP BY brought_by
)
SELECT m.id, coalesce(c.one, 0), coalesce(c.two, 0), coalesce(c.three, 0)
  FROM members_member m
  LEFT JOIN counted c ON c.id = m.id
 WHERE m.state IN ('ACTIVE', 'RESTRICTED') AND (c.id IS NOT NULL OR EXISTS (
    SELECT FROM members_measure f
     WHERE f.member_id = m.id AND f.code = 'influence' AND f.value <> 0))
"""
