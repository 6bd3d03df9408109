"""What every new installation begins with: campaigns that work, in both languages."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django.db import transaction

from campaigns.models import Campaign, MessageTemplate
from campaigns.services import campaign_approvals, campaigns
from campaigns.services.campaigns import Draft
from members.models import Consent

CODE = "tier-upgraded"
REMINDER = "appointment-reminder"


def install(*, at: datetime) -> Campaign:
    """The campaign "tier upgraded" with its template; one that is there already stays as it is.

    It begins to run: it hears of upgrades from the next one on.
    """
    return _install(CODE, template=_TEMPLATE, values=_CAMPAIGN, at=at)


def install_reminder(*, at: datetime) -> Campaign:
    """The campaign "appointment" with its template: it writes when an appointment is near. One
    that is there already stays as it is."""
    return _install(REMINDER, template=_REMINDER_TEMPLATE, values=_REMINDER_CAMPAIGN, at=at)


@transaction.atomic
def _install(
    code: str, *, template: Mapping[str, Any], values: Mapping[str, Any], at: datetime
) -> Campaign:
    found = Campaign.objects.filter(code=code).first()
    if found is not None:
        return found
    MessageTemplate.objects.get_or_create(code=code, defaults=template)
    names = {name: values[name] for name in ("name_zh", "name_en")}
    rest = {name: value for name, value in values.items() if name not in names}
    step = {"id": "s1", "kind": "MESSAGE", "template": code, "media": _MEDIA, "mode": "EACH"}
    campaign = campaigns.create(
        draft=Draft(code=code, **names, values={**_ENTRY, **rest, "steps": [step]}),
        actor=None,
        at=at,
    )
    campaign_approvals.begin_unasked(campaign=campaign, at=at)
    return campaign


_MEDIA = [Consent.Medium.INBOX.value, Consent.Medium.EMAIL.value]
_ENTRY = {"entry": Campaign.Entry.EVENT.value, "goal": Campaign.Goal.SERVICE.value}
_TEMPLATE = {
    "name_zh": "等级升级",
    "name_en": "Tier upgraded",
    "subject_zh": "恭喜您升级为{{ tier }}会员",
    "subject_en": "Congratulations: you are now {{ tier }}",
    "body_zh": (
        "您好！\n\n"
        "您已升级为{{ tier }}会员。从下一笔订单起，积分按 {{ coefficient }} 倍累计。\n"
        "您现有 {{ available_points | points }} 可用积分，"
        "可抵 {{ available_amount | money }}。\n\n"
        "会员卡号：{{ card_number }}"
    ),
    "body_en": (
        "Hello,\n\n"
        "You have reached {{ tier }}. From your next order on, you earn points at "
        "{{ coefficient }} times the base rate.\n"
        "You have {{ available_points | points }} points to spend, "
        "worth {{ available_amount | money }}.\n\n"
        "Member card: {{ card_number }}"
    ),
}

_CAMPAIGN = {
    "name_zh": "等级升级通知",
    "name_en": "Tier upgraded",
    "entry_rule": {"event": "loyalty.tier.upgraded"},
    "purpose": Consent.Purpose.MARKETING,
    "quiet_from": time(21),
    "quiet_until": time(9),
}

_REMINDER_TEMPLATE = {
    "name_zh": "预约提醒",
    "name_en": "Appointment reminder",
    "subject_zh": "预约提醒：{{ starts_at }}，{{ store }}",
    "subject_en": "Your appointment: {{ starts_at }}, {{ store }}",
    "body_zh": (
        "您好！\n\n"
        "您在{{ store }}预约了{{ appointment }}，时间为 {{ starts_at }}。\n"
        "如需改期或取消，请提前告知门店。"
    ),
    "body_en": (
        "Hello,\n\n"
        "You have booked {{ appointment }} at {{ store }}: {{ starts_at }}.\n"
        "To move or cancel it, please tell the store in time."
    ),
}

_REMINDER_CAMPAIGN = {
    "name_zh": "预约提醒",
    "name_en": "Appointment reminder",
    "entry_rule": {"event": "members.appointment.due"},
    "purpose": Consent.Purpose.SERVICE,
    "quiet_from": time(21),
    "quiet_until": time(9),
    # Of a visit that is over nobody needs to be reminded.
    "expires_hours": 12,
}
