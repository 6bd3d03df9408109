"""What every new installation begins with: campaigns that work, in both languages."""

from datetime import datetime, time

from django.db import transaction

from campaigns.models import Campaign, MessageTemplate
from members.models import Consent

CODE = "tier-upgraded"
REMINDER = "appointment-reminder"


def install(*, at: datetime) -> Campaign:
    """The campaign "tier upgraded" with its template; one that is there already stays as it is.

    It begins to run: it hears of upgrades from the next one on.
    """
    with transaction.atomic():
        template, _ = MessageTemplate.objects.get_or_create(code=CODE, defaults=_TEMPLATE)
        campaign, _ = Campaign.objects.get_or_create(
            code=CODE, defaults={**_CAMPAIGN, "template": template}
        )
    return campaign


def install_reminder(*, at: datetime) -> Campaign:
    """The campaign "appointment" with its template: it writes when an appointment is near. One
    that is there already stays as it is."""
    with transaction.atomic():
        template, _ = MessageTemplate.objects.get_or_create(
            code=REMINDER, defaults=_REMINDER_TEMPLATE
        )
        campaign, _ = Campaign.objects.get_or_create(
            code=REMINDER, defaults={**_REMINDER_CAMPAIGN, "template": template}
        )
    return campaign


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
    "state": Campaign.State.RUNNING,
    "trigger_type": "loyalty.tier.upgraded",
    "purpose": Consent.Purpose.MARKETING,
    "media": [Consent.Medium.INBOX.value, Consent.Medium.EMAIL.value],
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
    "state": Campaign.State.RUNNING,
    "trigger_type": "members.appointment.due",
    "purpose": Consent.Purpose.SERVICE,
    "media": [Consent.Medium.INBOX.value, Consent.Medium.EMAIL.value],
    "quiet_from": time(21),
    "quiet_until": time(9),
    # Of a visit that is over nobody needs to be reminded.
    "expires_hours": 12,
}
