"""Benefits that are live, and members who use them. Tiers: silver from ¥3,000, gold ¥10,000."""

from datetime import datetime
from typing import Any

from loyalty.models import Benefit, BenefitRule, Tier
from loyalty.selectors import benefits as found
from loyalty.services import benefit_claims, benefit_grants, benefit_uses, benefits
from loyalty.services.benefit_uses import Ask, Used
from members.models import MemberTag, Tag
from tests.loyalty.till import NOW


def live(code: str = "cleaning", *rules: dict[str, Any], stores: Any = (), **fields: Any) -> Any:
    """A live service, for everyone without a limit where nothing else is said."""
    made = draft(code, *rules, stores=stores, **fields)
    return benefits.go_live(benefit_id=made.pk)


def draft(code: str, *rules: dict[str, Any], stores: Any = (), **fields: Any) -> Benefit:
    values = {"name_en": code, "kind": "SERVICE", "created_at": NOW, **fields}
    made = Benefit.objects.create(code=code, **values)
    for rule in rules or ({"audience": "EVERYONE"},):
        BenefitRule.objects.create(benefit=made, **rule)
    made.stores.set(stores)
    return made


def everyone(quota: int | None = None) -> dict[str, Any]:
    return {"audience": "EVERYONE", "quota": quota}


def tier(code: str, quota: int | None = None) -> dict[str, Any]:
    return {"audience": "TIER", "tier": Tier.objects.get(code=code), "quota": quota}


def tag(code: str, quota: int | None = None) -> dict[str, Any]:
    made, _ = Tag.objects.get_or_create(code=code, defaults={"name_en": code})
    return {"audience": "TAG", "tag": made, "quota": quota}


def put_tag(member: Any, code: str) -> None:
    made, _ = Tag.objects.get_or_create(code=code, defaults={"name_en": code})
    MemberTag.objects.create(member=member, tag=made, created_at=NOW)


def use(benefit: Any, member: Any, number: str = "1", when: datetime = NOW, **asked: Any) -> Used:
    ask = Ask(
        benefit_id=benefit.pk, member_id=member.pk, source="till", external_id=number, **asked
    )
    return benefit_uses.use(ask=ask, at=when)


def void(used: Used, when: datetime = NOW) -> Any:
    return benefit_uses.void(use_uid=used.use.uid, reason="mistake", at=when)


def claim(benefit: Any, member: Any, when: datetime = NOW) -> Any:
    return benefit_claims.claim(benefit_id=benefit.pk, member_id=member.pk, at=when)


def grant(
    benefit: Any, member: Any, quota: int | None = 1, days: int | None = None, **options: Any
) -> Any:
    when = options.pop("when", NOW)
    key = options.pop("key", f"g-{benefit.pk}-{member.pk}-{when.isoformat()}")
    return benefit_grants.grant(
        benefit_id=benefit.pk, member_id=member.pk, key=key, origin="HAND",
        quota=quota, days=days, at=when, **options,
    )  # fmt: skip


def has(benefit: Any, member: Any, when: datetime = NOW) -> tuple[int | None, int, int | None, str]:
    """(quota, used, left, why not) as the member's list says."""
    one = found.of_member(member_id=member.pk, at=when, only=[benefit.pk])[0].standing
    return one.quota, one.used, one.left, one.why_not


def codes(member: Any, when: datetime = NOW) -> list[str]:
    return [one.promise.code for one in found.of_member(member_id=member.pk, at=when)]
