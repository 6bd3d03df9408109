"""Whom a fact is about now, one worker at a time for each, and what challenges ask of them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.models import Min

from loyalty.models import Account, ChallengeProgress
from loyalty.rules.challenges import Rule
from loyalty.services.programs import Terms
from members.errors import MemberMerged
from members.models import Member, MemberTag

_State = Member.State


def owners(member_ids: Collection[int]) -> dict[int, int]:
    """By card that a fact names, the member whose it is now; nobody for who was erased."""
    if not member_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_OWNERS, [sorted(member_ids)])
        return dict(cursor.fetchall())


def cards(member_ids: Collection[int]) -> dict[int, int]:
    """All cards of these members, those that were merged into theirs too, with their owner: what
    is append-only keeps the card that it was done with."""
    if not member_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_CARDS, [sorted(member_ids)])
        return dict(cursor.fetchall())


def lock(member_ids: Collection[int]) -> dict[int, str]:
    """States of those among these members who are there, behind locks to the end of the
    transaction: no other worker counts for them, no merge and no erasure comes in between, and
    tills don't wait.

    Raises: MemberMerged, when one was merged meanwhile; the retry finds whose the facts are.
    """
    wanted = sorted(member_ids)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [wanted])
        states = dict(cursor.fetchall())
        # Not the account's lock: an order of the member must not wait for a worker's batch.
        cursor.execute(_ALONE, [wanted])
    if _State.MERGED in states.values():
        raise MemberMerged
    return {pk: state for pk, state in states.items() if state != _State.ERASED}


@dataclass(frozen=True)
class Traits:
    """What challenges ask of members: rank of the tier, tags that some challenge names, and since
    when they take part in those that are joined. Whoever's data are restricted takes part in
    nothing new."""

    states: Mapping[int, str]
    ranks: Mapping[int, int] = field(default_factory=dict)
    tags: Collection[tuple[int, int]] = ()
    joined: Mapping[tuple[int, int], datetime] = field(default_factory=dict)

    def may(self, rule: Rule, member_id: int, occurred_at: datetime) -> bool:
        """Whether the challenge counts for the member, judged as they are now."""
        return (
            self.states.get(member_id) == _State.ACTIVE
            and self.is_for(rule, member_id)
            and (not rule.needs_joining or self._has_joined(rule, member_id, occurred_at))
        )

    def is_for(self, rule: Rule, member_id: int) -> bool:
        """Whether the member is among those whom the challenge is for."""
        if rule.for_tier_rank is not None and self.ranks.get(member_id, 0) < rule.for_tier_rank:
            return False
        return rule.for_tag_id is None or (member_id, rule.for_tag_id) in self.tags

    def _has_joined(self, rule: Rule, member_id: int, occurred_at: datetime) -> bool:
        since = self.joined.get((member_id, rule.id))
        return since is not None and since <= occurred_at


def traits(states: Mapping[int, str], rules: Iterable[Rule], terms: Terms) -> Traits:
    """Only what one of these challenges asks is read; a query for each."""
    known = list(rules)
    ids = list(states)
    tag_ids = {rule.for_tag_id for rule in known if rule.for_tag_id is not None}
    joined_ids = {rule.id for rule in known if rule.needs_joining}
    has_tiers = any(rule.for_tier_rank is not None for rule in known)
    return Traits(
        states=states,
        ranks=_ranks(ids, terms) if has_tiers else {},
        tags=_tags(ids, tag_ids) if tag_ids else (),
        joined=joined_at(ids, joined_ids) if joined_ids else {},
    )


def joined_at(
    member_ids: Collection[int], challenge_ids: Collection[int]
) -> dict[tuple[int, int], datetime]:
    """By member and challenge, since when the member takes part; the first time counts."""
    rows = (
        ChallengeProgress.objects.filter(
            member_id__in=member_ids, challenge_id__in=challenge_ids, joined_at__isnull=False
        )
        .values_list("member_id", "challenge_id")
        .annotate(since=Min("joined_at"))
    )
    return {(member_id, challenge_id): since for member_id, challenge_id, since in rows}


def _ranks(member_ids: list[int], terms: Terms) -> dict[int, int]:
    by_tier = {level.id: level.rank for level in terms.levels}
    rows = Account.objects.filter(member_id__in=member_ids).values_list("member_id", "tier_id")
    return {member_id: by_tier.get(tier_id, 0) for member_id, tier_id in rows}


def _tags(member_ids: list[int], tag_ids: Collection[int]) -> set[tuple[int, int]]:
    rows = MemberTag.objects.filter(member_id__in=member_ids, tag_id__in=tag_ids)
    return set(rows.values_list("member_id", "tag_id"))


_OWNERS = """
WITH RECURSIVE up AS (
    SELECT id AS card, id, state, merged_into_id FROM members_member WHERE id = ANY(%s)
    UNION ALL
    SELECT up.card, m.id, m.state, m.merged_into_id
    FROM up JOIN members_member m ON m.id = up.merged_into_id WHERE up.state = 'MERGED'
)
SELECT card, id FROM up WHERE state IN ('ACTIVE', 'RESTRICTED')
"""
_CARDS = """
WITH RECURSIVE below AS (
    SELECT id AS card, id AS owner FROM unnest(%s::bigint[]) AS one (id)
    UNION ALL
    SELECT m.id, below.owner FROM below JOIN members_member m ON m.merged_into_id = below.card
)
SELECT card, owner FROM below
"""
# Merges and erasures lock the row itself: they wait here, in the order of ids.
_HOLD = "SELECT id, state FROM members_member WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE"
_ALONE = """
SELECT pg_advisory_xact_lock(hashtextextended('loyalty.challenges:' || one.id, 0))
FROM unnest(%s::bigint[]) AS one (id)
"""
