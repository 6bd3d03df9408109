"""What of benefits is erased with a member, taken along by them, and too old to keep."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from loyalty.models import BenefitGrant, BenefitHolder, BenefitNotice, BenefitUse
from members.registry import privacy
from members.registry.privacy import Erasing
from members.services.privacy_sections import stream
from members.services.retention_categories import unheld

# Instead of a fingerprint.
_FORGOTTEN = bytes(32)
_USE = ("benefit", "state", "store", "used_at", "voided_at", "rating")
_GRANT = ("benefit", "origin", "quota", "used_count", "valid_from", "valid_until", "ended_at")
Rows = Iterable[Mapping[str, Any]]


def register() -> None:
    """Called by `apps.ready`."""
    privacy.add_erasure_step(privacy.ErasureStep("loyalty.benefits", 215, erase))
    for code, order, title, columns, rows in (
        ("loyalty.benefit_grants", 172, _("Benefits given and claimed"), _GRANT, _grants),
        ("loyalty.benefit_uses", 174, _("Benefits used"), _USE, _uses),
    ):
        privacy.add_export_section(privacy.ExportSection(code, order, title, columns, rows))
    privacy.add_retention(
        privacy.RetentionCategory(
            code="loyalty.benefit_notices",
            label=_("Who was reminded of benefits"),
            default_days=400,
            minimum_days=62,
            count=lambda before: _old(before).count(),
            remove=_remove,
        )
    )


def erase(erasing: Erasing) -> Mapping[str, int]:
    """What staff wrote goes, and what would only remind a person who is gone; uses stay counted,
    as nobody's."""
    ids = erasing.member_ids
    uses = BenefitUse.objects.filter(member_id__in=ids)
    grants = BenefitGrant.objects.filter(member_id__in=ids)
    return {
        "loyalty_benefituse": uses.update(fingerprint=_FORGOTTEN, void_reason=""),
        "loyalty_benefitgrant": grants.update(reason="", end_reason=""),
        "loyalty_benefitholder": BenefitHolder.objects.filter(member_id__in=ids).delete()[0],
        "loyalty_benefitnotice": BenefitNotice.objects.filter(member_id__in=ids).delete()[0],
    }


def _uses(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = BenefitUse.objects.filter(member_id__in=member_ids).order_by("pk")
    for row in stream(rows.select_related("benefit", "store")):
        yield {
            **{name: getattr(row, name) for name in _USE},
            "benefit": row.benefit.code,
            "store": row.store.code if row.store else "",
        }


def _grants(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = BenefitGrant.objects.filter(member_id__in=member_ids).order_by("pk")
    for row in stream(rows.select_related("benefit")):
        yield {**{name: getattr(row, name) for name in _GRANT}, "benefit": row.benefit.code}


def _old(before: datetime) -> QuerySet[BenefitNotice]:
    return unheld(BenefitNotice.objects.filter(recorded_at__lt=before))


def _remove(before: datetime, limit: int) -> int:
    chosen = _old(before).order_by("pk").select_for_update(skip_locked=True, of=("self",))
    ids = list(chosen.values_list("pk", flat=True)[:limit])
    BenefitNotice.objects.filter(pk__in=ids).delete()
    return len(ids)
