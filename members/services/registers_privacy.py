"""What the registers of this app do when a member is merged, erased or exported, and at night."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from members.models import (
    GuardianConsent,
    Identity,
    LegalHold,
    Measure,
    MemberSession,
    OneTimeCode,
)
from members.registry import panels, privacy
from members.registry.privacy import Erasing, ErasureStep, ExportSection
from members.selectors import recipients as recipient_selectors
from members.services import (
    code_disclosures,
    merge_rows,
    profiling,
    recipients,
    retention,
    retention_categories,
)
from members.services.merges import Merge


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_merge_step("members.guardians", 60, _merge_guardians, undo=_give_guardians_back)
    privacy.add_erasure_step(ErasureStep("members.registers", 40, _erase))
    for section in _SECTIONS:
        privacy.add_export_section(section)
    for category in retention_categories.categories():
        privacy.add_retention(category)
    privacy.add_sharing_source(privacy.SharingSource("members.codes", _got_codes))
    panels.add_job_kind(retention.KIND, retention.run)
    panels.add_night_step(panels.NightStep("members.profiling", 70, _sweep_profiles))
    # Before retention, which removes the codes that it counts.
    panels.add_night_step(panels.NightStep("members.disclosures", 81, _record_codes))
    panels.add_night_step(panels.NightStep("members.retention", 90, _retain))


def _sweep_profiles(at: datetime) -> Iterable[int]:
    return profiling.sweep(at=at)


def _record_codes(at: datetime) -> Iterable[int]:
    return code_disclosures.record_days(at=at)


def _retain(at: datetime) -> Iterable[int]:
    return retention.run_nightly(at=at)


# A merge: rows that can move do; the register of disclosures is append-only and read through all
# cards of a person, and so are legal holds. An objection to profiling is carried with the cards,
# and the night removes what was computed.


def _merge_guardians(done: Merge) -> dict[str, list[int]]:
    """One parent's consent holds for a person: the survivor's own, else the retired one's."""
    ended: list[int] = []
    open_rows = GuardianConsent.objects.filter(ended_at__isnull=True)
    if open_rows.filter(member_id=done.survivor_id).exists():
        theirs = open_rows.filter(member_id=done.retired_id)
        ended = list(theirs.values_list("pk", flat=True))
        theirs.update(ended_at=done.at)
    return {"rows": merge_rows.move(GuardianConsent, done), "ended": ended}


def _give_guardians_back(done: Merge, moved: dict[str, list[int]]) -> None:
    merge_rows.give_back(GuardianConsent, done, moved["rows"])
    back = GuardianConsent.objects.filter(pk__in=moved["ended"], member_id=done.retired_id)
    back.update(ended_at=None)


# An erasure


def _erase(erasing: Erasing) -> Mapping[str, int]:
    """Names of parents are sealed with the member's key and emptied besides; why data were held
    may name somebody; measures are the person's profile."""
    guardians = GuardianConsent.objects.filter(member_id__in=erasing.member_ids)
    holds = LegalHold.objects.filter(member_id__in=erasing.member_ids).exclude(reason="")
    measures = Measure.objects.filter(member_id__in=erasing.member_ids)
    guardians.filter(ended_at__isnull=True).update(ended_at=erasing.at)
    named = guardians.exclude(verified_how="")
    return {
        "members_guardianconsent": named.update(name="", phone="", verified_how=""),
        "members_legalhold": holds.update(reason=""),
        "members_measure": measures.delete()[0],
    }


# An export


def _guardians(member_ids: Sequence[int], at: datetime) -> Iterator[Mapping[str, Any]]:
    rows = GuardianConsent.objects.filter(member_id__in=member_ids).order_by("pk")
    for row in rows.select_related("member__key"):
        yield {
            "name": row.name,
            "phone": row.phone,
            "verified_how": row.verified_how,
            "policy_version": row.policy_version,
            "given_at": row.given_at,
            "ended_at": row.ended_at,
        }


def _disclosures(member_ids: Sequence[int], at: datetime) -> Iterator[Mapping[str, Any]]:
    """By name first; then those who get data in bulk, each once."""
    named = set()
    for row in recipient_selectors.disclosures_of(member_ids=member_ids).order_by("pk"):
        named.add(row.recipient_id)
        yield {
            "recipient": row.recipient.name,
            "categories": row.categories,
            "purpose": row.purpose,
            "legal_basis": row.legal_basis,
            "occurred_at": row.occurred_at,
        }
    for recipient in recipient_selectors.that_got(member_ids=member_ids):
        if recipient.pk not in named:
            yield {
                "recipient": recipient.name,
                "categories": recipient.categories,
                "purpose": recipient.purpose,
                "legal_basis": "",
                "occurred_at": None,
            }


def _measures(member_ids: Sequence[int], at: datetime) -> Iterator[Mapping[str, Any]]:
    for row in Measure.objects.filter(member_id__in=member_ids).order_by("code", "pk"):
        yield {"code": row.code, "value": row.value, "as_of_on": row.as_of_on}


_SECTIONS = (
    ExportSection(
        "guardians",
        40,
        _("Consents of guardians"),
        ("name", "phone", "verified_how", "policy_version", "given_at", "ended_at"),
        _guardians,
    ),
    ExportSection(
        "disclosures",
        42,
        _("Who received your data"),
        ("recipient", "categories", "purpose", "legal_basis", "occurred_at"),
        _disclosures,
    ),
    ExportSection(
        "measures",
        44,
        _("Figures computed about you"),
        ("code", "value", "as_of_on"),
        _measures,
    ),
)


# Who got data in bulk


def _got_codes(member_ids: Collection[int]) -> set[str]:
    """Whoever logged in to a consumer app did so by a code that the provider delivered."""
    sessions = MemberSession.objects.filter(member_id=OuterRef("member_id"))
    codes = OneTimeCode.objects.filter(
        subject=OuterRef("digest"), sending__in=code_disclosures.SENT
    )
    phones = Identity.objects.filter(member_id__in=member_ids, kind=Identity.Kind.PHONE)
    reached = phones.filter(Exists(sessions) | Exists(codes))
    return {recipients.SMS} if reached.exists() else set()
