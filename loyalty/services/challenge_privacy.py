"""What a member's package says of challenges and badges, and what an erasure takes of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from loyalty.models import ChallengeAward, ChallengeProgress, ChallengeStep, MemberBadge
from loyalty.rules.challenges import EVER_ON
from members.registry import privacy
from members.registry.privacy import Erasing, ErasureStep, ExportSection
from members.services.privacy_sections import stream

Rows = Iterable[Mapping[str, Any]]
_PROGRESS = ("challenge", "window_on", "value", "joined_at", "updated_at")
_AWARD = ("challenge", "window_on", "time", "reached_at", "undone_at")
_BADGE = ("badge", "earned_at", "lost_at")


def register() -> None:
    """Called by `apps.ready`."""
    privacy.add_erasure_step(ErasureStep("loyalty.challenges", 210, erase))
    for code, order, title, columns, rows in (
        ("loyalty.challenges", 190, _("Progress in challenges"), _PROGRESS, _progress),
        ("loyalty.challenge_awards", 191, _("Challenges that were met"), _AWARD, _awards),
        ("loyalty.badges", 192, _("Badges"), _BADGE, _badges),
    ):
        privacy.add_export_section(ExportSection(code, order, title, columns, rows))


def erase(erasing: Erasing) -> Mapping[str, int]:
    """Progress, steps and badges go. That a target was met stays, as the reason of its prizes: it
    names nobody any more."""
    ids = erasing.member_ids
    return {
        "loyalty_challengestep": ChallengeStep.objects.filter(member_id__in=ids).delete()[0],
        "loyalty_challengeprogress": ChallengeProgress.objects.filter(member_id__in=ids).delete()[
            0
        ],
        "loyalty_memberbadge": MemberBadge.objects.filter(member_id__in=ids).delete()[0],
    }


def _progress(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = ChallengeProgress.objects.filter(member_id__in=member_ids).order_by("pk")
    for row in stream(rows.select_related("challenge")):
        yield {
            "challenge": row.challenge.code,
            "window_on": None if row.window_on == EVER_ON else row.window_on,
            "value": row.value,
            "joined_at": row.joined_at,
            "updated_at": row.updated_at,
        }


def _awards(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = ChallengeAward.objects.filter(member_id__in=member_ids).order_by("pk")
    for row in stream(rows.select_related("challenge")):
        yield {
            "challenge": row.challenge.code,
            "window_on": None if row.window_on == EVER_ON else row.window_on,
            "time": row.ordinal,
            "reached_at": row.reached_at,
            "undone_at": row.undone_at,
        }


def _badges(member_ids: Sequence[int], at: datetime) -> Rows:
    rows = MemberBadge.objects.filter(member_id__in=member_ids).order_by("pk")
    for row in stream(rows.select_related("badge")):
        yield {"badge": row.badge.code, "earned_at": row.earned_at, "lost_at": row.lost_at}
