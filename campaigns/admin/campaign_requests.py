"""What a request to start a campaign asks for, in the words of whoever decides it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.admin import campaign_words
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
    """How many members at most, the largest liability, and all that the campaign does. Figures are
    those that the approval binds."""
    asked = request.payload or {}
    campaign = Campaign.objects.filter(pk=request.target_id).select_related("segment").first()
    is_limited = campaign is not None and campaign.audience_limit is not None
    told = [_members(asked.get("members_count"), is_limited), *_liability(asked)]
    if campaign is None:
        return told
    for part in campaign_words.parts(campaign):
        lines = [*_flat(part.flow), *part.lines]
        told.append(f"{part.title}: {' · '.join(lines)}")
    return told


def _members(count: int | None, is_limited: bool) -> str:
    if count is None:
        return _("Audience: whoever comes, without a limit of members.")
    if is_limited:
        return _("Audience: at most %(count)s members.") % {"count": f"{count:,}"}
    told = _("Audience: at most %(count)s members, a tenth more than there were when it was asked.")
    return told % {"count": f"{count:,}"}


def _liability(asked: Mapping[str, int | None]) -> Iterator[str]:
    total, one = asked.get("liability_amount"), asked.get("liability_of_one_amount")
    if total is not None:
        yield _("Largest liability: %(amount)s.") % {"amount": campaign_words.amount(total)}
    elif one:
        told = _("Largest liability: %(amount)s for each member, without a limit of members.")
        yield told % {"amount": campaign_words.amount(one)}


def _flat(lines: Sequence[Line]) -> Iterator[str]:
    """The steps one behind the other, with the way that leads to them."""
    for line in lines:
        yield line.text
        for way in line.ways:
            yield f"{way.label}:"
            yield from _flat(way.lines) if way.lines else iter(("–",))


def _page(request: ApprovalRequest) -> str:
    return reverse("admin:campaigns_campaign_change", args=[request.target_id])
