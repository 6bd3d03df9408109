"""Whom a campaign's texts can be written for: of its audience, or of a sample of it, how many
members have what the texts need, and who lacks what."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from campaigns.models import Campaign, MessageTemplate
from campaigns.registry import variables as registry
from campaigns.rules.journey_steps import Grant, Kind, Message
from campaigns.rules.journeys import Flow
from campaigns.selectors import audiences, variables
from campaigns.selectors.asked import Asked, Variables
from loyalty.services import referrals
from members.models import Member

MOST = 2_000
SAMPLED_CARDS = 5


@dataclass(frozen=True)
class Lack:
    """`name` of the variable: so many of those looked at have it; some cards that lack it.
    `is_begun`: what begins the campaign tells it, and it is taken as there."""

    name: str
    having_count: int
    lacking_cards: tuple[str, ...]
    is_begun: bool = False


@dataclass(frozen=True)
class Coverage:
    """Of one template. `looked_count` of `members_count` were looked at; `readers` by language
    how many would read it there, `written_count` for how many it can be written."""

    template: str
    members_count: int
    looked_count: int
    written_count: int
    readers: Mapping[str, int]
    lacks: Sequence[Lack]
    lacking_cards: tuple[str, ...]

    @property
    def share_percent(self) -> int:
        """How many of a hundred were looked at."""
        return 100 * self.looked_count // self.members_count if self.members_count else 100


@dataclass(frozen=True)
class Sample:
    """Members of the audience as of one instant."""

    members: Sequence[Member]
    members_count: int


def sample_of(campaign: Campaign, *, at: datetime) -> Sample:
    """At most 2,000 members of whom the campaign would reach now, the same ones for the same
    audience: drawn by a hash of the id, so that old and new cards are among them alike. Two
    queries.

    Raises: BadEntry; BadCondition.
    """
    sql, params = audiences.audience_sql(campaign, due_at=at, at=at)
    with connection.cursor() as cursor:
        cursor.execute(_DRAWN.format(rows=sql), {**params, "low": 0, "high": 2**62, "most": MOST})
        rows = cursor.fetchall()
    ids = [row[0] for row in rows]
    members = Member.objects.select_related("key").filter(pk__in=ids).order_by("pk")
    return Sample(list(members), rows[0][1] if rows else 0)


# Multiplied by a large odd number, ids lie in another order than they were given.
_DRAWN = """
SELECT member_id, count(*) OVER () FROM (
    SELECT DISTINCT audience.member_id FROM ({rows}) audience
) chosen
ORDER BY (member_id * 2654435761) %% 4294967296, member_id LIMIT %(most)s
"""


def templates_of(flow: Flow) -> list[MessageTemplate]:
    """The templates of the flow's messages."""
    codes = {one.template for one in flow.of_kind(Kind.MESSAGE) if isinstance(one, Message)}
    return list(MessageTemplate.objects.filter(code__in=codes).order_by("code"))


def expected(campaign: Campaign, flow: Flow, *, at: datetime) -> frozenset[str]:
    """Variables that are there when the text is written, whatever is known of the member now: what
    the event tells, a step's gift, and codes for recommending, which are made."""
    event = str((campaign.entry_rule or {}).get("event") or "")
    gifts = {one.what for one in flow.of_kind(Kind.GRANT) if isinstance(one, Grant)}
    offered = registry.offered(event=event, gifts=gifts)
    found = frozenset(one.name for one in offered if one.is_of_event)
    live = referrals.live_program(at=at)
    if live is None:
        return found
    return found | {"referral_code"} | ({"referral_link"} if live.link_url else set())


def known_of(sample: Sample, *, needed: frozenset[str], at: datetime) -> list[Variables]:
    """What is known of each, in the sample's order."""
    asked = [Asked(member=member) for member in sample.members]
    return variables.variables_of_many(asked=asked, needed=needed, at=at)


def lacks(
    sample: Sample, known: Sequence[Variables], *, needed: frozenset[str], begun: frozenset[str]
) -> list[Lack]:
    """By variable of the texts, those that most members lack first."""
    found = []
    for name in sorted(needed):
        if name in begun:
            found.append(Lack(name, len(known), (), is_begun=True))
            continue
        lacking = [
            member.card_number
            for member, told in zip(sample.members, known, strict=True)
            if name not in told
        ]
        cards = tuple(lacking[:SAMPLED_CARDS])
        found.append(Lack(name, len(known) - len(lacking), cards))
    return sorted(found, key=lambda one: (one.having_count, one.name))


def readers(sample: Sample, languages: Mapping[int, str]) -> dict[str, int]:
    """How many read which language, by `languages` of each member's id."""
    counted = Counter(languages[member.pk] for member in sample.members)
    return {language: counted[language] for language in ("zh", "en")}


def with_samples(told: Mapping[str, Any], begun: frozenset[str], language: str) -> dict[str, Any]:
    """What is known, and samples of what will have begun it."""
    samples = registry.samples(language)
    return {**{name: samples[name] for name in begun}, **told}
