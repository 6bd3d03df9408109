"""The register of purposes: what personal data are used for, on which basis, for how long."""

from datetime import datetime

from django.db import transaction

from members.errors import DomainError
from members.models import Consent, ProcessingPurpose
from members.models.data_categories import DataCategory
from members.services import audit

_Basis = ProcessingPurpose.Basis
_YEAR = 365


class PurposeIncomplete(DomainError):
    """A purpose needs a code, a name and kinds of data; one by consent, that purpose too."""

    code = "purpose_incomplete"


def save(
    *, purpose: ProcessingPurpose, actor_id: int | None = None, at: datetime
) -> ProcessingPurpose:
    """The purpose as the register shows it from now on.

    Raises: PurposeIncomplete.
    """
    check(purpose)
    with transaction.atomic():
        purpose.save()
        audit.record(
            action="purpose.save", at=at, actor_id=actor_id, details={"code": purpose.code}
        )
    return purpose


def check(purpose: ProcessingPurpose) -> None:
    """Raises: PurposeIncomplete."""
    rests_on_consent = purpose.basis == _Basis.CONSENT
    is_complete = (
        bool(purpose.code and purpose.name)
        and set(purpose.categories) <= set(DataCategory.values)
        and bool(purpose.consent_purpose) == rests_on_consent
        and (not rests_on_consent or purpose.consent_purpose in Consent.Purpose.values)
    )
    if not is_complete:
        raise PurposeIncomplete


def install() -> int:
    """How many of the purposes that this product has were added; one that is there stays as it
    is, and one that operators took out of use stays out."""
    known = set(ProcessingPurpose.objects.values_list("code", flat=True))
    fresh = [ProcessingPurpose(**row) for row in _DEFAULTS if row["code"] not in known]
    ProcessingPurpose.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


_DEFAULTS: tuple[dict[str, object], ...] = (
    {
        "code": "membership",
        "name_zh": "会员计划:积分、等级、权益与优惠券",
        "name_en": "The loyalty programme: points, tiers, benefits, coupons",
        "basis": _Basis.CONTRACT.value,
        "categories": ["IDENTITY", "CONTACT", "PURCHASES", "POINTS"],
        "kept_days": None,
    },
    {
        "code": "accounting",
        "name_zh": "交易记录与会计凭证",
        "name_en": "Records of sales and accounts",
        "basis": _Basis.LAW.value,
        "categories": ["PURCHASES", "POINTS"],
        "kept_days": 10 * _YEAR,
    },
    {
        "code": "service",
        "name_zh": "咨询、投诉与服务通知",
        "name_en": "Inquiries, complaints and messages about the service",
        "basis": _Basis.CONTRACT.value,
        "categories": ["CONTACT", "COMMUNICATION"],
        "kept_days": 3 * _YEAR,
    },
    {
        "code": "marketing",
        "name_zh": "营销信息",
        "name_en": "Marketing messages",
        "basis": _Basis.CONSENT.value,
        "consent_purpose": Consent.Purpose.MARKETING.value,
        "categories": ["CONTACT", "PURCHASES", "POINTS"],
        "kept_days": None,
    },
    {
        "code": "profiling",
        "name_zh": "个性化分析与推荐",
        "name_en": "Analysis and personal recommendations",
        "basis": _Basis.CONSENT.value,
        "consent_purpose": Consent.Purpose.PROFILING.value,
        "categories": ["PURCHASES", "BEHAVIOR", "PROFILE"],
        "kept_days": 2 * _YEAR,
    },
    {
        "code": "security",
        "name_zh": "账户安全与防止滥用",
        "name_en": "Safety of accounts, prevention of abuse",
        "basis": _Basis.INTEREST.value,
        "categories": ["ACCESS", "CONTACT"],
        "kept_days": 180,
    },
)
