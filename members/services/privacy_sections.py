"""What a member's package holds of this app's own tables: rows of plain values, opened."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.models import (
    AuditRecord,
    Consent,
    Event,
    Identity,
    Member,
    MemberTag,
    PrivacyRequest,
)
from members.registry.privacy import ExportSection, add_export_section

Rows = Iterable[Mapping[str, Any]]
CHUNK = 1_000
# What of the audit trail is about the member's data being looked at; operators aren't named.
_SEEN = ("members.identity.revealed", "privacy.package_fetched")


_PROFILE = (
    "id",
    "card_number",
    "state",
    "name",
    "birthday",
    "gender",
    "language",
    "joined_at",
    "channel",
    "store",
    "placement",
    "may_be_profiled",
    "metadata",
)
_IDENTITY = ("kind", "issuer", "value", "verified_at", "created_at")
_CONSENT = (
    "purpose",
    "medium",
    "is_granted",
    "policy_version",
    "source",
    "occurred_at",
    "recorded_at",
)
_TAG = ("code", "name_zh", "name_en", "since")
_REQUEST = ("id", "kind", "state", "source", "received_at", "due_on", "closed_at", "refusal")
_EVENT = ("id", "type", "occurred_at", "recorded_at", "source", "payload")


def register() -> None:
    """Called by `apps.ready`."""
    for code, order, title, columns, rows in (
        ("members.profile", 10, _("Profile"), _PROFILE, _profile),
        ("members.identities", 20, _("Identities"), _IDENTITY, _identities),
        ("members.consents", 30, _("Consents"), _CONSENT, _consents),
        ("members.tags", 40, _("Tags"), _TAG, _tags),
        ("members.privacy_requests", 42, _("Privacy requests"), _REQUEST, _requests),
        ("members.seen_by_staff", 45, _("Who looked"), ("what", "at"), _seen),
        ("members.timeline", 100, _("Timeline"), _EVENT, _events),
    ):
        add_export_section(ExportSection(code, order, title, columns, rows))


def stream(rows: QuerySet[Any]) -> Iterable[Any]:
    """Rows one after the other, a thousand in memory."""
    return rows.iterator(chunk_size=CHUNK)


def _profile(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = Member.objects.filter(pk__in=member_ids).select_related("key", "channel", "store")
    for member in stream(rows.order_by("pk")):
        yield {
            "id": member.uid,
            "card_number": member.card_number,
            "state": member.state,
            "name": member.name,
            "birthday": member.birthday,
            "gender": member.gender,
            "language": member.language,
            "joined_at": member.joined_at,
            "channel": member.channel.code if member.channel else "",
            "store": member.store.code if member.store else "",
            "placement": member.placement,
            "may_be_profiled": member.is_profiled,
            "metadata": member.metadata,
        }


def _identities(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = Identity.objects.filter(member__in=member_ids).select_related("member__key")
    for row in stream(rows.order_by("pk")):
        yield {
            "kind": row.kind,
            "issuer": row.issuer,
            "value": row.value,
            "verified_at": row.verified_at,
            "created_at": row.created_at,
        }


def _consents(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = Consent.objects.filter(member__in=member_ids).order_by("pk")
    return stream(rows.values(*_CONSENT))


def _tags(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = MemberTag.objects.filter(member__in=member_ids).order_by("pk")
    for row in stream(rows.select_related("tag")):
        yield {
            "code": row.tag.code,
            "name_zh": row.tag.name_zh,
            "name_en": row.tag.name_en,
            "since": row.created_at,
        }


def _requests(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = PrivacyRequest.objects.filter(member__in=member_ids).order_by("pk")
    for row in stream(rows):
        yield {
            "id": row.uid,
            "kind": row.kind,
            "state": row.state,
            "source": row.source,
            "received_at": row.received_at,
            "due_on": row.due_on,
            "closed_at": row.closed_at,
            "refusal": row.refusal,
        }


def _seen(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = AuditRecord.objects.filter(member__in=member_ids, action__in=_SEEN).order_by("pk")
    for row in stream(rows):
        yield {"what": row.action, "at": row.occurred_at}


def _events(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = Event.objects.filter(member__in=member_ids).order_by("pk")
    for row in stream(rows):
        yield {
            "id": row.uid,
            "type": row.type,
            "occurred_at": row.occurred_at,
            "recorded_at": row.recorded_at,
            "source": row.source,
            "payload": row.payload,
        }
