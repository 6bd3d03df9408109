"""Who outside receives personal data, as the register shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from members.errors import DomainError
from members.models import Recipient
from members.models.data_categories import DataCategory
from members.services import audit

EMAIL = "email-provider"
SMS = "sms-provider"
WECHAT = "wechat"
PUSH = "push-service"


class RecipientIncomplete(DomainError):
    """A recipient needs a code, a name, a purpose, kinds of data, a country as two letters."""

    code = "recipient_incomplete"


@dataclass(frozen=True, kw_only=True)
class Known:
    """A recipient that the product itself gives data to."""

    code: str
    name_zh: str
    name_en: str
    purpose: str
    categories: Sequence[str]


PROVIDERS = (
    Known(
        code=EMAIL,
        name_zh="邮件服务商",
        name_en="E-mail provider",
        purpose="向会员发送邮件 · Delivers e-mail to members",
        categories=(DataCategory.CONTACT.value, DataCategory.COMMUNICATION.value),
    ),
    Known(
        code=SMS,
        name_zh="短信服务商",
        name_en="SMS provider",
        purpose="向会员发送短信 · Delivers SMS to members",
        categories=(DataCategory.CONTACT.value, DataCategory.COMMUNICATION.value),
    ),
    Known(
        code=WECHAT,
        name_zh="微信",
        name_en="WeChat",
        purpose="向会员发送小程序订阅消息 · Delivers subscription messages to members",
        categories=(DataCategory.CONTACT.value, DataCategory.COMMUNICATION.value),
    ),
    Known(
        code=PUSH,
        name_zh="推送服务",
        name_en="Push service",
        purpose="向会员的手机推送消息 · Delivers push messages to members' phones",
        categories=(DataCategory.CONTACT.value, DataCategory.COMMUNICATION.value),
    ),
)


def save(*, recipient: Recipient, actor_id: int | None = None, at: datetime) -> Recipient:
    """The recipient as the register shows them from now on.

    Raises: RecipientIncomplete.
    """
    check(recipient)
    with transaction.atomic():
        recipient.save()
        audit.record(
            action="recipient.save", at=at, actor_id=actor_id, details={"code": recipient.code}
        )
    return recipient


def check(recipient: Recipient) -> None:
    """Raises: RecipientIncomplete."""
    country = recipient.country
    is_complete = (
        bool(recipient.code and recipient.name and recipient.purpose.strip())
        and set(recipient.categories) <= set(DataCategory.values)
        and len(country) == 2
        and country.isascii()
        and country.isupper()
    )
    if not is_complete:
        raise RecipientIncomplete


def install() -> int:
    """How many of the providers that the product knows were added; those that are there stay as
    operators described them. One that isn't used is taken out of use in the console."""
    known = set(Recipient.objects.values_list("code", flat=True))
    fresh = [
        Recipient(
            code=one.code,
            name_zh=one.name_zh,
            name_en=one.name_en,
            purpose=one.purpose,
            categories=list(one.categories),
            is_active=False,
        )
        for one in PROVIDERS
        if one.code not in known
    ]
    Recipient.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)
