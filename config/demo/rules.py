"""Earning rules of the demo beside the base rule, in force through the year: a birthday doubles
its month's points. The weekend's are an offer (`promotions`)."""

from datetime import datetime

from config.demo import staff
from config.demo.editions import Edition
from loyalty.models import EarningRule, Program
from loyalty.services import earning_rules
from members.services import approvals

_MAKER, _CHECKER = "marketing_manager", "administrator"


def set_up(*, edition: Edition, at: datetime) -> None:
    """Asked for by one colleague and approved by another, before the first order. Bears repeats;
    the full load has the base rule alone, so that its points can be summed apart from us."""
    code = "birthday-month"
    if not edition.is_invented or EarningRule.objects.filter(code=code).exists():
        return
    staff.hire(roles=(_MAKER, _CHECKER), at=at)
    rule = EarningRule.objects.create(
        program=Program.objects.get(is_current=True),
        code=code,
        name_zh="生日月双倍积分",
        name_en="Double points in the birthday month",
        effect=EarningRule.Effect.MULTIPLIER,
        percent=200,
        condition={"field": "member.is_birthday_month", "op": "is", "value": True},
        valid_from=at,
    )
    request = earning_rules.ask_to_publish(
        rule_id=rule.pk,
        reason="会员生日权益 Birthday benefit",
        maker=staff.user(_MAKER),
        at=at,
    )
    approvals.approve(request_id=request.pk, checker=staff.user(_CHECKER), at=at)
