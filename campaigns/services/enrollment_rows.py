"""Rows of enrollments with what they hang on: many of few campaigns, each of which is read once."""

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from campaigns.models import Campaign, CampaignVersion, Delivery, Enrollment, Run


def with_parents(rows: QuerySet[Enrollment] | Iterable[Enrollment]) -> list[Enrollment]:
    """The rows with campaign, version and run. Three queries, and one object each, however many
    rows share them: a join would make three for each row."""
    found = list(rows)
    campaigns = Campaign.objects.in_bulk({row.campaign_id for row in found})
    versions = CampaignVersion.objects.in_bulk({row.version_id for row in found})
    runs = Run.objects.in_bulk({row.run_id for row in found})
    for row in found:
        row.campaign = campaigns[row.campaign_id]
        row.version = versions[row.version_id]
        row.run = runs[row.run_id]
    return found


def attach(deliveries: Sequence[Delivery], *, campaign: Campaign) -> None:
    """Gives each message of `campaign` its enrollment, with the version; two queries."""
    found = Enrollment.objects.in_bulk(
        {one.enrollment_id for one in deliveries if one.enrollment_id is not None}
    )
    versions = CampaignVersion.objects.in_bulk({row.version_id for row in found.values()})
    for row in found.values():
        row.campaign, row.version = campaign, versions[row.version_id]
    for one in deliveries:
        one.campaign = campaign
        one.enrollment = found[one.enrollment_id] if one.enrollment_id is not None else None
