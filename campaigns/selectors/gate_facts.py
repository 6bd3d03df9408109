"""All that the gate asks about members, for many at once: a bounded number of queries however many
members there are. The forecast, the snapshot and the last check before sending read this."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from campaigns.models import (
    Campaign,
    ContactCredit,
    ContactPolicy,
    Delivery,
    FrequencyCap,
    Suppression,
)
from campaigns.rules import arms, contact_caps
from campaigns.rules.contact_caps import Cap, Contact
from campaigns.selectors.reach import Reach, reach_of
from campaigns.transports.registry import TRANSPORTS
from members.models import Consent

MARKETING = Consent.Purpose.MARKETING.value
# A credit by the member, the medium and the provider's template.
Credit = tuple[int, str, str]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One campaign's message by these media; `credit_templates` by medium, where it needs one."""

    campaign: Campaign
    media: tuple[str, ...]
    credit_templates: Mapping[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class Facts:
    """What is known; `contacts` and `credits` are counted on by whoever lets a message pass."""

    policy: ContactPolicy
    caps: Sequence[Cap]
    reach: Mapping[int, Reach]
    suppressed: frozenset[tuple[int, str]]
    credits: dict[Credit, int]
    contacts: defaultdict[int, list[Contact]]
    # The highest priority of other campaigns that wrote, or are about to: {member: priority}.
    rivals: Mapping[int, int]
    # What is left of the campaign's budget, in minor units; None: there is no end.
    budget_left: int | None = None

    def is_held_out(self, member_id: int) -> bool:
        """Whether this member gets no marketing at all."""
        share = self.policy.holdout_share
        return bool(share) and arms.bucket(self.policy.holdout_salt, member_id) < share

    def cost_of(self, medium: str) -> int:
        """What the provider asks for one message, in minor units; of a short one, for a part."""
        return int((self.policy.costs or {}).get(medium, 0))

    def may_cost(self, medium: str, *, parts: int = 1) -> bool:
        """Whether one more message by this medium, of so many parts, is within the budget."""
        cost = self.cost_of(medium) * parts
        return self.budget_left is None or cost <= max(0, self.budget_left)


def facts_of(*, asked: Sequence[Asked], member_ids: Collection[int], at: datetime) -> Facts:
    """The facts for these messages to these members at `at`."""
    policy, caps = contact_policy(), frequency_caps()
    permissions = {(one.campaign.purpose, medium) for one in asked for medium in one.media}
    media = {medium for one in asked for medium in one.media}
    reach = reach_of(member_ids=member_ids, asked=permissions, at=at)
    is_marketing = any(one.campaign.purpose == MARKETING for one in asked)
    return Facts(
        policy=policy,
        caps=caps,
        reach=reach,
        suppressed=_suppressed(reach, media),
        credits=_credits(asked, member_ids),
        contacts=_contacts(caps, member_ids, at) if is_marketing else defaultdict(list),
        rivals=_rivals(policy, member_ids, at) if is_marketing else {},
    )


def contact_policy() -> ContactPolicy:
    """The policy, or the defaults where nobody has set one."""
    return ContactPolicy.objects.first() or ContactPolicy(pk=1)


def frequency_caps() -> list[Cap]:
    return [
        Cap(medium=row.medium, most=row.most_count, window=row.window, hours=row.hours or 0)
        for row in FrequencyCap.objects.filter(is_active=True).order_by("pk")
    ]


def _suppressed(reach: Mapping[int, Reach], media: Collection[str]) -> frozenset[tuple[int, str]]:
    """Members whose address on a medium is suppressed: by the digest of the identity that would be
    written to."""
    # An openid of two issuers may be two members'.
    wanted: defaultdict[tuple[str, bytes], list[int]] = defaultdict(list)
    for member_id, one in reach.items():
        for medium in media:
            if (identity := _identity(one, medium)) is not None:
                wanted[medium, bytes(identity.digest)].append(member_id)
    if not wanted:
        return frozenset()
    digests = [digest for _, digest in wanted]
    rows = Suppression.objects.filter(medium__in=media, digest__in=digests)
    return frozenset(
        (member_id, medium)
        for medium, digest in rows.values_list("medium", "digest")
        for member_id in wanted.get((medium, bytes(digest)), ())
    )


def _identity(one: Reach, medium: str):  # type: ignore[no-untyped-def]
    transport = TRANSPORTS.get(medium)
    if transport is None or not transport.identity_kind:
        return None
    return one.identities.get(transport.identity_kind)


def _credits(asked: Sequence[Asked], member_ids: Collection[int]) -> dict[Credit, int]:
    pairs = {pair for one in asked for pair in one.credit_templates.items()}
    if not pairs:
        return {}
    wanted = Q()
    for medium, template in pairs:
        wanted |= Q(medium=medium, template=template)
    rows = ContactCredit.objects.filter(wanted, member_id__in=member_ids, left_count__gt=0)
    return {(row.member_id, row.medium, row.template): row.left_count for row in rows}


def _contacts(
    caps: Sequence[Cap], member_ids: Collection[int], at: datetime
) -> defaultdict[int, list[Contact]]:
    found: defaultdict[int, list[Contact]] = defaultdict(list)
    if not caps:
        return found
    rows = Delivery.objects.filter(
        member_id__in=member_ids,
        claimed_at__gte=at - contact_caps.reaches_back(caps),
        state__in=Delivery.CONTACTS,
        campaign__purpose=MARKETING,
    )
    for member_id, medium, claimed_at in rows.values_list("member_id", "medium", "claimed_at"):
        if claimed_at is not None:
            found[member_id].append(Contact(medium, claimed_at))
    return found


def _rivals(policy: ContactPolicy, member_ids: Collection[int], at: datetime) -> dict[int, int]:
    if not policy.priority_hours:
        return {}
    span = timedelta(hours=policy.priority_hours)
    gone = Q(claimed_at__gt=at - span, state__in=Delivery.CONTACTS)
    near = Q(
        state=Delivery.State.QUEUED,
        not_before_at__lt=at + span,
        campaign__state=Campaign.State.RUNNING,
    )
    rows = Delivery.objects.filter(
        gone | near, member_id__in=member_ids, campaign__purpose=MARKETING
    ).values_list("member_id", "campaign__priority")
    found: dict[int, int] = {}
    for member_id, priority in rows:
        found[member_id] = max(priority, found.get(member_id, 0))
    return found
