"""What a request for a file of members asks for, in the words of whoever decides it."""

from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _

from analytics.admin import segment_words
from analytics.models import Segment
from analytics.services import segment_exports
from members.admin import condition_sentences
from members.models import ApprovalRequest
from members.registry import panels


def register() -> None:
    """Called by `apps.ready`, behind the service's own."""
    own = panels.EXECUTORS[segment_exports.ACTION]
    panels.add_executor(replace(own, tell=tell, page=_page))


def tell(request: ApprovalRequest) -> list[str]:
    """Which segment, who that is, and which columns."""
    segment = Segment.objects.filter(pk=request.target_id).first()
    payload = request.payload or {}
    columns = [
        str(segment_exports.COLUMNS[name][0])
        for name in payload.get("columns", ())
        if name in segment_exports.COLUMNS
    ]
    told = [_("Columns: %(columns)s") % {"columns": condition_sentences.listed(columns)}]
    if segment is None:
        return told
    members = "–" if segment.members_count is None else f"{segment.members_count:,}"
    return [
        _("Segment: %(segment)s") % {"segment": segment},
        segment_words.sentence(segment.condition, segment_words.words()),
        _("Members: %(count)s") % {"count": members},
        *told,
    ]


def _page(request: ApprovalRequest) -> str:
    return reverse("admin:analytics_segment_change", args=[request.target_id])
