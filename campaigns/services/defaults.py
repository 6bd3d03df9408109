"""What every new installation begins with: one campaign that works, in both languages."""

from datetime import datetime, time

from django.db import transaction

from campaigns.models import Campaign, MessageTemplate
from members.models import Consent

CODE = "tier-upgraded"


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
