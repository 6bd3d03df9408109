"""What became of an approval, for the page of a campaign."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from analytics.models import Segment
from campaigns.models import Campaign
from campaigns.selectors import definitions
from campaigns.services import campaign_approvals
from members.admin import condition_sentences
from members.models import ApprovalRequest, Tag

_State = Campaign.State
_APPROVED = (_State.SCHEDULED, _State.RUNNING, _State.PAUSED)


def otherwise(campaign: Campaign, asked: Iterable[ApprovalRequest]) -> str:
    """What is otherwise than what was approved, or asked for, and what to do; empty where nothing
    is."""
    if campaign.state == _State.IN_REVIEW:
        seen = campaign_approvals.version_of_target
        waiting = [one for one in asked if one.status == ApprovalRequest.Status.PENDING]
        if any(seen(one) != one.target_version for one in waiting):
            return _(
                "Something that the request is for was changed since: it will be outdated. "
                "Withdraw it, and ask again."
            )
        return ""
    if campaign.state not in _APPROVED:
        return ""
    nodes = definitions.changed(campaign)
    if not nodes:
        return ""
    told = _("Changed since it was approved: %(names)s. It goes on with another approval.")
    return told % {"names": condition_sentences.listed(_names(nodes))}


def _names(nodes: Iterable[str]) -> list[str]:
    """`the segment “Regulars”`. One query for each kind of thing."""
    codes: dict[str, list[str]] = {"segment": [], "tag": []}
    for node in nodes:
        kind, _colon, code = node.partition(":")
        codes[kind].append(code)
    segments = {one.code: str(one) for one in Segment.objects.filter(code__in=codes["segment"])}
    tags = {one.code: str(one) for one in Tag.objects.filter(code__in=codes["tag"])}
    of_segment, of_tag = _("the segment “%(name)s”"), _("the tag “%(name)s”")
    return [
        *(of_segment % {"name": segments.get(code) or code} for code in codes["segment"]),
        *(of_tag % {"name": tags.get(code) or code} for code in codes["tag"]),
    ]
