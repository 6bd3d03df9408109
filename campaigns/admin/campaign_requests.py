"""What a request to start a campaign asks for, in the words of whoever decides it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from django.urls import reverse
from django.utils import timezone

from campaigns.admin import approval_figures, campaign_words, wizard_review
from campaigns.admin.journey_sentences import Line
from campaigns.models import Campaign
from campaigns.services import campaign_approvals
from members.models import ApprovalRequest
from members.registry import panels


def register() -> None:
    """Called by `apps.ready`, behind the service's own."""
    own = panels.EXECUTORS[campaign_approvals.ACTION]
    panels.add_executor(replace(own, tell=tell, page=_page))


def tell(request: ApprovalRequest) -> list[str]:
    """How far it reaches, and all that the campaign does. Figures are those that the approval
    binds; campaigns that it begins, and that begin it, are named."""
    campaign = Campaign.objects.filter(pk=request.target_id).select_related("segment").first()
    if campaign is None:
        return []
    told = approval_figures.sentences(campaign, request.payload or {})
    if request.status == ApprovalRequest.Status.PENDING:
        told += wizard_review.warnings(campaign, at=timezone.now())
    for part in campaign_words.parts(campaign):
        lines = [*_flat(part.flow), *part.lines]
        told.append(f"{part.title}: {' · '.join(lines)}")
    return told


def _flat(lines: Sequence[Line]) -> Iterator[str]:
    """The steps one behind the other, with the way that leads to them."""
    for line in lines:
        yield line.text
        for way in line.ways:
            yield f"{way.label}:"
            yield from _flat(way.lines) if way.lines else iter(("–",))


def _page(request: ApprovalRequest) -> str:
    return reverse("admin:campaigns_campaign_change", args=[request.target_id])
