"""The demo's benefits, and what members used of them this month."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from loyalty.models import Account, Benefit, BenefitRule, BenefitWeight, Tier
from loyalty.services import benefit_nights, benefit_uses, benefits
from loyalty.services.benefit_refusals import BenefitRefused
from loyalty.services.benefit_uses import Ask
from members.models import Member, Store

_USERS = 30
# By code: names, fields, quota by tier (None: without a limit).
_PLANS: tuple[tuple[str, str, str, dict[str, Any], dict[str, int | None]], ...] = (
    (
        "diamond-9", "钻石卡 9 折", "10 % off for Diamond",
        {"kind": "DISCOUNT", "off_basis_points": 1_000, "priority": 30}, {"diamond": None},
    ),
    (
        "free-delivery", "满 50 元包邮", "Free delivery from ¥50",
        {"kind": "FREE_SHIPPING", "min_spend_amount": 5_000, "priority": 20},
        {"silver": None, "gold": None, "diamond": None},
    ),
    (
        "knife-care", "免费磨刀", "Knives sharpened",
        {"kind": "SERVICE", "every": "MONTH", "priority": 10},
        {"silver": 1, "gold": 2, "diamond": 4},
    ),
    (
        "tasting", "新品试吃", "Tasting of new products",
        {"kind": "PRIORITY", "every": "QUARTER", "giving": "CLAIMED", "claim_days": 14},
        {"gold": 1, "diamond": 2},
    ),
    (
        "adviser", "专属顾问", "A personal adviser",
        {"kind": "PERSONAL", "cap_percent": 1}, {},
    ),
)  # fmt: skip


def set_up(*, at: datetime) -> None:
    """Live benefits, the order of them, and uses of members with a tier; once."""
    if Benefit.objects.exists():
        return
    since = at - timedelta(days=30)
    for plan in _PLANS:
        _benefit(plan, since)
    BenefitWeight.objects.create(signal="ENDS", days=14, points=15)
    BenefitWeight.objects.create(signal="LEFT", points=5)
    list(benefit_nights.renew(at=at))
    _use(at)


@transaction.atomic
def _benefit(plan: tuple[str, str, str, dict[str, Any], dict[str, int | None]], since: Any) -> None:
    code, name_zh, name_en, fields, quotas = plan
    made = Benefit.objects.create(
        code=code, name_zh=name_zh, name_en=name_en, created_at=since, **fields
    )
    tiers = {tier.code: tier for tier in Tier.objects.filter(program__is_current=True)}
    for tier, quota in quotas.items():
        if tier in tiers:
            BenefitRule.objects.create(benefit=made, audience="TIER", tier=tiers[tier], quota=quota)
    if not quotas:
        BenefitRule.objects.create(benefit=made, audience="EVERYONE")
    benefits.go_live(benefit_id=made.pk)


def _use(at: datetime) -> None:
    """Knives of those who have a tier, some of them sharpened none too well."""
    care = Benefit.objects.get(code="knife-care")
    store = Store.objects.order_by("pk").first()
    holders = Account.objects.filter(member__state=Member.State.ACTIVE, tier__rank__gt=0).order_by(
        "-window_spend_amount", "pk"
    )
    for number, account in enumerate(holders[:_USERS]):
        ask = Ask(
            benefit_id=care.pk,
            member_id=account.member_id,
            source="demo",
            external_id=f"knife-{number}",
            store_id=store.pk if store else None,
        )
        try:
            used = benefit_uses.use(ask=ask, at=at).use
        except BenefitRefused:
            continue
        if number % 2 == 0:
            benefit_uses.rate(
                use_uid=used.uid, member_id=used.member_id, rating=4 + number % 5, at=at
            )
        if number % 9 == 5:
            benefit_uses.void(use_uid=used.uid, reason="mistake", at=at)
