"""A tier as a prize: a floor, which other prizes may stand beneath or above.

Source: docs/algorithms/prizes.md.
"""

from datetime import datetime

from django.db.models import QuerySet

from loyalty.models import PrizeGrant, PrizeWhat
from loyalty.services import tier_grants
from loyalty.services.prize_things import Keeping, Made, Promise
from loyalty.services.tier_grants import Given
from members.errors import MemberErased


def give(promise: Promise) -> Made:
    """At least this tier; who has one as good by another's hand keeps that."""
    tier = promise.prize.tier
    assert tier is not None
    given = tier_grants.give(
        member_id=promise.grant.member_id,
        tier_code=tier.code,
        days=promise.prize.days,
        at=promise.at,
    )
    return _told(given)


def end(keeping: Keeping) -> Made:
    """Only what the prize changed, and only while it stands; in the place of what has ended comes
    another prize's that would still hold. Behind the account's lock."""
    grant, made = keeping.grant, keeping.grant.made
    if not made["changed"]:
        return {}
    given = Given(
        made["tier"],
        datetime.fromisoformat(made["until_at"]),
        made["before"],
        _instant(made["before_until_at"]),
    )
    try:
        is_ended = tier_grants.take_back(member_id=grant.member_id, given=given, at=keeping.at)
    except MemberErased:
        # It is nobody's tier any more.
        return {}
    if is_ended:
        _stand_in(grant, keeping.at)
        return {}
    _hand_down(grant)
    return {"tier": made["tier"]}


def _stand_in(grant: PrizeGrant, at: datetime) -> None:
    """Prizes that changed nothing, because this one was as good, do so now."""
    for other in _others(grant).filter(made__changed=False).order_by("pk"):
        until_at = _instant(other.made.get("until_at"))
        if until_at is None or until_at <= at:
            continue
        given = tier_grants.give_until(
            member_id=grant.member_id, tier_code=other.made["tier"], until_at=until_at, at=at
        )
        other.made = _told(given)
        other.save(update_fields=["made"])


def _hand_down(grant: PrizeGrant) -> None:
    """Another prize took this one's place: when that is taken back too, what was before this one
    comes back, and not this one."""
    made = grant.made
    above = _others(grant).filter(
        made__changed=True,
        made__before=made["tier"],
        made__before_until_at=made["until_at"],
    )
    found = above.order_by("pk").first()
    if found is not None:
        found.made |= {name: made[name] for name in ("before", "before_until_at")}
        found.save(update_fields=["made"])


def _others(grant: PrizeGrant) -> QuerySet[PrizeGrant]:
    """Other tiers that this member has as prizes."""
    rows = PrizeGrant.objects.select_for_update().filter(
        member_id=grant.member_id, what=PrizeWhat.TIER, state=PrizeGrant.State.GIVEN
    )
    return rows.exclude(pk=grant.pk)


def _told(given: Given) -> Made:
    before_until_at = given.before_until_at
    return {
        "tier": given.tier_code,
        "changed": given.is_changed,
        "until_at": given.until_at.isoformat(),
        "before": given.before_code,
        "before_until_at": before_until_at.isoformat() if before_until_at else None,
    }


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
