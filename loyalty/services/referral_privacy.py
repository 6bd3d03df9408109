"""What erasure forgets of recommending, and what a member's package holds of it. Who recommended
whom stays as ids of nobody: prizes of others rest on it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from loyalty.models import (
    Referral,
    ReferralCode,
    ReferralInvitation,
    ReferralStep,
    ReferralTrace,
)
from members.registry.privacy import (
    Erasing,
    ErasureStep,
    ExportSection,
    RetentionCategory,
    add_erasure_step,
    add_export_section,
    add_retention,
)
from members.services.privacy_sections import stream
from members.services.retention_categories import unheld

_COLUMNS = ("what", "code", "state", "channel", "step", "occurred_at", "ended_at")
_DAYS, _FEWEST = 730, 90


def register() -> None:
    """Called by `apps.ready`."""
    add_erasure_step(ErasureStep("loyalty.referrals", 205, erase))
    add_export_section(ExportSection("loyalty.referrals", 180, _("Recommending"), _COLUMNS, _rows))
    add_retention(
        RetentionCategory(
            code="loyalty.referral_invitations",
            label=_("Invitations that members sent"),
            default_days=_DAYS,
            minimum_days=_FEWEST,
            count=lambda before: _old(before).count(),
            remove=_remove,
        )
    )


def erase(erasing: Erasing) -> Mapping[str, int]:
    """The code leads to nobody, and no device or card is remembered."""
    ids = erasing.member_ids
    nobody = Concat(Value("#"), Cast("pk", CharField()))
    codes = ReferralCode.objects.filter(member_id__in=ids, stopped_at=None)
    sent = ReferralInvitation.objects.filter(member_id__in=ids)
    sent = sent.exclude(external_id__startswith="#")
    claims = Referral.objects.filter(Q(friend_id__in=ids) | Q(referrer_id__in=ids))
    told = claims.filter(decided_by_id__isnull=False).exclude(decision="accepted")
    seen = Q(device_index__isnull=False) | Q(payment_index__isnull=False)
    return {
        "loyalty_referralcode": codes.update(code=nobody, stopped_at=erasing.at),
        "loyalty_referralinvitation": sent.update(external_id=nobody),
        "loyalty_referraltrace": ReferralTrace.objects.filter(member_id__in=ids).delete()[0],
        "loyalty_referral": Referral.objects.filter(seen, friend_id__in=ids).update(
            device_index=None, payment_index=None
        )
        + told.exclude(decision="").update(decision=""),
    }


def _rows(member_ids: Sequence[int], at: datetime) -> Iterable[Mapping[str, Any]]:
    """Friends without names: who they are is theirs."""
    empty = dict.fromkeys(_COLUMNS, "")
    for what, model, who, columns in _PARTS:
        rows = model.objects.filter(**{f"{who}__in": member_ids}).order_by("pk")
        for row in stream(rows):
            yield {**empty, "what": what, **{to: getattr(row, of) for to, of in columns}}


_PARTS: tuple[tuple[str, Any, str, tuple[tuple[str, str], ...]], ...] = (
    ("code", ReferralCode, "member_id", (("code", "code"), ("occurred_at", "created_at"))),
    (
        "invitation",
        ReferralInvitation,
        "member_id",
        (("channel", "channel"), ("occurred_at", "invited_at")),
    ),
    (
        "recommended by a member",
        Referral,
        "friend_id",
        (("state", "state"), ("occurred_at", "claimed_at")),
    ),
    ("friend", Referral, "referrer_id", (("state", "state"), ("occurred_at", "claimed_at"))),
    (
        "step",
        ReferralStep,
        "member_id",
        (("step", "step"), ("occurred_at", "reached_at"), ("ended_at", "undone_at")),
    ),
    (
        "trace",
        ReferralTrace,
        "member_id",
        (("channel", "kind"), ("occurred_at", "seen_at")),
    ),
)


def _old(before: datetime) -> Any:
    return unheld(ReferralInvitation.objects.filter(invited_at__lt=before))


def _remove(before: datetime, limit: int) -> int:
    chosen = list(_old(before).order_by("pk").values_list("pk", flat=True)[:limit])
    return int(ReferralInvitation.objects.filter(pk__in=chosen).delete()[0])
