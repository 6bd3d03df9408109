"""Gifts of journeys: points, coupons, benefits, badges and tags, each once."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from campaigns.models import CampaignPrize, Enrollment, StepRecord
from campaigns.rules.journey_steps import Grant
from campaigns.services import campaign_versions, journey_acts
from loyalty.services import prizes
from members.errors import DomainError, NotFound
from members.models import Member
from members.selectors import living
from members.services import tags

ORIGIN = "CAMPAIGN"
_Outcome = StepRecord.Outcome


def give(rows: Sequence[Enrollment], at: datetime) -> None:
    """Gives each what its step gives, and lets it stand at the next one. Behind the locks of the
    account and of the row. What can't be given (no stock, a type that isn't live) is recorded with
    its code, and the journey goes on."""
    for row in rows:
        step = campaign_versions.flow_of_version(row.version).steps.get(row.step)
        if not isinstance(step, Grant) or row.state != Enrollment.State.ACTIVE:
            continue
        outcome, detail = _Outcome.DONE, ""
        try:
            with transaction.atomic():
                detail = _give(row, step, at)
        except DomainError as refusal:
            outcome, detail = _Outcome.FAILED, refusal.code
        StepRecord.objects.get_or_create(
            enrollment=row,
            step=step.id,
            defaults={
                "kind": step.kind,
                "outcome": outcome,
                "detail": detail[:80],
                "recorded_at": at,
            },
        )
        journey_acts.go(row, step.next, at)


def key_of(row: Enrollment, step_id: str) -> str:
    """Names the promise: however often it is given, it is one gift."""
    return f"campaign:{row.pk}:{step_id}"


def _give(row: Enrollment, step: Grant, at: datetime) -> str:
    """What was given, as a code."""
    if step.what == "TAG":
        tags.give(members=[_bearer(row)], code=step.code, at=at, source=ORIGIN)
        return step.code
    prize = CampaignPrize.objects.get(version_id=row.version_id, step=step.id)
    given = prizes.give(
        prize=prize,
        key=key_of(row, step.id),
        origin=ORIGIN,
        member_id=row.member_id,
        at=at,
    )
    return f"{step.what}:{given.uid}"


def _bearer(row: Enrollment) -> Member:
    """The member whose card it is now, after merges.

    Raises: NotFound.
    """
    member_id = living.id_of(member_id=row.member_id)
    if member_id is None:
        raise NotFound
    bearer: Member = Member.objects.get(pk=member_id)
    return bearer
