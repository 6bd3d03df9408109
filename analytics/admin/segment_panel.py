"""The tab of segments on the member's page: which ones, since when, and why."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.admin import segment_why
from analytics.admin.score_panel import why_nothing
from analytics.selectors import segments
from members.errors import DomainError, NotFound
from members.models import Member
from members.registry import panels
from members.registry.panels import Panel

PERMISSION = "analytics.view_segment"
MOST_CHOICES = 200


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_member_panel(
        Panel(
            "segments",
            gettext_lazy("Segments"),
            "console/panels/segments.html",
            _segments,
            49,
            PERMISSION,
        )
    )


def _segments(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    if member.state != Member.State.ACTIVE or not member.is_profiled:
        return {"rows": [], "nothing": why_nothing(member)}
    asked = request.GET.get("why", "")
    return {
        "rows": segments.of_member(member_id=member.pk),
        "choices": segments.living()[:MOST_CHOICES],
        "asked": asked,
        "why": _why(asked, member, at),
        "nothing": "",
    }


def _why(code: str, member: Member, at: datetime) -> dict[str, Any]:
    """Of the segment that the address names by its code."""
    if not code:
        return {}
    try:
        return segment_why.told(segments.by_code(code=code), member, at=at)
    except NotFound:
        return {"refusal": _("There is no such segment.")}
    except DomainError:
        return {"refusal": _("The condition can't be read any more: mend it.")}
