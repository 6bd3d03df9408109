"""Offers with where they stand at an instant: the states that operators know."""

from datetime import datetime
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    TextChoices,
    Value,
    When,
)
from django.utils.translation import gettext_lazy as _

from campaigns.models import Offer
from members.models import ApprovalRequest

TARGET = "campaigns.offer"


class Stage(TextChoices):
    """Where an offer is in its life. Of several versions that have begun the newest counts; the
    others are replaced. Source: docs/decisions/0023-newest-version-decides.md."""

    DRAFT = "DRAFT", _("Draft")
    WAITING = "WAITING", _("Waiting for approval")
    SCHEDULED = "SCHEDULED", _("Scheduled")
    LIVE = "LIVE", _("Live")
    ENDED = "ENDED", _("Ended")
    REPLACED = "REPLACED", _("Replaced")
    STOPPED = "STOPPED", _("Stopped")


def with_stage(offers: QuerySet[Offer], *, at: datetime) -> QuerySet[Any]:
    """`offers` with `stage`, in the same statement."""
    waiting = ApprovalRequest.objects.filter(
        target_type=TARGET,
        target_id=OuterRef("pk"),
        status=ApprovalRequest.Status.PENDING,
        expires_at__gt=at,
    )
    later = Q(valid_from__gt=OuterRef("valid_from")) | Q(
        valid_from=OuterRef("valid_from"), pk__gt=OuterRef("pk")
    )
    newer = Offer.objects.filter(later, code=OuterRef("code"), valid_from__lte=at)
    return offers.annotate(
        stage=Case(
            When(Q(state=Offer.State.DRAFT) & Exists(waiting), then=Value(Stage.WAITING)),
            When(state=Offer.State.DRAFT, then=Value(Stage.DRAFT)),
            When(state=Offer.State.RETIRED, then=Value(Stage.STOPPED)),
            When(valid_until__lte=at, then=Value(Stage.ENDED)),
            When(valid_from__gt=at, then=Value(Stage.SCHEDULED)),
            When(Exists(newer.exclude(state=Offer.State.DRAFT)), then=Value(Stage.REPLACED)),
            default=Value(Stage.LIVE),
            output_field=CharField(),
        )
    )


def versions(*, code: str, at: datetime) -> list[Any]:
    """All versions of an offer, the newest first, with `stage`."""
    return list(with_stage(Offer.objects.filter(code=code), at=at).order_by("-version"))
