"""A shop whose tiers are easy to reach: Silver from ¥3,000, Gold from ¥10,000, spend alone."""

from datetime import datetime
from typing import Any

from loyalty.models import Account, Program, Tier, TierChange
from tests.loyalty import till
from tests.loyalty.till import line

# Reached on 21 November 2026, 14:00: the term ends on 22 November 2027, 00:00.
REACHED = till.NOW


def set_up(**settings: Any) -> None:
    """Tiers by spend alone; `settings` are fields of the programme."""
    Tier.objects.update(orders_count=0)
    Program.objects.update(**settings)


def tier(code: str, **fields: Any) -> Tier:
    """Changes a tier, or makes it when it is not there."""
    found = Tier.objects.filter(code=code).first()
    if found is None:
        fields.setdefault("rank", Tier.objects.count())
        program = Program.objects.get(is_current=True)
        return Tier.objects.create(program=program, code=code, name_en=code, name_zh=code, **fields)
    for name, value in fields.items():
        setattr(found, name, value)
    found.save()
    return found


def buy(number: str, yuan: int, when: datetime = REACHED, **options: Any) -> dict[str, Any]:
    return till.sell(number, line("1", yuan * 100), when=when, **options)


def code_of(member: Any) -> str:
    return Account.objects.get(member_id=member.pk).tier.code


def story(member: Any) -> list[tuple[str, str, datetime, datetime | None]]:
    """What happened to the member's tier after joining: why, to which, when, until when."""
    changes = TierChange.objects.filter(member_id=member.pk).exclude(reason="JOINED")
    changes = changes.select_related("to_tier").order_by("pk")
    return [(one.reason, one.to_tier.code, one.occurred_at, one.until_at) for one in changes]
